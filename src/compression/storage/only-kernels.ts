import type { StoredWeights, StoredWeightsRule } from './quantize-artifacts';

/** A rule for `saveModel`: kernels are stored so, and weights of one axis, such as biases, which are few and matter much, in float32. */
export function onlyKernels(stored: StoredWeights): StoredWeightsRule {
  return (_, shape) => (shape.length > 1 ? stored : 'float32');
}
