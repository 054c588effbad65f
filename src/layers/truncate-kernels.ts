import type * as tf from '@tensorflow/tfjs';
import type { LowRankOptions } from '../linalg';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { truncatedDense, type TruncatedDenseLayerArgs } from './truncated-dense';

export interface TruncateKernelsOptions extends Omit<LowRankOptions, 'warmStart'> {
  /** The rank that the kernels act with; smaller kernels stay as they are. */
  readonly rank: number;
}

/**
 * A copy of a sequential model in which each dense layer whose kernel has more singular values than `rank` acts through its
 * best approximation of that rank. Everything else, and all weights, are the same; the copy is not compiled.
 *
 * @throws RangeError if rank is not a positive integer, or the model has no layer that it would change
 */
export function truncateKernels(model: tf.Sequential, { rank, ...options }: TruncateKernelsOptions): tf.Sequential {
  const isLarger = (layer: tf.layers.Layer) => layer.getClassName() === 'Dense' && Math.min(...layer.getWeights()[0]!.shape) > rank;
  if (!model.layers.some(isLarger)) {
    throw new RangeError(`truncateKernels: the model has no dense layer with more than ${rank} singular values`);
  }
  const layers = model.layers.map((layer) => {
    const config = layer.getConfig();
    return isLarger(layer) ? truncatedDense({ ...config, rank, ...options } as unknown as TruncatedDenseLayerArgs) : copyOf(layer, config);
  });
  const copy = tensorFlowJs().sequential({ layers });
  copy.setWeights(model.getWeights());
  return copy;
}

function copyOf(layer: tf.layers.Layer, config: tf.serialization.ConfigDict): tf.layers.Layer {
  const layerClass = layer.constructor as unknown as tf.serialization.SerializableConstructor<tf.layers.Layer>;
  return layerClass.fromConfig(layerClass, config);
}
