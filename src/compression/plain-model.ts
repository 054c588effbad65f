import type * as tf from '@tensorflow/tfjs';
import type { LowRankConv2D, LowRankDense } from '../layers';
import { checkModel, rebuildModel, type Replacement } from './rebuild-model';

/**
 * A copy of a model in which low-rank layers are plain dense and convolution layers again, with the products of the factors as
 * kernels; otherwise as `rebuildModel`.
 *
 * @throws TypeError if it is no layers model, or one without layers
 */
export function decompress<M extends tf.LayersModel>(model: M): M {
  checkModel('decompress', model);
  return rebuildModel(model, (layer) =>
    lowRankLayer(layer, (dense) => dense.toDense(), (convolution) => convolution.toConv2d()));
}

/**
 * A copy of a model in which each low-rank layer is two plain ones, one for each factor: as small, and loaded by any TensorFlow.js. The
 * first of the two has the layer's name with `_left` after it, the second the name itself.
 *
 * @throws TypeError if it is no layers model, or one without layers
 */
export function toPlainModel<M extends tf.LayersModel>(model: M): M {
  checkModel('toPlainModel', model);
  return rebuildModel(model, (layer) =>
    lowRankLayer(layer, (dense) => dense.toDenseLayers(), (convolution) => convolution.toConv2dLayers()));
}

function lowRankLayer(
  layer: tf.layers.Layer,
  ofDense: (layer: LowRankDense) => Replacement,
  ofConvolution: (layer: LowRankConv2D) => Replacement,
): Replacement {
  const kind = layer.getClassName();
  if (kind === 'LowRankDense') return ofDense(layer as LowRankDense);
  return kind === 'LowRankConv2D' ? ofConvolution(layer as LowRankConv2D) : undefined;
}
