import type * as tf from '@tensorflow/tfjs';
import { cellHost } from '../cell-host';
import type { WarmStartCounts } from '../linalg';
import { compileStep } from '../tensorflow';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { checkCounts } from './check-counts';
import { bufferedOrder } from './shuffle';
import type { TruncatedClassifier } from './truncated-classifier';

/** What `trainTruncated` trains, on what, and how. */
export interface TruncatedTrainingOptions {
  readonly network: TruncatedClassifier;
  /** [n, inputs] */
  readonly x: tf.Tensor2D;
  /** One row of probabilities for each example, [n, classes]. */
  readonly y: tf.Tensor2D;
  readonly epochs: number;
  /** 128 by default; the last batch of an epoch has what is left over. */
  readonly batchSize?: number;
  /** Of Adam, or what it is in an epoch, counted from 0; 0.001 by default. */
  readonly learningRate?: number | ((epoch: number) => number);
  /** Examples are drawn from a buffer of so many, as by `tf.data.Dataset.shuffle`; 1024 by default. */
  readonly shuffleBuffer?: number;
  /** Of the order of the examples, an integer from 0. */
  readonly seed: number;
  /** Steps, counted from 0 through all epochs, before which `onPause` is called; 0 is before the first one. */
  readonly pauses?: readonly number[];
  /** The network's variables are up to date. */
  readonly onPause?: (step: number) => void;
  /** Called about ten times a second. */
  readonly onProgress?: (step: number, loss: number) => void;
  /** Ends the training between two native calls; by default the running notebook cell's signal. */
  readonly signal?: AbortSignal;
}

/** The course of a training, by steps. */
export interface TruncatedHistory {
  /** Of each step, before its update, in nats. */
  readonly loss: readonly number[];
  readonly stepsPerEpoch: number;
  /** Without pauses. */
  readonly seconds: number;
  readonly stoppedBy: 'epochs' | 'interrupt';
  /** What the truncations took. */
  readonly counts: WarmStartCounts;
}

/**
 * Trains a network through its truncations: in every step the loss sees the kernels' best approximations of rank k, and the
 * exact gradient through them updates the full kernels, by Adam. All steps run in native calls (`compileStep`).
 *
 * @throws RangeError if epochs, batchSize, shuffleBuffer or a learning rate is out of range; if the weights become NaN
 */
export async function trainTruncated(options: TruncatedTrainingOptions): Promise<TruncatedHistory> {
  const { network, x, y, epochs, batchSize = 128, learningRate = 0.001, shuffleBuffer = 1024, seed, pauses = [] } = options;
  checkCounts({ epochs, batchSize, shuffleBuffer });
  const signal = options.signal ?? cellHost()?.signal;
  const rateOf = typeof learningRate === 'number' ? () => learningRate : learningRate;
  const rates = Array.from({ length: epochs }, (_, epoch) => checkedRate(rateOf(epoch), epoch));
  const optimizer = tensorFlowJs().train.adam(rates[0], 0.9, 0.999, 1e-7) as unknown as AdamOptimizer;
  const step = compileStep(
    (xs, ys) => optimizer.minimize(() => network.loss(xs as tf.Tensor2D, ys as tf.Tensor2D), true, network.variables)!,
    { execution: 'compiled-or-eager', seed },
  );
  const examples = x.shape[0];
  const stepsPerEpoch = Math.ceil(examples / batchSize);
  const loss: number[] = [];
  let seconds = 0;
  let interrupted = false;

  /** Steps of one epoch up to a pause. */
  async function run(order: Int32Array, from: number, to: number): Promise<void> {
    const start = performance.now();
    const result = await step.run([x, y], {
      batchSize,
      signal,
      order: order.subarray(from * batchSize, to * batchSize),
      onChunk({ values }) {
        loss.push(...values.data);
        options.onProgress?.(loss.length, loss.at(-1)!);
      },
    });
    seconds += (performance.now() - start) / 1000;
    interrupted = result.interrupted;
  }

  try {
    for (let epoch = 0; epoch < epochs && !interrupted; epoch++) {
      optimizer.learningRate = rates[epoch]!;
      const order = bufferedOrder(examples, shuffleBuffer, seed, epoch);
      const before = epoch * stepsPerEpoch;
      const cuts = pauses.map((pause) => pause - before).filter((pause) => pause > 0 && pause < stepsPerEpoch);
      const stops = [0, ...new Set(cuts.sort((a, b) => a - b)), stepsPerEpoch];
      for (let i = 0; i + 1 < stops.length && !interrupted; i++) {
        if (pauses.includes(before + stops[i]!)) options.onPause?.(before + stops[i]!);
        await run(order, stops[i]!, stops[i + 1]!);
      }
    }
    if (!interrupted && pauses.includes(epochs * stepsPerEpoch)) options.onPause?.(epochs * stepsPerEpoch);
    return { loss, stepsPerEpoch, seconds, stoppedBy: interrupted ? 'interrupt' : 'epochs', counts: network.counts() };
  } finally {
    step.dispose();
    optimizer.dispose();
  }
}

/** The rate, which a compiled step reads at the start of each native call, is protected in TensorFlow.js's types. */
type AdamOptimizer = tf.Optimizer & { learningRate: number };

function checkedRate(rate: number, epoch: number): number {
  if (rate >= 0 && rate < Infinity) return rate;
  throw new RangeError(`learningRate is ${rate} in epoch ${epoch}; it must be a finite number from 0`);
}
