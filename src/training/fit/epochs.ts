import type { Logs } from './callbacks/callback';
import { writeSnapshot } from './checkpoint/checkpoint-file';
import type { Fingerprint } from './checkpoint/fingerprint';
import { runEpoch, type EpochSetting } from './epoch';
import type { FitHistory } from './history';
import type { CompiledModel } from './layers-model';
import { takeSnapshot, type TrainingState } from './training-state';

export interface EpochsSetting extends Omit<EpochSetting, 'seed'> {
  readonly model: CompiledModel;
  readonly epochs: number;
  readonly checkpoint?: { readonly path: string; readonly everyEpochs: number; readonly fingerprint: Fingerprint };
}

/** Trains from where the state is to the last epoch, until a callback stops it, or until the signal does. */
export async function runEpochs(state: TrainingState, setting: EpochsSetting): Promise<FitHistory['stoppedBy']> {
  const { model, epochs, step, callbacks, reporter, signal } = setting;
  let logs: Logs = {};
  let interrupted = false;
  let refusal: Error | undefined;
  while (!state.stopped && state.nextEpoch < epochs) {
    const start = performance.now();
    const done = signal?.aborted ? undefined : await runEpoch({ ...setting, seed: state.seed }, state.nextEpoch);
    state.seconds += (performance.now() - start) / 1000;
    if (done === undefined) {
      interrupted = true;
      break;
    }
    if (step.refusal !== refusal) reporter.note(`The model runs operation by operation: ${step.refusal!.message}`);
    refusal = step.refusal;
    logs = done;
    state.record(state.nextEpoch, logs);
    state.stopped = model.stopTraining;
    await saveIfDue(state, setting);
  }
  await callbacks.onTrainEnd(logs);
  return state.stopped ? 'early stopping' : interrupted ? 'interrupt' : 'epochs';
}

async function saveIfDue(state: TrainingState, { model, epochs, callbacks, checkpoint }: EpochsSetting): Promise<void> {
  if (checkpoint === undefined) return;
  const last = state.stopped || state.nextEpoch === epochs;
  if (!last && state.nextEpoch % checkpoint.everyEpochs !== 0) return;
  await writeSnapshot(checkpoint.path, takeSnapshot(state, model, callbacks, checkpoint.fingerprint));
}
