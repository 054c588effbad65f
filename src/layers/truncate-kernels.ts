import type * as tf from '@tensorflow/tfjs';
import type { LowRankOptions } from '../linalg';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { truncatedDense, type TruncatedDenseLayerArgs } from './truncated-dense';

/** How `truncateKernels` approximates; gradient and tolerance as in `lowRank`. */
export interface TruncateKernelsOptions extends Omit<LowRankOptions, 'warmStart'> {
  /** The rank that the kernels act with, or one for each layer by its name, the others staying; smaller kernels stay as they are. */
  readonly rank: number | Readonly<Record<string, number>>;
}

/**
 * A copy of a sequential model in which each dense layer whose kernel has more singular values than `rank` acts through its
 * best approximation of that rank. Everything else, and all weights, are the same; the copy is not compiled.
 *
 * @throws RangeError if a rank is not a positive integer or is of a layer that is no dense one, or the model has no layer that it
 *   would change
 */
export function truncateKernels(model: tf.Sequential, { rank, ...options }: TruncateKernelsOptions): tf.Sequential {
  const isDense = (layer: tf.layers.Layer) => layer.getClassName() === 'Dense';
  const ranks = new Map(Object.entries(typeof rank === 'number' ? {} : rank));
  for (const name of ranks.keys()) {
    const dense = model.layers.filter(isDense).map((layer) => layer.name);
    if (!dense.includes(name)) throw new RangeError(`truncateKernels: rank names '${name}', which is no dense layer; there are ${dense.join(', ')}`);
  }
  const rankOf = (layer: tf.layers.Layer): number => (typeof rank === 'number' ? rank : ranks.get(layer.name) ?? Infinity);
  const isLarger = (layer: tf.layers.Layer) => isDense(layer) && Math.min(...layer.getWeights()[0]!.shape) > rankOf(layer);
  if (!model.layers.some(isLarger)) {
    const most = typeof rank === 'number' ? `more than ${rank} singular values` : `more singular values than its rank says, ${JSON.stringify(rank)}`;
    throw new RangeError(`truncateKernels: the model has no dense layer with ${most}`);
  }
  const layers = model.layers.map((layer) => {
    const config = layer.getConfig();
    const args = { ...config, ...options, rank: rankOf(layer) };
    return isLarger(layer) ? truncatedDense(args as unknown as TruncatedDenseLayerArgs) : copyOf(layer, config);
  });
  const copy = tensorFlowJs().sequential({ layers });
  copy.setWeights(model.getWeights());
  return copy;
}

function copyOf(layer: tf.layers.Layer, config: tf.serialization.ConfigDict): tf.layers.Layer {
  const layerClass = layer.constructor as unknown as tf.serialization.SerializableConstructor<tf.layers.Layer>;
  return layerClass.fromConfig(layerClass, config);
}
