import type * as tf from '@tensorflow/tfjs';
import { lowRankMatMul, WarmStart, type WarmStartCounts } from '../linalg';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';

/** The weights of a dense layer. */
export interface DenseWeights {
  /** [inputs, units] */
  readonly kernel: tf.Tensor2D;
  /** [units] */
  readonly bias: tf.Tensor1D;
}

/** The rank that a `TruncatedClassifier` acts with. */
export interface TruncatedClassifierOptions {
  /** The rank that each kernel acts with; a kernel with fewer singular values acts as it is. */
  readonly rank: number;
  /** As in `lowRank`; 1e-3 by default. */
  readonly tolerance?: number;
}

/**
 * A dense network, ReLU between its layers, whose kernels W act through their best approximations of rank k:
 * logits = ReLU(x·A₁ + b₁)·A₂ + b₂ for two layers. W itself is what is trained.
 */
export class TruncatedClassifier {
  /** Of each layer, [inputs, units], as it is trained: of full rank. */
  readonly kernels: readonly tf.Variable<tf.Rank.R2>[];
  /** Of each layer, [units]. */
  readonly biases: readonly tf.Variable<tf.Rank.R1>[];
  /** The rank that the kernels act with. */
  readonly rank: number;
  readonly #tolerance: number | undefined;
  readonly #memories: readonly WarmStart[];

  /**
   * Copies the weights.
   *
   * @throws RangeError if rank is not a positive integer, or the layers do not fit onto each other
   */
  constructor(layers: readonly DenseWeights[], { rank, tolerance }: TruncatedClassifierOptions) {
    if (!Number.isInteger(rank) || rank < 1) throw new RangeError(`rank is ${rank}; it must be an integer above 0`);
    layers.forEach(({ kernel: { shape }, bias }, i) => {
      const inputs = layers[i - 1]?.kernel.shape[1] ?? shape[0];
      if (shape[0] !== inputs || bias.shape[0] !== shape[1]) {
        throw new RangeError(`layer ${i} has a kernel [${shape}] and a bias [${bias.shape}]; after ${inputs} inputs it needs [${inputs}, n] and [n]`);
      }
    });
    const { variable } = tensorFlowJs();
    this.kernels = layers.map(({ kernel }) => variable(kernel));
    this.biases = layers.map(({ bias }) => variable(bias));
    this.rank = rank;
    this.#tolerance = tolerance;
    this.#memories = layers.map(() => new WarmStart());
  }

  /** All that is trained: the kernel and the bias of each layer in turn. */
  get variables(): tf.Variable[] {
    return this.kernels.flatMap((kernel, i) => [kernel, this.biases[i]!]);
  }

  /** [n, inputs] to [n, classes]; differentiable, also in a compiled step. */
  logits(x: tf.Tensor2D): tf.Tensor2D {
    return this.#logits(x, this.rank, this.#memories);
  }

  /** The mean softmax cross-entropy, in nats, for labels as rows of probabilities, [n, classes]. */
  loss(x: tf.Tensor2D, y: tf.Tensor2D): tf.Scalar {
    return tensorFlowJs().losses.softmaxCrossEntropy(y, this.logits(x));
  }

  /** The classes of the largest logits, with all kernels cut to `rank`, the network's own by default. */
  predict(x: tf.Tensor2D, rank = this.rank): Int32Array {
    const { tidy } = tensorFlowJs();
    return tidy(() => this.#logits(x, rank).argMax(1).dataSync() as Int32Array);
  }

  /** What the truncations of the largest kernel took so far. */
  counts(): WarmStartCounts {
    const sizes = this.kernels.map(({ size }) => size);
    return this.#memories[sizes.indexOf(Math.max(...sizes))]!.counts();
  }

  /** Frees the weights, and what is remembered of their singular vectors. */
  dispose(): void {
    tensorFlowJs().dispose(this.variables);
    this.#memories.forEach((memory) => memory.dispose());
  }

  #logits(x: tf.Tensor2D, rank: number, memories: readonly WarmStart[] = []): tf.Tensor2D {
    const { matMul } = tensorFlowJs();
    return this.kernels.reduce<tf.Tensor2D>((inputs, kernel, i) => {
      const whole = rank >= Math.min(...kernel.shape);
      const options = { tolerance: this.#tolerance, warmStart: memories[i] };
      const sum = (whole ? matMul(inputs, kernel) : lowRankMatMul(inputs, kernel, rank, options)).add<tf.Tensor2D>(this.biases[i]!);
      return i < this.kernels.length - 1 ? sum.relu() : sum;
    }, x);
  }
}
