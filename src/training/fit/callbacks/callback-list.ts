import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../../tensorflow/tensorflow-js';
import type { CallbackState, FitCallback, FitParameters, Logs } from './callback';

/** What a batch gave. */
export interface BatchReport {
  /** Its number in the epoch. */
  readonly batch: number;
  /** Its number of examples. */
  readonly size: number;
  /** Loss and metrics. */
  readonly results: readonly number[];
}

/** Callbacks that are called one after another, each awaited. */
export class CallbackList {
  readonly #callbacks: readonly FitCallback[];

  constructor(callbacks: FitCallback | readonly FitCallback[] | undefined) {
    this.#callbacks = callbacks === undefined ? [] : Array.isArray(callbacks) ? callbacks : [callbacks as FitCallback];
    const wrong = this.#callbacks.findIndex((callback) => typeof callback !== 'object' || callback === null);
    if (wrong >= 0) {
      const what = String(this.#callbacks[wrong]);
      throw new TypeError(`callbacks[${wrong}] is ${what}; it must be an object with methods such as onEpochEnd`);
    }
  }

  /** Tells each what is trained. @throws what a callback throws that does not fit the training. */
  introduce(model: tf.LayersModel, params: FitParameters): void {
    for (const callback of this.#callbacks) {
      callback.setParams?.(params);
      callback.setModel?.(model);
    }
  }

  async onTrainBegin(): Promise<void> {
    for (const callback of this.#callbacks) await callback.onTrainBegin?.({});
  }

  async onTrainEnd(logs: Logs): Promise<void> {
    for (const callback of this.#callbacks) await callback.onTrainEnd?.(logs);
  }

  async onEpochBegin(epoch: number): Promise<void> {
    for (const callback of this.#callbacks) await callback.onEpochBegin?.(epoch, {});
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    for (const callback of this.#callbacks) await callback.onEpochEnd?.(epoch, logs);
  }

  /** What the callbacks do at the end of each step. */
  inStep(): void {
    for (const callback of this.#callbacks) callback.inStep?.();
  }

  /** Tells of the batches of a native call, one after another. */
  async onBatches(epoch: number, names: readonly string[], batches: readonly BatchReport[]): Promise<void> {
    const { listeners, yielders } = this;
    if (listeners.length === 0 && yielders.length === 0) return;
    let logs: Logs = {};
    for (const { batch, size, results } of batches) {
      logs = { batch, size, ...Object.fromEntries(names.map((name, i) => [name, results[i]!])) };
      for (const callback of listeners) {
        await callback.onBatchBegin?.(batch, { batch, size });
        await callback.onBatchEnd?.(batch, { ...logs });
      }
    }
    for (const callback of yielders) await callback.onYield?.(epoch, logs.batch!, { ...logs });
  }

  private get listeners(): FitCallback[] {
    return this.#callbacks.filter(
      ({ onBatchBegin, onBatchEnd }) => onBatchBegin !== undefined || onBatchEnd !== undefined,
    );
  }

  private get yielders(): FitCallback[] {
    return this.#callbacks.filter(({ onYield }) => onYield !== undefined);
  }

  /** The states of those that have one. */
  getStates(): CallbackState[] {
    return this.#callbacks.flatMap((callback) => stateful(callback)?.getState() ?? []);
  }

  /** @param states as many as `getStates` gives, of the same kinds */
  setStates(states: readonly CallbackState[]): void {
    this.#callbacks
      .flatMap((callback) => stateful(callback) ?? [])
      .forEach((callback, i) => callback.setState(states[i]!));
  }
}

type Stateful = Required<Pick<FitCallback, 'getState' | 'setState'>>;

function stateful(callback: FitCallback): Stateful | undefined {
  if (callback.getState !== undefined && callback.setState !== undefined) return callback as Stateful;
  return callback instanceof tensorFlowJs().EarlyStopping ? earlyStoppingOfTensorFlowJs(callback) : undefined;
}

/** `tf.callbacks.earlyStopping` keeps no more than this. */
interface TensorFlowJsEarlyStopping {
  readonly monitor: string;
  readonly mode: string;
  readonly minDelta: number;
  readonly patience: number;
  readonly baseline: number | undefined;
  wait: number;
  stoppedEpoch: number;
  best: number;
}

function earlyStoppingOfTensorFlowJs(callback: unknown): Stateful {
  const own = callback as TensorFlowJsEarlyStopping;
  const { monitor, mode, minDelta, patience, baseline } = own;
  return {
    getState: () => ({
      kind: `tf.callbacks.earlyStopping ${JSON.stringify({ monitor, mode, minDelta, patience, baseline })}`,
      values: { wait: own.wait, stoppedEpoch: own.stoppedEpoch, best: own.best },
    }),
    setState: ({ values }) => void Object.assign(own, values),
  };
}
