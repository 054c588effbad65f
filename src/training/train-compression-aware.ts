import type * as tf from '@tensorflow/tfjs';
import { cellHost } from '../cell-host';
import { truncateWeights } from '../compression';
import { truncateKernels } from '../layers';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { checkCounts } from './check-counts';
import { compiledPart } from './fit/layers-model';
import { trainStep, type ModelStep } from './fit/steps';
import { epochOrder, naturalOrder } from './shuffle';

/** How `trainCompressionAware` trains. */
export interface CompressionAwareOptions {
  /** The rank that the loss sees; kernels with no more singular values act as they are. */
  readonly rank: number;
  readonly epochs: number;
  /** 128 by default; the last batch of an epoch has what is left over. */
  readonly batchSize?: number;
  /** Of Adam; 0.001 by default. */
  readonly learningRate?: number;
  /** By how much the error of an approximation may exceed the least possible, as in `lowRank`; 1e-5 by default. */
  readonly tolerance?: number;
  /** Whether each epoch takes the examples in a new random order; true by default. */
  readonly shuffle?: boolean;
  /** Of that order; an integer from 0, 0 by default. */
  readonly seed?: number;
  /** Called for each batch in turn, some at a time, about ten times a second. */
  readonly onBatch?: (report: CompressionAwareBatch) => void;
  /** Ends the training between two native calls; by default the running notebook cell's signal. */
  readonly signal?: AbortSignal;
}

/** What a batch gave, before its update. */
export interface CompressionAwareBatch {
  /** Counted from 0 through all epochs. */
  readonly step: number;
  /** Of the whole training. */
  readonly steps: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** The share of the batch that was classified rightly. */
  readonly accuracy: number;
}

/** The course of a training, by steps. */
export interface CompressionAwareHistory {
  /** The mean cross-entropy of each step's batch, in nats, before the update. */
  readonly loss: readonly number[];
  /** The share of each step's batch that was classified rightly, before the update. */
  readonly accuracy: readonly number[];
  readonly stepsPerEpoch: number;
  /** What the training took. */
  readonly seconds: number;
  readonly stoppedBy: 'epochs' | 'interrupt';
}

/** What `trainCompressionAware` gives beside the trained model. */
export interface CompressionAwareResult {
  /** The net that the last loss saw: the kernels' approximations, as full matrices, before the last update. Not compiled. */
  readonly feedForward: tf.Sequential;
  readonly history: CompressionAwareHistory;
}

/**
 * Compression-aware training: forward and backward pass go through the kernels' best approximations of a rank, and the gradient that is
 * found there is applied to the full kernels, straight through (by Adam, its moments zero at first). No full decomposition is made:
 * the leading singular vectors follow from those of the step before, to `tolerance`. All steps of an epoch run in native calls.
 *
 * @param model a classifier that ends in probabilities; its weights are those of the last finished step, also after an interrupt
 * @param x [n, …], as the model takes it
 * @param y one row of probabilities for each example, [n, classes]
 * @throws RangeError if a count or rate is out of range, or the model has no dense kernel with more than `rank` singular
 *   values; TensorFlow.js's own errors if the data do not fit the model: all before anything is changed
 */
export async function trainCompressionAware(
  model: tf.Sequential,
  x: tf.Tensor,
  y: tf.Tensor2D,
  options: CompressionAwareOptions,
): Promise<CompressionAwareResult> {
  const { rank, epochs, batchSize = 128, learningRate = 0.001, tolerance = 1e-5, shuffle = true, seed = 0 } = options;
  checkCounts({ epochs, batchSize });
  if (!(learningRate > 0 && learningRate < Infinity)) throw new RangeError(`learningRate is ${learningRate}; it must be a finite number above 0`);
  const signal = options.signal ?? cellHost()?.signal;
  const truncated = truncateKernels(model, { rank, tolerance, gradient: 'straight-through' });
  const optimizer = tensorFlowJs().train.adam(learningRate, 0.9, 0.999, 1e-7);
  truncated.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const part = compiledPart(truncated);
  let data: tf.Tensor[] = [];
  let step: ModelStep | undefined;

  const examples = x.shape[0]!;
  const stepsPerEpoch = Math.ceil(examples / batchSize);
  const loss: number[] = [];
  const accuracy: number[] = [];
  let seconds = 0;
  let interrupted = false;

  async function run(order: Int32Array): Promise<void> {
    const start = performance.now();
    const result = await step!.run(data, {
      order,
      batchSize,
      signal,
      onChunk({ steps: count, values: [losses, accuracies] }) {
        for (let i = 0; i < count; i++) {
          loss.push(losses!.data[i]!);
          accuracy.push(accuracies!.data[i]!);
          options.onBatch?.({ step: loss.length - 1, steps: epochs * stepsPerEpoch, loss: loss.at(-1)!, accuracy: accuracy.at(-1)! });
        }
      },
    });
    seconds += (performance.now() - start) / 1000;
    interrupted = result.interrupted;
  }

  /** What the full kernels are now goes into the model. */
  const learnt = () => model.setWeights(truncated.getWeights());
  const approximated = () => {
    learnt();
    return truncateWeights(model, { rank });
  };

  let feedForward: tf.Sequential | undefined;
  try {
    data = part.standardizeUserDataXY(x, y, false, batchSize).flat();
    step = trainStep(part, [false], { seed, execution: 'compiled-or-eager' });
    for (let epoch = 0; epoch < epochs && !interrupted; epoch++) {
      const order = shuffle ? epochOrder(examples, seed, epoch) : naturalOrder(0, examples);
      const last = epoch === epochs - 1 ? (stepsPerEpoch - 1) * batchSize : examples;
      if (last > 0) await run(order.subarray(0, last));
      if (last < examples && !interrupted) {
        feedForward = approximated();
        await run(order.subarray(last));
      }
    }
    if (interrupted) {
      feedForward?.dispose();
      feedForward = undefined;
    }
    feedForward ??= approximated();
    return { feedForward, history: { loss, accuracy, stepsPerEpoch, seconds, stoppedBy: interrupted ? 'interrupt' : 'epochs' } };
  } catch (error) {
    feedForward?.dispose();
    throw error;
  } finally {
    learnt();
    step?.dispose();
    truncated.dispose();
    optimizer.dispose();
  }
}
