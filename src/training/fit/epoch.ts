import type * as tf from '@tensorflow/tfjs';
import { BatchMeans } from './batch-means';
import type { Logs } from './callbacks/callback';
import type { CallbackList } from './callbacks/callback-list';
import type { Reporter } from './progress/reporter';
import { epochOrder, naturalOrder } from '../shuffle';
import type { ModelStep } from './steps';

/** What each epoch of a training needs. */
export interface EpochSetting {
  readonly model: { readonly stopTraining: boolean };
  readonly step: ModelStep;
  readonly data: readonly tf.Tensor[];
  /** The names of the step's results. */
  readonly names: readonly string[];
  /** Training examples: the first so many of the data. */
  readonly examples: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  /** Loss and metrics on the validation examples; undefined if it was interrupted. */
  readonly validate: (() => Promise<Logs | undefined>) | undefined;
  readonly callbacks: CallbackList;
  readonly reporter: Reporter;
  readonly signal: AbortSignal | undefined;
}

/**
 * Trains for one epoch and validates.
 *
 * @returns The epoch's logs, or undefined if it was interrupted. If a callback stopped it among its batches, the logs
 *   are those of the batches that were done, without validation.
 */
export async function runEpoch(setting: EpochSetting, epoch: number): Promise<Logs | undefined> {
  const { model, examples, batchSize, callbacks, reporter } = setting;
  reporter.begin(epoch);
  await callbacks.onEpochBegin(epoch);
  const steps = Math.ceil(examples / batchSize);
  const { done, logs } = await trainBatches(setting, epoch, steps);
  const interrupted = done < steps && !(model.stopTraining && done > 0);
  const validation = interrupted
    ? undefined
    : done < steps || setting.validate === undefined
      ? {}
      : await setting.validate();
  if (validation === undefined) {
    reporter.breakOff(done, logs);
    return undefined;
  }
  for (const [name, value] of Object.entries(validation)) logs[`val_${name}`] = value;
  reporter.end(done, logs);
  await callbacks.onEpochEnd(epoch, logs);
  return logs;
}

async function trainBatches(
  setting: EpochSetting,
  epoch: number,
  steps: number,
): Promise<{ done: number; logs: Logs }> {
  const { model, step, data, names, examples, batchSize, seed, callbacks, reporter, signal } = setting;
  const order = setting.shuffle ? epochOrder(examples, seed, epoch) : naturalOrder(0, examples);
  const sizeOf = (batch: number) => Math.min(batchSize, examples - batch * batchSize);
  const means = new BatchMeans(names);
  const stop = stopOn(signal);
  let done = 0;
  // Random operations too hang on the seed and the epoch alone.
  step.stepsDone = epoch * steps;
  try {
    await step.run(data, {
      batchSize,
      order,
      signal: stop.signal,
      async onChunk({ firstStep, steps: count, values }) {
        const batches = Array.from({ length: count }, (_, i) => ({
          batch: firstStep + i,
          size: sizeOf(firstStep + i),
          results: values.map(({ data: numbers }) => numbers[i]!),
        }));
        for (const { size, results } of batches) means.add(results, size);
        done = firstStep + count;
        reporter.progress(done, () => means.logs());
        await callbacks.onBatches(epoch, names, batches);
        if (model.stopTraining) stop.abort();
      },
    });
  } finally {
    stop.dispose();
  }
  return { done, logs: means.logs() };
}

/** A signal that follows another one, and can be aborted itself. */
function stopOn(signal: AbortSignal | undefined): { readonly signal: AbortSignal; abort(): void; dispose(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  return { signal: controller.signal, abort, dispose: () => signal?.removeEventListener('abort', abort) };
}
