import type * as tf from '@tensorflow/tfjs';
import type { LowRankDense } from '../layers';
import { exampleShape, product, total } from './counts';
import { placedLayers, type LayerCall } from './model-graph';

/**
 * How many multiply-adds the dense and convolution layers of a model take for one example, low-rank ones among them; biases, activations
 * and all other layers are not counted. One multiply-add is two floating-point operations.
 *
 * @returns `null` where it hangs on a shape that is not known
 * @throws RangeError that names a layer with weights of another kind, whose products it does not know
 */
export function countMultiplyAdds(model: tf.LayersModel): number | null {
  return total(placedLayers(model), ({ layer, path, calls }) => {
    if (layer.weights.length === 0 || layer.getClassName() === 'BatchNormalization') return 0;
    const count = counted(layer);
    if (count === undefined) {
      throw new RangeError(`countMultiplyAdds: layer '${path}' is a ${layer.getClassName()}, whose multiply-adds are not known`);
    }
    return total(calls, count);
  });
}

function counted(layer: tf.layers.Layer): ((call: LayerCall) => number | null) | undefined {
  const kind = layer.getClassName();
  if (kind === 'Dense' || kind === 'Conv2D') return (call) => denseMultiplyAdds(layer, call);
  if (typeof (layer as Partial<LowRankDense>).multiplyAdds !== 'function') return undefined;
  return (call) => factorisedMultiplyAdds(layer as LowRankDense, call);
}

/** For one example, with one factor after the other. */
export function factorisedMultiplyAdds(layer: Pick<LowRankDense, 'multiplyAdds'>, { inputShapes }: LayerCall): number | null {
  const extents = exampleShape(inputShapes as tf.Shape[]);
  return extents && layer.multiplyAdds([1, ...extents]).factorised;
}

/** For one example: each output is a sum over the inputs that a kernel's column has weights for. */
export function denseMultiplyAdds(layer: tf.layers.Layer, { outputShapes }: LayerCall): number | null {
  const outputs = exampleShape(outputShapes as tf.Shape[]);
  return outputs && product(outputs) * product(layer.getWeights()[0]!.shape.slice(0, -1));
}
