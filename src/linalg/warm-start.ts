import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import type { Matrix } from './matrix-math/matrix-math';
import type { TensorMatrices } from './tensor-matrix';

/** What the iterations of all calls with one memory took, summed up. */
export interface WarmStartCounts {
  /** Truncations. */
  readonly calls: number;
  /** Rounds of block iteration for them, four products with the matrix each. */
  readonly rounds: number;
  /** Truncations that needed a full decomposition, since the spectrum had no sufficient gap. */
  readonly decompositions: number;
  /** Iterations of conjugate gradients for their gradients, two products with the matrix each. */
  readonly gradientIterations: number;
  /** Gradients that needed a full decomposition. */
  readonly gradientDecompositions: number;
}

const countNames = ['calls', 'rounds', 'decompositions', 'gradientIterations', 'gradientDecompositions'] as const;
type CountName = (typeof countNames)[number];

/**
 * The memory of a matrix that changes little from call to call, such as a layer's weights in training: the iteration for
 * its leading singular vectors starts from those of the last call, moved on by what they moved before.
 *
 * One memory belongs to one matrix and one rank. It is kept in variables of TensorFlow.js, so that it works in compiled
 * steps; `dispose` frees them.
 */
export class WarmStart {
  #variables: Record<'block' | 'previous' | 'random' | 'counts', tf.Variable> | undefined;
  #use: string | undefined;

  /**
   * The block to start from, m × b; at first a random one.
   *
   * @throws RangeError if it is used for a matrix of another shape, or another rank
   * @internal
   */
  start({ math, matrix, tensor }: TensorMatrices, shape: readonly number[], { rank, width }: { rank: number; width: number }): Matrix {
    const use = `a [${shape}] matrix and rank ${rank}`;
    if (this.#use !== undefined && this.#use !== use) {
      throw new RangeError(`warmStart has been used for ${this.#use}; it cannot be used for ${use}: make another one`);
    }
    if (this.#variables === undefined) {
      const tf = tensorFlowJs();
      const variable = (initial: tf.Tensor) => tf.variable(initial, false);
      this.#variables = tf.tidy(() => ({
        block: variable(tf.zeros([shape[0]!, width])),
        previous: variable(tf.zeros([shape[0]!, width])),
        random: variable(tensor(math.mul(math.random([shape[0]!, width], 0), trace / Math.sqrt(shape[0]!)))),
        counts: variable(tf.zeros([countNames.length])),
      }));
      this.#use = use;
    }
    const block = matrix(this.#variables.block);
    const previous = matrix(this.#variables.previous);
    const moved = math.sub(block, math.product(previous, math.product(previous, block, { a: true })));
    return math.add(math.add(block, math.mul(moved, extrapolation)), matrix(this.#variables.random));
  }

  /** Keeps the block for the next call. @internal */
  keep({ tensor }: TensorMatrices, block: Matrix): void {
    const { block: last, previous } = this.#variables!;
    previous.assign(last as tf.Tensor);
    last.assign(tensor(block));
  }

  /** Adds to the counts. @internal */
  count({ math, tensor }: TensorMatrices, counted: Partial<Record<CountName, Matrix>>): void {
    const { counts } = this.#variables!;
    const row = math.concat(1, countNames.map((name) => counted[name] ?? math.fill([1, 1], name === 'calls' && 'rounds' in counted ? 1 : 0)));
    counts.assign(counts.add(tensor(row).reshape([countNames.length])));
  }

  /** What the calls took so far. Reads from the backend: call it outside of compiled steps. */
  counts(): WarmStartCounts {
    const values = this.#variables?.counts.dataSync() ?? [];
    return Object.fromEntries(countNames.map((name, i) => [name, values[i] ?? 0])) as Record<CountName, number>;
  }

  /** Frees the memory. A second call does nothing; used again it starts anew. */
  dispose(): void {
    if (this.#variables !== undefined) tensorFlowJs().dispose(Object.values(this.#variables));
    this.#variables = undefined;
    this.#use = undefined;
  }
}

/** By how much of its last move a subspace is moved on; found by trial on the training of assignment 4. */
const extrapolation = 0.8;

/**
 * How much of random vectors is mixed in, lest the iteration stay in a subspace that the leading vectors have left for good.
 * In the first call, when nothing is known, they are all there is.
 */
const trace = 1e-5;
