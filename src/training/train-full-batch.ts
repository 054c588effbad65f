import { cellHost } from '../cell-host';
import { Pace } from '../tensorflow';
import type { StoppingRule } from './early-stopping';
import { checkLabelledData, FullBatch, type LabelledData } from './full-batch';
import { FullBatchSteps } from './full-batch-steps';
import type { History } from './history';
import type { Optimizer } from './optimizer';
import type { TwoLayerNetwork } from './two-layer-network';

/** What a step tells when it is done. */
export interface StepReport {
  /** Counted from zero. */
  readonly step: number;
  /** Over the training set, before the update; mean cross-entropy, in nats. */
  readonly loss: number;
  /** Over the validation set, after the update. */
  readonly validationLoss: number;
}

/** What `trainFullBatch` trains, on what, and how long. */
export interface FullBatchTrainingOptions {
  readonly network: TwoLayerNetwork;
  readonly train: LabelledData;
  readonly validation: LabelledData;
  readonly optimizer: Optimizer;
  /** The most steps to do. */
  readonly steps: number;
  /** Asked after each step whether that was the last one, such as `validationLossRises()`. */
  readonly stopWhen?: StoppingRule;
  /** Called after each step, and awaited. */
  readonly onStep?: (report: StepReport) => void | Promise<void>;
  /** Ends the run between two steps; by default the running notebook cell's signal. */
  readonly signal?: AbortSignal;
}

/**
 * Trains a network on the whole training set at each step: the loss and its gradients, the update, then the loss over the
 * validation set. Steps run compiled, in native calls of a tenth of a second, or one by one where `onStep` or `stopWhen` looks
 * at each; other work of the process gets its turn in between.
 *
 * An abort is no error: the run ends, the network keeps what it has learnt, and the history says so.
 *
 * @throws RangeError, before anything is changed, if shapes disagree, a value is not finite, or steps is not an integer
 *   above 0.
 */
export async function trainFullBatch(options: FullBatchTrainingOptions): Promise<History> {
  const { network, train, validation, optimizer, steps, stopWhen, onStep } = options;
  const signal = options.signal ?? cellHost()?.signal;
  if (!Number.isInteger(steps) || steps < 1) throw new RangeError(`steps is ${steps}; it must be an integer above 0`);
  checkLabelledData('train', train, network.inputs, network.outputs);
  checkLabelledData('validation', validation, network.inputs, network.outputs);

  const { math } = network;
  const batch = new FullBatch(math, train);
  const validationBatch = new FullBatch(math, validation);
  const stepper = new FullBatchSteps(network, optimizer, batch, validationBatch);
  // Whoever looks at each step must find the network as that step left it.
  const pace = stopWhen === undefined && onStep === undefined ? new Pace() : undefined;
  const loss: number[] = [];
  const validationLoss: number[] = [];
  let stoppedBy: History['stoppedBy'] = 'steps';
  const start = performance.now();
  try {
    while (loss.length < steps) {
      await otherWork();
      if (signal?.aborted) {
        stoppedBy = 'interrupt';
        break;
      }
      const atOnce = pace?.next(steps - loss.length) ?? 1;
      const began = performance.now();
      const done = stepper.run(atOnce);
      pace?.took(atOnce, performance.now() - began);
      loss.push(...done.loss);
      validationLoss.push(...done.validationLoss);
      await onStep?.({ step: loss.length - 1, loss: loss.at(-1)!, validationLoss: validationLoss.at(-1)! });
      if (stopWhen?.({ loss, validationLoss })) {
        stoppedBy = 'early stopping';
        break;
      }
    }
  } finally {
    stepper.dispose();
    batch.dispose();
    validationBatch.dispose();
  }
  return { loss, validationLoss, stoppedBy, seconds: (performance.now() - start) / 1000 };
}

function otherWork(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
