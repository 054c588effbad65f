import type * as tf from '@tensorflow/tfjs';
import { saveModel } from '../../../compression/storage/save-model';
import type { CallbackState, FitCallback, FitParameters, Logs } from './callback';
import { Monitor, type MonitorOptions } from './monitor';
import { fillPath } from './path-pattern';

/** Where `modelCheckpoint` saves the model, and after which epochs. */
export interface ModelCheckpointOptions extends Omit<MonitorOptions, 'minDelta'> {
  /**
   * The folder of the saved model, with placeholders if each is to have its own: 'models/{epoch:02d}-{val_loss:.3f}'.
   */
  readonly path: string;
  /** Saves only after an epoch that is better than all before; false by default. */
  readonly saveBestOnly?: boolean;
  /** Saves after each epoch, the default and all that there is. */
  readonly saveFreq?: 'epoch';
  /** With saveBestOnly: what the first saved epoch must better. */
  readonly initialValueThreshold?: number;
  /** Saves the optimizer's state too, as `model.save` does when told; false by default. */
  readonly includeOptimizer?: boolean;
}

/**
 * Saves the model after epochs, by the rules of `keras.callbacks.ModelCheckpoint` (Keras 3), in TensorFlow.js's own
 * format: `tf.loadLayersModel('file://PATH/model.json')` reads it. What the best value was is kept from one training to
 * the next.
 *
 * It saves models to be used; to go on with a training that was broken off, use `fit`'s option `checkpoint`.
 *
 * @throws RangeError if an option is not allowed; `fit` throws one before it begins if the training has no such
 *   quantity.
 */
export function modelCheckpoint(options: ModelCheckpointOptions): FitCallback {
  const { path, saveBestOnly = false, saveFreq = 'epoch', initialValueThreshold, includeOptimizer = false } = options;
  if (typeof path !== 'string' || path === '') {
    throw new RangeError(`modelCheckpoint: path is ${path === '' ? "''" : String(path)}; it must name a folder`);
  }
  if (saveFreq !== 'epoch') {
    throw new RangeError(
      `modelCheckpoint: saveFreq is ${String(saveFreq)}; it must be 'epoch', as batches run inside native calls`,
    );
  }
  if (initialValueThreshold !== undefined && !Number.isFinite(initialValueThreshold)) {
    throw new RangeError(
      `modelCheckpoint: initialValueThreshold is ${initialValueThreshold}; it must be a finite number`,
    );
  }
  const monitor = saveBestOnly ? new Monitor('modelCheckpoint', options) : undefined;
  const kind = `modelCheckpoint ${JSON.stringify({ ...options, monitor: monitor?.name, mode: monitor?.mode })}`;
  let best = initialValueThreshold;
  let model: tf.LayersModel | undefined;
  return {
    setParams(params: FitParameters) {
      monitor?.check(params);
      fillPath(path, 0, Object.fromEntries(params.metrics.map((name) => [name, 0])));
    },
    setModel(trained) {
      model = trained;
    },
    async onEpochEnd(epoch: number, logs: Logs = {}) {
      const value = monitor?.valueIn(logs);
      if (monitor !== undefined) {
        if (value === undefined || !monitor.improves(value, best)) return;
        best = value;
      }
      await saveModel(model!, fillPath(path, epoch, logs), { includeOptimizer });
    },
    getState: (): CallbackState => ({ kind, values: { best } }),
    setState({ values }) {
      best = values.best as number | undefined;
    },
  };
}
