export type { ConvolutionForm } from './convolution-halves';
export type { Execution, MultiplyAdds } from './execution';
export type { SingularTriplets, SingularValuesIn } from './kernel-factors';
export {
  lowRankConv2d,
  lowRankConv2dClass,
  type Conv2DLayerArgs,
  type FromConv2dOptions,
  type LowRankConv2D,
  type LowRankConv2DLayerArgs,
} from './low-rank-conv2d';
export {
  lowRankDense,
  lowRankDenseClass,
  type FromDenseOptions,
  type LowRankDense,
  type LowRankDenseLayerArgs,
} from './low-rank-dense';
export { randomShift, randomShiftClass, type RandomShiftLayerArgs } from './random-shift';
export {
  svdConv2d,
  svdConv2dClass,
  type SvdConv2D,
  type SvdConv2DLayerArgs,
  type SvdFromConv2dOptions,
} from './svd-conv2d';
export { svdDense, svdDenseClass, type SvdDense, type SvdDenseLayerArgs, type SvdFromDenseOptions } from './svd-dense';
export type { SvdArgs, SvdLayer, ToLowRankOptions } from './svd-layer';
export { orthogonality, sparsity, svdLayers, type SvdMetric } from './svd-metrics';
export type { OrthogonalityReduction, SparsityNorm, SvdRegularization } from './svd-regularizers';
export { truncateKernels, type TruncateKernelsOptions } from './truncate-kernels';
export { truncatedDense, truncatedDenseClass, type DenseLayerArgs, type TruncatedDenseLayerArgs } from './truncated-dense';
