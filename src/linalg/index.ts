export { lowRank, lowRankMatMul, type LowRankOptions } from './low-rank';
export { truncatedSVD, type TruncatedSVD, type TruncatedSVDOptions } from './truncated-svd';
export { WarmStart, type WarmStartCounts } from './warm-start';
export { chooseRank, needsSpectrum, type RankRule, type Spectrum } from './rank';
export { svd, type SVD, type SVDOptions } from './svd';
export { denseSVD, type DenseSVD, type DenseSVDOptions } from './dense/svd';
