import type * as tf from '@tensorflow/tfjs';
import { svd, type RankRule } from '../linalg';
import { leadingColumns } from '../linalg/svd-factors';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { makerOf, type FactoredLayer } from './factored-layer';
import { checkSingularValuesIn, product, twoFactors, type KernelFactors, type SingularTriplets, type SingularValuesIn } from './kernel-factors';
import { buildWith } from './kernel-layer';
import { checkSvdRegularization, gramError, orthogonalityPenalty, sparsityPenalty, type SvdRegularization } from './svd-regularizers';

/** What the arguments of `svdDense` and `svdConv2d` have in common. */
export type SvdArgs = SvdRegularization & {
  /** From 1 to the smaller extent of the kernel as a matrix, which is the default. */
  rank?: number;
};

/** What `svdDense` and `svdConv2d` have in common: the kernel, as a matrix m × n, is U·diag(s)·Vᵀ, and U, s and V are trained. */
export interface SvdLayer extends tf.layers.Layer {
  /** NaN where it was not given, until the layer is built. */
  readonly rank: number;
  /** For each column of U and V whether it is in use; see `setActive`. Not to be read in a training step. */
  readonly active: readonly boolean[];
  /** |s|, descending, [rank]. */
  spectrum(): Float32Array;
  /** How far U and V are from orthonormal: ‖UᵀU − I‖ and ‖VᵀV − I‖ in the Frobenius norm. */
  orthogonalityErrors(): { readonly u: number; readonly v: number };
  /** What λ multiplies in the loss; a new tensor. */
  orthogonalityPenalty(): tf.Scalar;
  /** What λ multiplies in the loss; a new tensor. */
  sparsityPenalty(): tf.Scalar;
  /**
   * Puts columns of U and V out of use: their singular values become 0 and stay so in training, whatever the optimizer does, since they get
   * no gradient, and what it adds to them has no effect. They do not count in the penalties. That is no weight, so it is
   * neither saved nor copied. Columns that are put in use again start from the singular value 0.
   *
   * @throws RangeError if there is not one boolean for each, or none is true
   */
  setActive(active: readonly boolean[]): void;
  /**
   * Puts columns out of use within a training step, which may be compiled: those for which `stays` gives 0, a tensor [rank] of 1 and 0, one
   * of which must be 1 where active is. It gets s as it acts, 0 where a column is out of use, and which columns are in use, 1 or 0;
   * both [rank]. In contrast to `setActive` it leaves in the weight s what the mask hides.
   */
  restrictActive(stays: (s: tf.Tensor1D, active: tf.Tensor1D) => tf.Tensor1D): void;
  /** Leaves so many columns in use, those with the largest |s| of the ones that are; at least 1. */
  keepLargest(count: number): void;
  /**
   * The singular triplets with the largest |s|, descending; where s is below 0, u changes its sign. They are those that were trained,
   * u and v being orthonormal as far as the penalty made them, or, if recomputed, those of the kernel. New tensors.
   */
  triplets(count: number, recompute?: boolean): SingularTriplets;
  /** A built layer with these factors instead, of any rank; name, bias and all other settings are the same. */
  withTriplets(triplets: SingularTriplets): this;
}

/** The factors that take the place of U, s and V. */
export interface ToLowRankOptions {
  /** 2 by default. */
  readonly factors?: 2 | 3;
  /** Of two factors; 'balanced' by default. */
  readonly singularValues?: SingularValuesIn;
}

/** The rule that drops nothing. */
export const fullRank: RankRule = ({ rows, columns }) => Math.min(rows, columns);

/** Whether a layer is one of `svdDense` or `svdConv2d`. */
export function isSvdLayer(layer: tf.layers.Layer): layer is SvdLayer {
  return typeof (layer as Partial<SvdLayer>).withTriplets === 'function';
}

type FactoredLayerClass = new (args: object) => FactoredLayer;

type MatrixPair = ReturnType<typeof twoFactors>;

/** What the class offers to those that extend it. */
export interface ExtensibleSvdLayer extends FactoredLayer, SvdLayer {
  rank: number;
  /**
   * A built low-rank layer of the same kernel.
   *
   * @param make gets this layer's configuration
   * @param weightsOf its weights, of two factors of the kernel as a matrix
   */
  toLowRank<L extends tf.layers.Layer>(
    make: (config: object) => L,
    options: ToLowRankOptions,
    weightsOf: (pair: MatrixPair) => readonly tf.Tensor[],
  ): L;
}

/**
 * Extends the class of a low-rank layer, with three factors, by the penalties and by what else an `SvdLayer` has. The loss of
 * such a layer has them added as TensorFlow.js adds its regularisers.
 */
export function svdLayerClass(base: FactoredLayerClass): new (args: object) => ExtensibleSvdLayer {
  const tf = tensorFlowJs();

  class SvdFactoredLayer extends base implements ExtensibleSvdLayer {
    readonly #regularization: Required<SvdRegularization>;
    readonly #takesFullRank: boolean;
    #inputShape: tf.Shape = [];
    /** [rank], 1 or 0. */
    #active: tf.Variable<tf.Rank.R1> | undefined;

    constructor(args: SvdArgs) {
      const { rank, orthogonality = 0, orthogonalityReduction = 'sum', sparsity = 0, sparsityNorm = 'hoyer', ...others } = args;
      const takesFullRank = rank === undefined || rank === null;
      super({ ...others, rank: takesFullRank ? 1 : rank, factors: 3 });
      this.#regularization = { orthogonality, orthogonalityReduction, sparsity, sparsityNorm };
      checkSvdRegularization(makerOf(this), this.#regularization);
      this.#takesFullRank = takesFullRank;
      if (takesFullRank) this.rank = NaN;
    }

    override settleRank(shape: readonly [number, number]): void {
      if (this.#takesFullRank) this.rank = Math.min(...shape);
      super.settleRank(shape);
    }

    override build(inputShape: tf.Shape): void {
      super.build(inputShape);
      this.#inputShape = inputShape;
      const { orthogonality, sparsity } = this.#regularization;
      if (orthogonality > 0) this.addLoss(() => tf.tidy(() => this.orthogonalityPenalty().mul(orthogonality)));
      if (sparsity > 0) this.addLoss(() => tf.tidy(() => this.sparsityPenalty().mul(sparsity)));
    }

    override readFactors(): KernelFactors & { readonly s: tf.Tensor1D } {
      const { left, s, right } = super.readFactors();
      return { left, s: this.#active === undefined ? s! : s!.mul(this.#active), right };
    }

    orthogonalityPenalty(): tf.Scalar {
      return tf.tidy(() => {
        const { left, right } = this.readFactors();
        return orthogonalityPenalty(left, right, this.#regularization.orthogonalityReduction, this.#active);
      });
    }

    sparsityPenalty(): tf.Scalar {
      return tf.tidy(() => sparsityPenalty(this.readFactors().s, this.#regularization.sparsityNorm));
    }

    orthogonalityErrors(): { u: number; v: number } {
      return tf.tidy(() => {
        const { left, right } = this.readFactors();
        const [u, v] = [left, right].map((columns) => gramError(columns, this.#active).norm().dataSync()[0]!);
        return { u: u!, v: v! };
      });
    }

    spectrum(): Float32Array {
      const s = tf.tidy(() => this.readFactors().s.abs().dataSync() as Float32Array);
      return s.slice().sort().reverse();
    }

    get active(): readonly boolean[] {
      const { left } = super.readFactors();
      return this.#active === undefined ? Array<boolean>(left.shape[1]).fill(true) : Array.from(this.#active.dataSync(), Boolean);
    }

    setActive(active: readonly boolean[]): void {
      const { left } = super.readFactors();
      const rank = left.shape[1];
      if (active.length !== rank) {
        throw new RangeError(`${makerOf(this)}: active has ${active.length} elements; it must have ${rank}, of which one is true at the least`);
      }
      if (!active.includes(true)) throw new RangeError(`${makerOf(this)}: active is false for all ${rank} columns; one must be true at the least`);
      tf.tidy(() => {
        const values = tf.tensor1d(active.map(Number), 'float32');
        this.#activeVariable().assign(values);
        const s = this.weights[1]!;
        s.write(s.read().mul(values));
      });
    }

    restrictActive(stays: (s: tf.Tensor1D, active: tf.Tensor1D) => tf.Tensor1D): void {
      tf.tidy(() => {
        const active = this.#activeVariable();
        active.assign(active.mul(stays(this.readFactors().s, active)));
      });
    }

    #activeVariable(): tf.Variable<tf.Rank.R1> {
      this.#active ??= tf.variable(tf.ones([super.readFactors().left.shape[1]]), false) as tf.Variable<tf.Rank.R1>;
      return this.#active;
    }

    keepLargest(count: number): void {
      const { s } = super.readFactors();
      const active = this.active;
      const kept = new Set(descending(s!.dataSync()).filter((at) => active[at]).slice(0, count));
      this.setActive(active.map((_, at) => kept.has(at)));
    }

    triplets(count: number, recompute = false): SingularTriplets {
      return tf.tidy(() => {
        const factors = this.readFactors();
        const { u, s, v } = recompute ? svd(product(factors)) : sorted(factors);
        return { u: leadingColumns(u, count).clone(), s: leadingColumns(s, count).clone(), v: leadingColumns(v, count).clone() };
      });
    }

    withTriplets({ u, s, v }: SingularTriplets): this {
      const layerClass = this.constructor as new (args: object) => this;
      return this.#built(new layerClass({ ...this.getConfig(), rank: s.size }), [u, s, v]);
    }

    toLowRank<L extends tf.layers.Layer>(
      make: (config: object) => L,
      { factors = 2, singularValues = 'balanced' }: ToLowRankOptions,
      weightsOf: (pair: MatrixPair) => readonly tf.Tensor[],
    ): L {
      checkSingularValuesIn(makerOf(this), singularValues);
      const { u, s, v } = this.triplets(this.rank);
      const pair = tf.tidy(() => [...weightsOf(twoFactors({ u, s, v }, singularValues))]);
      try {
        return this.#built(make({ ...this.getConfig(), rank: this.rank, factors }), factors === 3 ? [u, s, v] : pair);
      } finally {
        tf.dispose([u, s, v, ...pair]);
      }
    }

    #built<L extends tf.layers.Layer>(layer: L, factors: readonly tf.Tensor[]): L {
      return buildWith(layer, this.#inputShape, [...factors, ...this.getWeights().slice(3)]);
    }

    override getConfig(): tf.serialization.ConfigDict {
      const { factors, rank, ...config } = super.getConfig();
      return { ...config, ...(Number.isNaN(rank) ? {} : { rank }), ...this.#regularization };
    }

    override dispose() {
      const result = super.dispose();
      if (result.refCountAfterDispose === 0) {
        this.#active?.dispose();
        this.#active = undefined;
      }
      return result;
    }
  }

  return SvdFactoredLayer as unknown as new (args: object) => ExtensibleSvdLayer;
}

/** By |s|, descending, with the signs of s moved into u. */
function sorted({ left, s, right }: KernelFactors & { readonly s: tf.Tensor1D }): SingularTriplets {
  const { gather, onesLike, where } = tensorFlowJs();
  const order = descending(s.dataSync());
  const u = left.mul(where(s.less(0), onesLike(s).neg(), onesLike(s)));
  return { u: gather(u, order, 1), s: gather(s.abs(), order), v: gather(right, order, 1) };
}

/** The places of the values from the largest, in absolute value, to the smallest. */
function descending(values: ArrayLike<number>): number[] {
  return Array.from(values, (_, at) => at).sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!));
}
