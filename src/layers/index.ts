export { truncateKernels, type TruncateKernelsOptions } from './truncate-kernels';
export { truncatedDense, truncatedDenseClass, type TruncatedDenseLayerArgs } from './truncated-dense';
