import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { checkWeights, kernelLayers } from './kernel-layers';
import { leadingFactors } from '../linalg/leading-factors';
import { checkModel, rebuildModel } from './rebuild-model';

/** The option of `truncateWeights`. */
export interface TruncateWeightsOptions {
  /** The rank of the kernels; an integer above 0. */
  readonly rank: number;
}

/**
 * A copy of a model in which each dense kernel with more singular values than `rank` is replaced by its best approximation of that
 * rank, as a full matrix: the layers, and the number of parameters, are the same. Otherwise as `rebuildModel`.
 *
 * @throws TypeError if it is no layers model, or one without layers; RangeError if rank is not a positive integer, no dense
 *   layer has more singular values, or a weight is not finite
 */
export function truncateWeights<M extends tf.LayersModel>(model: M, { rank }: TruncateWeightsOptions): M {
  checkModel('truncateWeights', model);
  if (!(Number.isInteger(rank) && rank >= 1)) throw new RangeError(`truncateWeights: rank is ${rank}; it must be an integer above 0`);
  const isLarger = ({ kind, rows, columns }: Kernel) => kind === 'Dense' && Math.min(rows, columns) > rank;
  if (!kernelLayers(model, {}).some(isLarger)) {
    throw new RangeError(`truncateWeights: the model has no Dense layer with more than ${rank} singular values`);
  }
  checkWeights('truncateWeights', model);
  const copy = rebuildModel(model);
  for (const kernel of kernelLayers(copy, {}).filter(isLarger)) {
    tensorFlowJs().tidy(() => {
      const { u, s, v } = leadingFactors(kernel.matrix(), rank);
      const [, ...others] = kernel.layer.getWeights();
      kernel.layer.setWeights([u.mul(s).matMul(v, false, true), ...others]);
    });
  }
  return copy;
}

type Kernel = ReturnType<typeof kernelLayers>[number];
