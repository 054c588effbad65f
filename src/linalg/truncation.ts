import type * as tf from '@tensorflow/tfjs';
import { checkMatrix, checkOneOf, checkRank, checkTolerance } from './arguments';
import { warmBlockWidth, isSmall } from './block';
import { explainNotFinite } from './check-finite';
import { angleExcess, errorExcess } from './excess';
import type { LowRankOptions } from './low-rank';
import type { Matrix, MatrixMath } from './matrix-math/matrix-math';
import { tensorMatrices } from './tensor-matrix';
import { decomposed, leading, leadingTriplets, randomBlock, type Triplets } from './triplets';
import { decomposedGradient, truncationGradient, type ProjectedGradient } from './truncation-gradient';
import type { WarmStart } from './warm-start';

export type Take = (x: tf.Tensor) => Matrix;

/** The best approximation of a rank of a matrix: what `lowRank` and `lowRankMatMul` share, forward and backward. */
export class Truncation {
  /** The rank is the largest one: the approximation is the matrix itself. */
  readonly isWhole: boolean;
  readonly isExact: boolean;
  readonly #xName: string;
  readonly #rank: number;
  readonly #tolerance: number;
  readonly #warmStart: WarmStart | undefined;
  readonly #matrices = tensorMatrices();

  constructor(name: string, x: tf.Tensor2D, rank: number, { gradient = 'exact', tolerance = 1e-3, warmStart }: LowRankOptions) {
    checkMatrix(name, 'x', x);
    checkRank(name, rank, x.shape);
    checkOneOf(name, 'gradient', gradient, ['exact', 'straight-through']);
    checkTolerance(name, tolerance);
    this.#xName = `${name}: x`;
    this.#rank = rank;
    this.#tolerance = tolerance;
    this.#warmStart = warmStart;
    this.isWhole = rank === Math.min(...x.shape);
    this.isExact = gradient === 'exact';
  }

  /** Computes `value` from the leading triplets; what the backward pass needs is saved as tensors. */
  forward(x: tf.Tensor2D, value: (math: MatrixMath, triplets: Triplets, take: Take) => Matrix): { value: tf.Tensor2D; saved: tf.Tensor[] } {
    const { math, matrix, tensor } = this.#matrices;
    const triplets = explainNotFinite(x, this.#xName, () => this.#triplets(x));
    const kept = this.isExact ? [triplets.u, triplets.s, triplets.v, triplets.next] : [triplets.image, triplets.v];
    return { value: tensor(value(math, triplets, matrix)), saved: kept.map(tensor) };
  }

  /** The gradient with respect to the matrix. */
  backward(
    x: tf.Tensor2D,
    saved: readonly tf.Tensor[],
    project: (math: MatrixMath, triplets: Pick<Triplets, 'u' | 's' | 'v'>, take: Take) => ProjectedGradient,
  ): tf.Tensor2D {
    const { math, matrix, tensor, operator } = this.#matrices;
    const [u, s, v, next] = saved.map(matrix) as [Matrix, Matrix, Matrix, Matrix];
    const projected = project(math, { u, s, v }, matrix);
    const a = operator(x, this.#xName);
    if (isSmall(x.shape, warmBlockWidth(this.#rank))) return tensor(decomposedGradient(math, a, { u, s, v }, projected));
    const settings = { tolerance: this.#tolerance, maxIterations: 64 };
    const { gradient, iterations, decompositions } = truncationGradient(math, a, { u, s, v, next }, projected, settings);
    this.#warmStart?.count(this.#matrices, { gradientIterations: iterations, gradientDecompositions: decompositions });
    return tensor(gradient);
  }

  /** The gradient with respect to the other factor of a product: dy·A_kᵀ. */
  factorGradient(dy: tf.Tensor2D, saved: readonly tf.Tensor[]): tf.Tensor2D {
    const { math, matrix, tensor } = this.#matrices;
    if (!this.isExact) {
      const [image, v] = saved.map(matrix) as [Matrix, Matrix];
      return tensor(math.product(math.product(matrix(dy), v, { b: true }), image, { b: true }));
    }
    const [u, s, v] = saved.map(matrix) as [Matrix, Matrix, Matrix];
    return tensor(math.product(math.mul(math.product(matrix(dy), v, { b: true }), s), u, { b: true }));
  }

  #triplets(x: tf.Tensor2D): Triplets {
    const { math, operator } = this.#matrices;
    const a = operator(x, this.#xName);
    if (isSmall(x.shape, warmBlockWidth(this.#rank))) return decomposed(math, a, this.#rank, this.#rank);
    const [rank, width] = [this.#rank, warmBlockWidth(this.#rank)];
    const memory = this.#warmStart;
    const start = memory?.start(this.#matrices, x.shape, { rank, width }) ?? randomBlock(math, a, width);
    const excess = this.isExact ? angleExcess(math, rank, this.#tolerance / 2) : errorExcess(math, a, rank, this.#tolerance);
    const found = leadingTriplets(math, a, start, { rank, excess, maxRounds: 8 });
    memory?.keep(this.#matrices, found.u);
    memory?.count(this.#matrices, { rounds: found.rounds, decompositions: found.decompositions });
    return leading(math, found, rank);
  }
}
