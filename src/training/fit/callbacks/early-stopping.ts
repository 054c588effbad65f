import type * as tf from '@tensorflow/tfjs';
import { trainablePart, weightVariables } from '../layers-model';
import { assignStored, storeTensor, type StoredTensor } from '../stored-tensor';
import type { CallbackState, FitCallback, FitParameters, Logs } from './callback';
import { Monitor, type MonitorOptions } from './monitor';

/** What `earlyStopping` follows, and when it has seen enough. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** How many epochs without an improvement are borne; 0 by default. */
  readonly patience?: number;
  /** What must be bettered for an improvement to start the patience anew; none by default. */
  readonly baseline?: number;
  /** The first epoch, counted from zero, that is looked at; 0 by default. */
  readonly startFromEpoch?: number;
  /** Ends every training, stopped early or not, with the weights of its best epoch; false by default. */
  readonly restoreBestWeights?: boolean;
}

/** The callback that `earlyStopping` makes. */
export interface EarlyStopping extends FitCallback {
  /** The best value so far. */
  readonly best: number | undefined;
  /** Its epoch, counted from zero. */
  readonly bestEpoch: number;
  /** The epoch, counted from zero, that ended the training. */
  readonly stoppedEpoch: number | undefined;
}

/**
 * Ends a training when a quantity has stopped improving, by the rules of `keras.callbacks.EarlyStopping` (Keras 3):
 * training ends after an epoch that is not an improvement when `patience` epochs or more, and at least one, have passed
 * since the last one that was. One object can serve several trainings, one after another.
 *
 * @throws RangeError if an option is not allowed; `fit` throws one before it begins if the training has no such
 *   quantity.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  return new EarlyStoppingCallback(options);
}

class EarlyStoppingCallback implements EarlyStopping {
  readonly #monitor: Monitor;
  readonly #settings: EarlyStoppingOptions;
  readonly #patience: number;
  readonly #startFromEpoch: number;
  #model: tf.LayersModel | undefined;
  #wait = 0;
  #bestWeights: StoredTensor[] | undefined;
  best: number | undefined;
  bestEpoch = 0;
  stoppedEpoch: number | undefined;

  constructor(options: EarlyStoppingOptions) {
    this.#monitor = new Monitor('earlyStopping', options);
    this.#patience = wholeNumber('patience', options.patience ?? 0);
    this.#startFromEpoch = wholeNumber('startFromEpoch', options.startFromEpoch ?? 0);
    const { baseline } = options;
    if (baseline !== undefined && !Number.isFinite(baseline)) {
      throw new RangeError(`earlyStopping: baseline is ${baseline}; it must be a finite number`);
    }
    this.#settings = { ...options };
  }

  setParams(params: FitParameters): void {
    this.#monitor.check(params);
  }

  setModel(model: tf.LayersModel): void {
    this.#model = model;
  }

  onTrainBegin(): void {
    this.#wait = 0;
    this.#bestWeights = undefined;
    this.best = undefined;
    this.bestEpoch = 0;
    this.stoppedEpoch = undefined;
  }

  onEpochEnd(epoch: number, logs?: Logs): void {
    const value = this.#monitor.valueIn(logs);
    if (value === undefined || epoch < this.#startFromEpoch) return;
    const { baseline } = this.#settings;
    this.#wait++;
    if (this.#monitor.improves(value, this.best)) {
      this.best = value;
      this.bestEpoch = epoch;
      if (this.#settings.restoreBestWeights) this.#bestWeights = this.#weights().map(storeTensor);
      if (baseline === undefined || this.#monitor.improves(value, baseline)) this.#wait = 0;
    } else if (this.#wait >= this.#patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.#model!.stopTraining = true;
    }
  }

  onTrainEnd(): void {
    this.#bestWeights?.forEach((stored, i) => assignStored(this.#weights()[i]!, stored));
    this.#bestWeights = undefined;
  }

  getState(): CallbackState {
    const values = { wait: this.#wait, best: this.best, bestEpoch: this.bestEpoch, stoppedEpoch: this.stoppedEpoch };
    return { kind: this.#kind, values, tensors: this.#bestWeights ?? [] };
  }

  setState({ values, tensors = [] }: CallbackState): void {
    this.#wait = values.wait as number;
    this.best = values.best as number | undefined;
    this.bestEpoch = values.bestEpoch as number;
    this.stoppedEpoch = values.stoppedEpoch as number | undefined;
    this.#bestWeights = tensors.length > 0 ? [...tensors] : undefined;
  }

  get #kind(): string {
    const { name: monitor, mode } = this.#monitor;
    return `earlyStopping ${JSON.stringify({ ...this.#settings, monitor, mode })}`;
  }

  #weights(): tf.Variable[] {
    return weightVariables(trainablePart(this.#model!));
  }
}

function wholeNumber(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 0) {
    throw new RangeError(`earlyStopping: ${name} is ${value}; it must be an integer from 0 on`);
  }
  return value;
}
