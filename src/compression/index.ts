export { allocateRanks, type LayerRank, type RankedLayer } from './allocate-ranks';
export { compress } from './compress';
export type { FactorOptions } from './kernel-layers';
export type { CompressOptions, RankChoice, RuledLayer } from './options';
export { decompress, toPlainModel } from './plain-model';
export { rebuildModel, type Replacement } from './rebuild-model';
export { CompressionReport, type CompressionReportJSON, type LayerReport } from './report';
export { truncateWeights, type TruncateWeightsOptions } from './truncate-weights';
export * from './storage';
