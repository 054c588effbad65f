import type { CallbackList } from './callbacks/callback-list';
import { CheckpointError } from './checkpoint/checkpoint-error';
import type { Snapshot } from './checkpoint/checkpoint-file';
import { differences, type Fingerprint } from './checkpoint/fingerprint';
import { optimizerState, restoreOptimizer } from './checkpoint/optimizer-state';
import type { Logs } from './callbacks/callback';
import { weightVariables, type CompiledModel } from './layers-model';
import { assignStored, storeTensor } from './stored-tensor';

/** How far a training is. */
export class TrainingState {
  readonly epoch: number[] = [];
  readonly history: Record<string, number[]> = {};
  /** The epoch that comes next. */
  nextEpoch: number;
  /** Whether a callback has ended the training. */
  stopped = false;
  /** Of all epochs, those of a process before included. */
  seconds = 0;

  constructor(
    readonly seed: number,
    initialEpoch: number,
  ) {
    this.nextEpoch = initialEpoch;
  }

  record(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
    this.nextEpoch = epoch + 1;
  }
}

/** All that is needed to go on from here in another process. */
export function takeSnapshot(
  state: TrainingState,
  model: CompiledModel,
  callbacks: CallbackList,
  fingerprint: Fingerprint,
): Snapshot {
  const optimizer = optimizerState(model.optimizer);
  const states = callbacks.getStates();
  const { seed, nextEpoch, stopped, seconds, epoch, history } = state;
  const kinds = states.map(({ kind, values }) => ({ kind, values }));
  return {
    progress: {
      fingerprint,
      seed,
      nextEpoch,
      stopped,
      seconds,
      epoch,
      history,
      optimizer: optimizer.state,
      callbacks: kinds,
    },
    weights: weightVariables(model).map(storeTensor),
    optimizer: optimizer.tensors,
    callbacks: states.map(({ tensors = [] }) => tensors),
  };
}

/** @throws CheckpointError if the snapshot is of another training. */
export function checkSnapshot(
  { progress }: Snapshot,
  {
    path,
    fingerprint,
    seed,
    epochs,
    callbacks,
  }: {
    readonly path: string;
    readonly fingerprint: Fingerprint;
    readonly seed: number | undefined;
    readonly epochs: number;
    readonly callbacks: CallbackList;
  },
): void {
  const kinds = (states: readonly { readonly kind: string }[]) => states.map(({ kind }) => kind).join('; ') || 'none';
  const saved = { ...progress.fingerprint, seed: String(progress.seed), callbacks: kinds(progress.callbacks) };
  const now = { ...fingerprint, seed: String(seed ?? progress.seed), callbacks: kinds(callbacks.getStates()) };
  const faults = differences(saved, now);
  if (progress.nextEpoch > epochs) faults.push(`it is after epoch ${progress.nextEpoch}, and epochs is ${epochs}`);
  if (faults.length === 0) return;
  throw new CheckpointError(
    path,
    'mismatch',
    `${path} is the checkpoint of another training: ${faults.join('; ')}. Choose another path, move the file away to ` +
      'train from the beginning, or train with the settings that it was written with',
  );
}

/** Brings a training to where it was. To be called after the callbacks' onTrainBegin. */
export function restoreSnapshot(
  { progress, ...tensors }: Snapshot,
  model: CompiledModel,
  callbacks: CallbackList,
): TrainingState {
  weightVariables(model).forEach((variable, i) => assignStored(variable, tensors.weights[i]!));
  restoreOptimizer(model.optimizer, progress.optimizer, tensors.optimizer);
  callbacks.setStates(progress.callbacks.map((state, i) => ({ ...state, tensors: tensors.callbacks[i]! })));
  const { seed, nextEpoch, stopped, seconds, epoch, history } = progress;
  const state = new TrainingState(seed, nextEpoch);
  state.epoch.push(...epoch);
  for (const [name, values] of Object.entries(history)) state.history[name] = [...values];
  return Object.assign(state, { stopped, seconds });
}
