import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';
import { LowRankKernel } from './low-rank-kernel';

/** What the training needs of a dense layer, which TensorFlow.js's types keep to themselves. */
interface DenseParts extends tf.layers.Layer {
  readonly activation: { apply(x: tf.Tensor): tf.Tensor };
}

/** A dense layer whose kernel is trained along the matrices of low rank. */
export interface LowRankLayer {
  readonly layer: DenseParts;
  readonly kernel: LowRankKernel;
  readonly bias: tf.Variable<tf.Rank.R1> | undefined;
}

/** A dense layer whose kernel is trained as it is. */
export interface WholeLayer {
  readonly layer: DenseParts;
  readonly whole: tf.Variable<tf.Rank.R2>;
  readonly bias: tf.Variable<tf.Rank.R1> | undefined;
}

/** A layer without weights. */
export interface PassingLayer {
  readonly passing: tf.layers.Layer;
}

export type TrainedLayer = LowRankLayer | WholeLayer | PassingLayer;

/**
 * The layers of a model with variables of their own.
 *
 * @param maxRank as in `trainDynamicalLowRank`
 * @throws RangeError that names a layer with weights that is no dense one, a name that is none's, or a rank that is none; if no layer is
 *   trained at low rank
 */
export function trainedLayers(model: tf.Sequential, maxRank: number | Readonly<Record<string, number>>): TrainedLayer[] {
  const dense = model.layers.filter((layer) => layer.getClassName() === 'Dense').map(({ name }) => name);
  const other = model.layers.find((layer) => layer.weights.length > 0 && !dense.includes(layer.name));
  if (other !== undefined) {
    throw new RangeError(`trainDynamicalLowRank: layer '${other.name}' is a ${other.getClassName()}; only dense layers and layers without weights can be trained so`);
  }
  const ranks = typeof maxRank === 'number' ? dense.map((name) => [name, maxRank] as const) : Object.entries(maxRank);
  for (const [name, rank] of ranks) {
    if (!dense.includes(name)) throw new RangeError(`trainDynamicalLowRank: maxRank names '${name}', which is no dense layer; there are ${dense.join(', ')}`);
    if (!Number.isInteger(rank) || rank < 1) throw new RangeError(`trainDynamicalLowRank: maxRank is ${rank}; it must be an integer above 0`);
  }
  if (ranks.length === 0) throw new RangeError('trainDynamicalLowRank: there is no dense layer to be trained at low rank; maxRank must name one');
  const most = new Map(ranks);
  const { variable } = tensorFlowJs();
  return model.layers.map((layer): TrainedLayer => {
    if (!dense.includes(layer.name)) return { passing: layer };
    const [kernel, ...biases] = layer.getWeights() as [tf.Tensor2D, tf.Tensor1D?];
    const bias = biases[0] && variable(biases[0]);
    const shared = { layer: layer as DenseParts, bias };
    const rank = most.get(layer.name);
    return rank === undefined ? { ...shared, whole: variable(kernel) } : { ...shared, kernel: new LowRankKernel(kernel, Math.min(rank, ...kernel.shape)) };
  });
}

export function disposeLayers(layers: readonly TrainedLayer[]): void {
  for (const layer of layers) {
    if ('passing' in layer) continue;
    layer.bias?.dispose();
    if ('kernel' in layer) layer.kernel.dispose();
    else layer.whole.dispose();
  }
}
