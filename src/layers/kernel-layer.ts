import type * as tf from '@tensorflow/tfjs';
import { checkFinite } from '../linalg/check-finite';

/** What a low-rank layer needs of the dense or convolution layer that it stands for, which TensorFlow.js's types keep to themselves. */
export interface KernelLayer extends tf.layers.Layer {
  readonly useBias: boolean;
  readonly activation: { apply(x: tf.Tensor): tf.Tensor };
  readonly kernelInitializer: { apply(shape: tf.Shape, dtype: tf.DataType): tf.Tensor };
  readonly kernelRegularizer: Regularizer | null;
  readonly kernelConstraint: tf.serialization.Serializable | null;
  readonly biasInitializer: object;
  readonly biasRegularizer: object | null;
  readonly biasConstraint: object | null;
}

export interface Regularizer extends tf.serialization.Serializable {
  apply(kernel: tf.Tensor): tf.Scalar;
}

/** @throws RangeError if the layer has a kernel constraint */
export function refuseKernelConstraint(name: string, { kernelConstraint }: KernelLayer): void {
  if (kernelConstraint === null || kernelConstraint === undefined) return;
  throw new RangeError(
    `${name}: kernelConstraint is ${kernelConstraint.getClassName()}; the layer holds factors of its kernel, ` +
      'which cannot be constrained, so it must be null',
  );
}

/**
 * The weights of a built layer of a class, the kernel and perhaps a bias.
 *
 * @param name what is called, for the errors
 * @throws TypeError if it is no such layer, or not built; RangeError if a weight is not finite
 */
export function builtWeights(name: string, layer: tf.layers.Layer, className: string): [kernel: tf.Tensor, bias?: tf.Tensor] {
  const found = typeof layer?.getClassName === 'function' ? `a ${layer.getClassName()} layer` : String(layer);
  if (found !== `a ${className} layer`) throw new TypeError(`${name}: layer is ${found}; it must be a ${className} layer`);
  if (!layer.built) throw notBuilt(name, layer);
  const weights = layer.getWeights() as [tf.Tensor, tf.Tensor?];
  weights.forEach((weight, i) => checkFinite(weight!, `${name}: the ${i === 0 ? 'kernel' : 'bias'} of the layer '${layer.name}'`).dispose());
  return weights;
}

export function notBuilt(name: string, layer: tf.layers.Layer): TypeError {
  return new TypeError(`${name}: the layer '${layer.name}' is not built; make it a part of a model, or call its build, first`);
}

/**
 * Builds a layer outside of any model, with given weights instead of initial ones. The weights are named as in a model, so
 * that a model with several such layers can be saved and loaded.
 */
export function buildWith<L extends tf.layers.Layer>(layer: L, inputShape: tf.Shape, weights: readonly tf.Tensor[]): L {
  layer.setFastWeightInitDuringBuild(true);
  layer.build(inputShape);
  for (const variable of layer.weights as { originalName: string }[]) variable.originalName = `${layer.name}/${variable.originalName}`;
  layer.setWeights([...weights]);
  return layer;
}

/** Whether a layer is built and yet counts no use, so that its own `dispose` would refuse. */
export function isBuiltButUnused(layer: tf.layers.Layer): boolean {
  return layer.built && (layer as unknown as { readonly _refCount: number | null })._refCount === null;
}
