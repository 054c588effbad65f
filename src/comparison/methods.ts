import type * as tf from '@tensorflow/tfjs';
import { compress, pruneSingularValues, rebuildModel, toLowRank } from '../compression';
import { svdConv2d, svdDense, truncateKernels } from '../layers';
import type { RankRule } from '../linalg';
import { trainDynamicalLowRank } from '../training';
import { equalShareRanks } from './equal-share';
import { imagesFor, type ImagesAndTargets } from './examples';
import type { ComparisonNetwork } from './networks';
import { train, type TrainingRecipe } from './training';

/** What a method starts from, and what it may spend. */
export interface Task {
  readonly network: ComparisonNetwork;
  /** The trained net, which stays as it is. */
  readonly start: tf.Sequential;
  readonly examples: ImagesAndTargets;
  /** Parameters that the small net may have at most. */
  readonly maxParameters: number;
  /** Of the training that follows, where there is one. */
  readonly recipe: TrainingRecipe;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** Makes a net with low-rank layers out of the trained one. */
type Method = (task: Task) => Promise<tf.Sequential>;

/**
 * Ways from a trained net to a smaller one, in the order of the assignments. All that train take the same number of steps from the same
 * weights:
 * - `SVD`: each kernel's best approximation, the same share of its rank everywhere (assignment 2, before refinement);
 * - `SVD, refined`: then trained as two thin layers for each (assignment 2);
 * - `compression-aware`: trained before the cut, by a loss that sees the kernels at their ranks, the gradient going straight through
 *   (assignment 3), the last layer whole as there: cut, its singular values meet at the rank, and its approximation jumps to and fro;
 * - `through the truncation`: the same by the exact gradient (assignment 4);
 * - `U-S-V`: trained as U, s and V with penalties half of the epochs, pruned to the budget, then trained the other half (assignment 5);
 * - `DLRT`: kernels trained along the matrices of low rank by gradient descent (Schotthöfer et al. 2022), the last layer whole;
 * - `library`: `compress` with a budget and examples, which chooses the ranks and takes the principal components of the layers' outputs;
 * - `library, refined`: then trained as thin layers.
 */
export type ComparisonMethod =
  | 'SVD'
  | 'SVD, refined'
  | 'compression-aware'
  | 'through the truncation'
  | 'U-S-V'
  | 'DLRT'
  | 'library'
  | 'library, refined';

export const methods: Readonly<Record<ComparisonMethod, Method>> = {
  'SVD': atEqualShares,
  'SVD, refined': refined(atEqualShares),
  'compression-aware': (task) => actingAtRanks(task, 'straight-through'),
  'through the truncation': (task) => actingAtRanks(task, 'exact'),
  'U-S-V': asSingularTriplets,
  'DLRT': dynamicalLowRank,
  'library': byLibrary,
  'library, refined': refined(byLibrary),
};

/**
 * Of U-S-V training. On training images that were held out of it, no other pair that was tried, from 0.01 to 0.1 and from 0.003 to 0.1, is
 * better by more than 0.0007: seven and six pairs for 784-100-50-10 at 24,180 and 11,728 parameters, three for 784-5×1024-10 at 107,000.
 */
const penalties = { orthogonality: 0.1, sparsity: 0.03 };

/** Singular values that U-S-V training has in each layer for one that the budget leaves. */
const spareRanks = 4;

/** Of DLRT: the best of 0.05, 0.1, 0.2 and 0.5 on held-out training images, for 784-100-50-10 at 24,180 parameters and 784-5×1024-10 at 107,000. */
export const gradientDescentRate = 0.2;

const calibrationImages = 5000;

async function atEqualShares({ network, start, maxParameters }: Task): Promise<tf.Sequential> {
  return compress(start, { perLayer: equalShareRanks(start, maxParameters, network.whole) }).model;
}

async function byLibrary({ start, examples: { x }, maxParameters }: Task): Promise<tf.Sequential> {
  const first = x.slice([0, 0], [Math.min(x.shape[0], calibrationImages), x.shape[1]]);
  const inputs = imagesFor(start, first);
  try {
    return compress(start, { maxParameters, inputs }).model;
  } finally {
    first.dispose();
    inputs.dispose();
  }
}

function refined(cut: Method): Method {
  return async (task) => {
    const model = await cut(task);
    return trained(model, task, task.recipe);
  };
}

/** The net, trained; disposed if that ends with an error. */
async function trained(model: tf.Sequential, task: Task, recipe: TrainingRecipe): Promise<tf.Sequential> {
  try {
    await train(model, task.examples, recipe, task);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

async function actingAtRanks(task: Task, gradient: 'straight-through' | 'exact'): Promise<tf.Sequential> {
  const { start, maxParameters } = task;
  const ranks = equalShareRanks(start, maxParameters, [start.layers.at(-1)!.name]);
  const acting = truncateKernels(start, { rank: ranks, gradient });
  const whole = rebuildModel(start);
  try {
    await train(acting, task.examples, task.recipe, task);
    whole.setWeights(acting.getWeights());
    return compress(whole, { perLayer: ranks }).model;
  } finally {
    acting.dispose();
    whole.dispose();
  }
}

async function dynamicalLowRank({ start, examples: { x, y }, maxParameters, recipe, seed, signal }: Task): Promise<tf.Sequential> {
  const { epochs, batchSize } = recipe;
  const maxRank = equalShareRanks(start, maxParameters, [start.layers.at(-1)!.name]);
  const learningRate = (epoch: number) => gradientDescentRate * (1 - epoch / epochs);
  const { model } = await trainDynamicalLowRank(start, x, y, { maxRank, tolerance: 0.01, epochs, batchSize, learningRate, seed, signal });
  if (signal?.aborted) {
    model.dispose();
    signal.throwIfAborted();
  }
  return model;
}

async function asSingularTriplets(task: Task): Promise<tf.Sequential> {
  const { network, start, maxParameters, recipe, examples } = task;
  const ranks = equalShareRanks(start, maxParameters, network.whole);
  const [first, second] = [Math.ceil(recipe.epochs / 2), Math.floor(recipe.epochs / 2)];
  const whole = rebuildModel(start, (layer) => {
    const kind = layer.getClassName();
    if (network.whole.includes(layer.name) || (kind !== 'Dense' && kind !== 'Conv2D')) return undefined;
    const rank: RankRule = ({ rows, columns }) => Math.min(rows, columns, spareRanks * (ranks[layer.name] ?? columns));
    return kind === 'Dense' ? svdDense.fromDense(layer, { rank, ...penalties }) : svdConv2d.fromConv2d(layer, { rank, ...penalties });
  });
  try {
    await train(whole, examples, { ...recipe, epochs: first }, task);
    const pruned = pruneSingularValues(whole, { maxParameters }).model;
    try {
      const small = toLowRank(pruned);
      return second === 0 ? small : await trained(small, task, { ...recipe, epochs: second });
    } finally {
      pruned.dispose();
    }
  } finally {
    whole.dispose();
  }
}
