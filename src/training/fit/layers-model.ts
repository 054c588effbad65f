import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';

/**
 * What `model.fit` itself is made of: not in TensorFlow.js's type declarations, but there in every version of
 * tfjs-layers 4.
 */
export interface TrainableModel {
  readonly inputs: readonly tf.SymbolicTensor[];
  readonly outputs: readonly tf.SymbolicTensor[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly weights: readonly tf.LayerVariable[];
  readonly optimizer: tf.Optimizer | undefined;
  readonly loss: unknown;
  readonly metrics: unknown;
  readonly stateful: boolean;
  isTraining: boolean;
  stopTraining: boolean;
  testFunction: (data: readonly tf.Tensor[]) => tf.Tensor[];
  apply(inputs: tf.Tensor[], args: { training: boolean }): tf.Tensor | tf.Tensor[];
  checkTrainableWeightsConsistency(): void;
  getDedupedMetricsNames(): string[];
  makeTestFunction(): void;
  makeTrainFunction(): (data: readonly (tf.Tensor | undefined)[]) => tf.Tensor[];
  standardizeUserDataXY(x: unknown, y: unknown, checkBatchAxis: boolean, batchSize: number): [tf.Tensor[], tf.Tensor[]];
}

/**
 * The part of a layers model that trains: a sequential model hands everything to an inner one.
 *
 * @throws TypeError if it is no layers model, or one without layers.
 */
export function trainablePart(model: tf.LayersModel): TrainableModel {
  // A loaded sequential model is not built before it is first used.
  if (model instanceof tensorFlowJs().Sequential && model.outputs?.length > 0 && !hasInner(model)) model.build();
  const { model: inner } = model as unknown as { model?: TrainableModel };
  const part = inner ?? (model as unknown as TrainableModel);
  if (typeof part?.makeTrainFunction !== 'function') {
    throw new TypeError('the model is no tf.LayersModel; make one with tf.sequential, tf.model or tf.loadLayersModel');
  }
  if (part.inputs.length === 0) {
    throw new TypeError('the model has no inputs yet; give its first layer an inputShape, or call model.build');
  }
  return part;
}

function hasInner(model: tf.LayersModel): boolean {
  return (model as unknown as { model?: TrainableModel }).model !== undefined;
}

export interface CompiledModel extends TrainableModel {
  readonly optimizer: tf.Optimizer;
}

/** @throws TypeError as trainablePart does, and if the model has not been compiled. */
export function compiledPart(model: tf.LayersModel): CompiledModel {
  const part = trainablePart(model);
  if (part.optimizer === undefined || part.optimizer === null) {
    throw new TypeError('the model is not compiled; call model.compile({ optimizer, loss, metrics }) first');
  }
  return part as CompiledModel;
}

/** The variables that hold the weights, in the model's order, trained or not. */
export function weightVariables(model: Pick<TrainableModel, 'weights'>): tf.Variable[] {
  return model.weights.map((weight) => weight.read() as tf.Variable);
}
