import type * as tf from '@tensorflow/tfjs';
import type { StoredTensor } from '../stored-tensor';

/** Loss and metrics by name. */
export type Logs = Record<string, number>;

/** What `fit` tells its callbacks before it begins; the names are those of `model.fit`. */
export type FitParameters = {
  readonly epochs: number;
  readonly initialEpoch: number;
  /** Number of training examples. */
  readonly samples: number;
  /** Batches in an epoch. */
  readonly steps: number;
  readonly batchSize: number;
  readonly verbose: number;
  readonly doValidation: boolean;
  /** The names that the logs of an epoch will have. */
  readonly metrics: string[];
};

/** What a callback remembers from epoch to epoch, in a form that a checkpoint can hold. */
export interface CallbackState {
  /** What kind of callback it is, and its settings: only a callback that says the same takes the state back. */
  readonly kind: string;
  /** Values that JSON can hold; numbers may be infinite or NaN. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly tensors?: readonly StoredTensor[];
}

/**
 * What `fit` calls while it trains; any method may be missing. Callbacks of TensorFlow.js
 * (`tf.callbacks.earlyStopping`, own subclasses of `tf.Callback`) and the plain objects that `model.fit` takes serve as
 * well.
 *
 * Batches are trained in native calls of about a tenth of a second. The batch methods are called after each such call,
 * for its batches in turn, and should leave the weights alone: a compiled training brings those up to date at the end
 * of the epoch. A callback ends the training by `model.stopTraining = true`; from a batch method that takes effect
 * after the native call.
 */
export interface FitCallback {
  /** Called before the training begins; may throw if a setting does not fit the training. */
  setParams?(params: FitParameters): void;
  /** Called after `setParams`, with the model that is trained. */
  setModel?(model: tf.LayersModel): void;
  /** Called before the first epoch. */
  onTrainBegin?(logs?: Logs): void | Promise<void>;
  /** Also called when the training was interrupted. */
  onTrainEnd?(logs?: Logs): void | Promise<void>;
  /** Called before an epoch; they are counted from zero. */
  onEpochBegin?(epoch: number, logs?: Logs): void | Promise<void>;
  /** Called after an epoch and its validation, with both sets' loss and metrics; the weights are up to date. */
  onEpochEnd?(epoch: number, logs?: Logs): void | Promise<void>;
  /** Called for each batch of an epoch, counted from zero, just before its `onBatchEnd`. */
  onBatchBegin?(batch: number, logs?: Logs): void | Promise<void>;
  /** Called for each batch, with its loss and metrics. */
  onBatchEnd?(batch: number, logs?: Logs): void | Promise<void>;
  /**
   * A part of each training step, after the weights' update: TensorFlow.js operations that change variables, such as a projection of
   * the weights. They are compiled with the step, so they must be the same each time and read nothing back; numbers that change
   * from epoch to epoch come from `stepParameter`. The step's loss and metrics are from before. `model.fit` does not know it.
   */
  inStep?(): void;
  /** Called after each native call, with its last batch. */
  onYield?(epoch: number, batch: number, logs: Logs): void | Promise<void>;
  /** With `setState`: lets a training that resumes from a checkpoint go on as if it had not been broken off. */
  getState?(): CallbackState;
  /** Called after `onTrainBegin`, with what `getState` returned. */
  setState?(state: CallbackState): void;
}
