export type { ConvolutionForm } from './convolution-halves';
export type { Execution, MultiplyAdds } from './execution';
export type { SingularTriplets, SingularValuesIn } from './kernel-factors';
export {
  lowRankConv2d,
  lowRankConv2dClass,
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
export { truncateKernels, type TruncateKernelsOptions } from './truncate-kernels';
export { truncatedDense, truncatedDenseClass, type TruncatedDenseLayerArgs } from './truncated-dense';
