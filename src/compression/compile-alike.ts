import type * as tf from '@tensorflow/tfjs';
import { metricsOf } from '../layers/svd-metrics';

/** What `model.compile` leaves in a model, which TensorFlow.js's types keep to themselves. */
interface CompileState {
  readonly optimizer: tf.Optimizer | undefined | null;
  readonly loss: tf.ModelCompileArgs['loss'];
  readonly metrics: tf.ModelCompileArgs['metrics'];
  isOptimizerOwned: boolean;
}

/**
 * Compiles a model as another one is compiled, if it is: with its loss and metrics, which look at its own weights where they look at any, and a new optimizer of the same class and settings,
 * without what it has learnt, that is disposed with the model.
 */
export function compileAlike(model: tf.LayersModel, example: tf.LayersModel): void {
  const { optimizer, loss, metrics } = example as unknown as CompileState;
  if (optimizer === undefined || optimizer === null) return;
  const optimizerClass = optimizer.constructor as unknown as tf.serialization.SerializableConstructor<tf.Optimizer>;
  const copied = optimizerClass.fromConfig(optimizerClass, optimizer.getConfig());
  model.compile({ optimizer: copied, loss, metrics: metricsOf(model, metrics) });
  (model as unknown as CompileState).isOptimizerOwned = true;
}
