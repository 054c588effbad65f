import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { isSvdLayer, type SvdLayer } from './svd-layer';

/** A metric for `model.compile` that looks at the model's weights rather than at its outputs. */
export interface SvdMetric {
  (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor;
  /** The same metric of another model; `undefined` if that has no such layers. */
  of(model: tf.LayersModel): SvdMetric | undefined;
}

/**
 * The metric `orthogonality`: the sum of the orthogonality penalties of a model's `svdDense` and `svdConv2d` layers, without their λ. With
 * it `fit`, `model.fit` and `evaluate` show the penalty apart from the loss: `metrics: ['accuracy', orthogonality(model)]`.
 *
 * @throws RangeError if the model has no such layer
 */
export function orthogonality(model: tf.LayersModel): SvdMetric {
  return metric('orthogonality', model, (layer) => layer.orthogonalityPenalty());
}

/**
 * The metric `sparsity`: the sum of the sparsity penalties, likewise.
 *
 * @throws RangeError if the model has no such layer
 */
export function sparsity(model: tf.LayersModel): SvdMetric {
  return metric('sparsity', model, (layer) => layer.sparsityPenalty());
}

/** The `svdDense` and `svdConv2d` layers of a model, once each, those of the models within it among them. */
export function svdLayers(model: tf.LayersModel): SvdLayer[] {
  const { LayersModel } = tensorFlowJs();
  const within = (layer: tf.layers.Layer) => (layer instanceof LayersModel ? svdLayers(layer) : isSvdLayer(layer) ? [layer] : []);
  return [...new Set(model.layers.flatMap(within))];
}

/** The metrics of a model for a copy of it, in which metrics of its weights look at those of the copy. */
export function metricsOf(copy: tf.LayersModel, metrics: tf.ModelCompileArgs['metrics']): tf.ModelCompileArgs['metrics'] {
  const moved = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(moved).filter((one) => one !== undefined);
    return isSvdMetric(each) ? each.of(copy) : each;
  };
  if (typeof metrics !== 'object' || metrics === null || Array.isArray(metrics)) return moved(metrics) as typeof metrics;
  const named = Object.entries(metrics).map(([name, each]) => [name, moved(each)]);
  return Object.fromEntries(named.filter(([, each]) => each !== undefined)) as typeof metrics;
}

function metric(name: 'orthogonality' | 'sparsity', model: tf.LayersModel, penalty: (layer: SvdLayer) => tf.Scalar): SvdMetric {
  if (svdLayers(model).length === 0) throw new RangeError(`${name}: the model has no svdDense or svdConv2d layer`);
  // The function's name is what the logs call it.
  const named = { [name]: () => tensorFlowJs().tidy(() => tensorFlowJs().addN(svdLayers(model).map(penalty))) }[name]!;
  return Object.assign(named, { of: (other: tf.LayersModel) => (svdLayers(other).length === 0 ? undefined : metric(name, other, penalty)) });
}

function isSvdMetric(value: unknown): value is SvdMetric {
  return typeof value === 'function' && typeof (value as Partial<SvdMetric>).of === 'function';
}
