import type * as tf from '@tensorflow/tfjs';
import { cellHost } from '../../cell-host';
import { compress, rebuildModel } from '../../compression';
import { compileStep, stepParameter } from '../../tensorflow';
import { checkCounts } from '../check-counts';
import { epochOrder, naturalOrder } from '../shuffle';
import { integrate } from './integrate';
import { disposeLayers, trainedLayers, type LowRankLayer } from './trained-layers';

/** How a net is trained along the matrices of low rank. */
export interface DynamicalLowRankOptions {
  /**
   * τ: after each step a layer keeps the smallest rank that leaves out at most this share of its kernel's norm,
   * √(Σ_{j>r} σ²) ≤ τ·√(Σ σ²); from 0, below 1.
   */
  readonly tolerance: number;
  /**
   * The rank at first, and the most that a layer can have, an integer above 0; or one for each dense layer by its name, those that are not
   * named being trained as they are.
   */
  readonly maxRank: number | Readonly<Record<string, number>>;
  readonly epochs: number;
  /** 128 by default; the last batch of an epoch has what is left over. */
  readonly batchSize?: number;
  /** Of gradient descent, or what it is in an epoch, counted from 0; 0.1 by default. */
  readonly learningRate?: number | ((epoch: number) => number);
  /** Whether each epoch takes the examples in a new random order; true by default. */
  readonly shuffle?: boolean;
  /** Of that order; an integer from 0, 0 by default. */
  readonly seed?: number;
  /** Called after each epoch. */
  readonly onEpoch?: (report: DynamicalLowRankEpoch) => void;
  /** Ends the training between two native calls; by default the running notebook cell's signal. */
  readonly signal?: AbortSignal;
}

/** What an epoch gave. */
export interface DynamicalLowRankEpoch {
  /** Counted from 0. */
  readonly epoch: number;
  /** The mean over the epoch's batches of the cross-entropy before the step, in nats. */
  readonly loss: number;
  /** At its end, by the layers' names. */
  readonly ranks: Readonly<Record<string, number>>;
}

/** What the training leaves. */
export interface DynamicalLowRankResult {
  /** Layers of the ranks that were found, as thin layers where that saves parameters; compiled if the model is. */
  readonly model: tf.Sequential;
  readonly epochs: readonly DynamicalLowRankEpoch[];
  readonly seconds: number;
  readonly stoppedBy: 'epochs' | 'interrupt';
}

/**
 * Dynamical low-rank training (DLRT): dense kernels are never formed, but trained as U·diag(s)·Vᵀ by the rank-adaptive basis-update and
 * Galerkin integrator, which in each step adds the directions in which the loss falls and drops what the tolerance allows (Schotthöfer,
 * Zangrando, Kusch, Ceruti and Tudisco, "Low-rank lottery tickets", 2022). By plain gradient descent, as its theory has it. It
 * begins with the best approximations of the model's kernels. All steps of an epoch run in native calls.
 *
 * @param model a classifier of dense layers and layers without weights that ends in probabilities; it stays as it is
 * @param x [n, …], as the model takes it
 * @param y one row of probabilities for each example, [n, classes]
 * @throws RangeError if a count, rate or tolerance is out of range, a layer cannot be trained so, or the loss becomes NaN
 */
export async function trainDynamicalLowRank(
  model: tf.Sequential,
  x: tf.Tensor,
  y: tf.Tensor2D,
  options: DynamicalLowRankOptions,
): Promise<DynamicalLowRankResult> {
  const { tolerance, maxRank, epochs, batchSize = 128, learningRate = 0.1, shuffle = true, seed = 0 } = options;
  checkCounts({ epochs, batchSize });
  if (!(tolerance >= 0 && tolerance < 1)) throw new RangeError(`tolerance is ${tolerance}; it must be at least 0 and below 1`);
  const rateOf = typeof learningRate === 'number' ? () => learningRate : learningRate;
  const rates = Array.from({ length: epochs }, (_, epoch) => checkedRate(rateOf(epoch), epoch));
  const signal = options.signal ?? cellHost()?.signal;
  const layers = trainedLayers(model, maxRank);
  const lowRank = layers.filter((layer): layer is LowRankLayer => 'kernel' in layer);
  let rate = rates[0]!;
  const step = compileStep(
    (xs: tf.Tensor, ys: tf.Tensor) => integrate(layers, xs, ys, stepParameter(() => rate), tolerance),
    { execution: 'compiled-or-eager', seed },
  );
  const ranks = () => Object.fromEntries(lowRank.map(({ layer, kernel }) => [layer.name, kernel.rank()]));
  const reports: DynamicalLowRankEpoch[] = [];
  const start = performance.now();
  let interrupted = false;
  try {
    for (let epoch = 0; epoch < epochs && !interrupted; epoch++) {
      rate = rates[epoch]!;
      const order = shuffle ? epochOrder(x.shape[0]!, seed, epoch) : naturalOrder(0, x.shape[0]!);
      const { values, interrupted: stopped } = await step.run([x, y], { order, batchSize, signal });
      if (stopped) {
        interrupted = true;
        break;
      }
      const loss = Array.from(values.data).reduce((sum, each) => sum + each, 0) / values.data.length;
      if (Number.isNaN(loss)) throw new RangeError(`trainDynamicalLowRank: the loss became NaN in epoch ${epoch}; take a learningRate below ${rate}`);
      reports.push({ epoch, loss, ranks: ranks() });
      options.onEpoch?.(reports.at(-1)!);
    }
    return { model: learnt(model, layers, ranks()), epochs: reports, seconds: (performance.now() - start) / 1000, stoppedBy: interrupted ? 'interrupt' : 'epochs' };
  } finally {
    step.dispose();
    disposeLayers(layers);
  }
}

/** A copy of the model with what was learnt, its layers factored. */
function learnt(model: tf.Sequential, layers: ReturnType<typeof trainedLayers>, ranks: Readonly<Record<string, number>>): tf.Sequential {
  const copy = rebuildModel(model);
  try {
    layers.forEach((trained, at) => {
      if ('passing' in trained) return;
      const kernel = 'kernel' in trained ? trained.kernel.matrix() : trained.whole.clone();
      copy.layers[at]!.setWeights(trained.bias === undefined ? [kernel] : [kernel, trained.bias]);
      kernel.dispose();
    });
    return compress(copy, { perLayer: ranks }).model;
  } finally {
    copy.dispose();
  }
}

function checkedRate(rate: number, epoch: number): number {
  if (rate > 0 && rate < Infinity) return rate;
  throw new RangeError(`learningRate is ${rate} in epoch ${epoch}; it must be a finite number above 0`);
}
