import type * as tf from '@tensorflow/tfjs';
import { scope } from '../tensorflow/handles';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { checkMatrix, checkRank, checkTolerance } from './arguments';
import { warmBlockWidth, isSmall } from './block';
import { checkFinite, explainNotFinite } from './check-finite';
import type { Matrix, MatrixMath } from './matrix-math/matrix-math';
import { tensorMatrices } from './tensor-matrix';
import { decomposed, leading, leadingTriplets, randomBlock, relativeResiduals, type Triplets } from './triplets';
import { decomposedGradient, truncationGradient, type ProjectedGradient } from './truncation-gradient';
import type { WarmStart } from './warm-start';

export interface LowRankOptions {
  /**
   * The relative error, in the Frobenius norm, that the gradient may have, and the angle by which the singular subspace may
   * be off, in (0, 1); 1e-3 by default. It is estimated in every call, and where the iterations do not reach it, a full
   * decomposition is made. Rounding in float32 adds some 1e-6·σₖ/(σₖ − σₖ₊₁) of its own.
   */
  readonly tolerance?: number;
  /** Remembers the singular vectors from call to call, for a matrix that changes little. */
  readonly warmStart?: WarmStart;
}

/**
 * The best approximation of rank `rank` of a matrix, U·diag(s)·Vᵀ with its leading singular triplets (Eckart and Young 1936),
 * differentiable: the gradient is that of the approximation itself, exact to the tolerance, and finite also where singular
 * values repeat. See `truncationGradient` for where the approximation is not unique.
 *
 * No full decomposition is made but where the spectrum has no gap after `rank`. Inside a compiled step the iterations run in
 * the graph until the tolerance is kept.
 *
 * @param x [m, n], float32
 * @param rank from 1 to min(m, n); the largest one gives the matrix itself
 * @returns [m, n]
 * @throws RangeError if rank or tolerance is out of range, x is not a matrix or not finite, or warmStart belongs to another matrix
 */
export function lowRank(x: tf.Tensor2D, rank: number, options: LowRankOptions = {}): tf.Tensor2D {
  const truncation = new Truncation('lowRank', x, rank, options);
  if (truncation.isWhole) {
    checkFinite(x, 'lowRank: x').dispose();
    return x.clone();
  }
  const { customGrad } = tensorFlowJs();
  return customGrad((...args) => {
    const [given, save] = args as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    const { value, saved } = scope(() => truncation.forward(given, (math, { u, s, v }) => math.product(math.mul(u, s), v)));
    save([given, ...saved]);
    const gradFunc = (dy: tf.Tensor2D, [matrix, ...kept]: tf.Tensor[]) =>
      scope(() => truncation.backward(matrix as tf.Tensor2D, kept, (math, { u, v }, take) => {
        const gradient = take(dy);
        return { right: math.product(gradient, v, { b: true }), left: math.product(u, gradient, { a: true }) };
      }));
    return { value, gradFunc: gradFunc as never };
  })(x);
}

/**
 * The product of a matrix with the best approximation of rank `rank` of another one: `tf.matMul(a, lowRank(x, rank))` with
 * fewer operations, since neither the approximation nor the gradient with respect to it is formed.
 *
 * @param a [batch, m], float32
 * @param x [m, n], float32
 * @returns [batch, n]
 * @throws RangeError as `lowRank`, and if the shapes do not fit
 */
export function lowRankMatMul(a: tf.Tensor2D, x: tf.Tensor2D, rank: number, options: LowRankOptions = {}): tf.Tensor2D {
  const { customGrad, matMul } = tensorFlowJs();
  const truncation = new Truncation('lowRankMatMul', x, rank, options);
  checkMatrix('lowRankMatMul', 'a', a);
  if (a.shape[1] !== x.shape[0]) {
    throw new RangeError(`lowRankMatMul: a has the shape [${a.shape}] and x [${x.shape}]; as many columns as rows are needed`);
  }
  if (truncation.isWhole) {
    checkFinite(x, 'lowRankMatMul: x').dispose();
    return matMul(a, x);
  }
  return customGrad((...args) => {
    const [left, given, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    const { value, saved } = scope(() =>
      truncation.forward(given, (math, { u, s, v }, take) => math.product(math.mul(math.product(take(left), u), s), v)));
    save([left, given, ...saved]);
    const gradFunc = (dy: tf.Tensor2D, [factor, matrix, ...kept]: tf.Tensor[]) => [
      scope(() => truncation.factorGradient(dy, kept)),
      scope(() => truncation.backward(matrix as tf.Tensor2D, kept, (math, { u, v }, take) => {
        const [inputs, gradient] = [take(factor!), take(dy)];
        return {
          right: math.product(inputs, math.product(gradient, v, { b: true }), { a: true }),
          left: math.product(math.product(inputs, u), gradient, { a: true }),
        };
      })),
    ];
    return { value, gradFunc: gradFunc as never };
  })(a, x);
}

type Take = (x: tf.Tensor) => Matrix;

/** The forward and the backward pass that both functions share. */
class Truncation {
  readonly isWhole: boolean;
  readonly #xName: string;
  readonly #rank: number;
  readonly #tolerance: number;
  readonly #warmStart: WarmStart | undefined;
  readonly #matrices = tensorMatrices();

  constructor(name: string, x: tf.Tensor2D, rank: number, { tolerance = 1e-3, warmStart }: LowRankOptions) {
    checkMatrix(name, 'x', x);
    checkRank(name, rank, x.shape);
    checkTolerance(name, tolerance);
    this.#xName = `${name}: x`;
    this.#rank = rank;
    this.#tolerance = tolerance;
    this.#warmStart = warmStart;
    this.isWhole = rank === Math.min(...x.shape);
  }

  /** Computes `value` from the leading triplets; what the backward pass needs is saved as tensors. */
  forward(x: tf.Tensor2D, value: (math: MatrixMath, triplets: Triplets, take: Take) => Matrix): { value: tf.Tensor2D; saved: tf.Tensor[] } {
    const { math, matrix, tensor } = this.#matrices;
    const triplets = explainNotFinite(x, this.#xName, () => this.#triplets(x));
    return {
      value: tensor(value(math, triplets, matrix)),
      saved: [triplets.u, triplets.s, triplets.v, triplets.next].map(tensor),
    };
  }

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

  /** dy·A_kᵀ. */
  factorGradient(dy: tf.Tensor2D, saved: readonly tf.Tensor[]): tf.Tensor2D {
    const { math, matrix, tensor } = this.#matrices;
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
    const excess = (triplets: Triplets) => angleExcess(math, triplets, rank, this.#tolerance / 2);
    const found = leadingTriplets(math, a, start, { rank, excess, maxRounds: 8 });
    memory?.keep(this.#matrices, found.u);
    memory?.count(this.#matrices, { rounds: found.rounds, decompositions: found.decompositions });
    return leading(math, found, rank);
  }
}

/**
 * By how much the angle between the true subspace and the one found may exceed the tolerance: of the angles
 * ‖A·vᵢ − σᵢuᵢ‖·σᵢ/(σᵢ² − σ²), with the next σ (Wedin 1972), the root mean square, weighted by how much the gradient
 * may amplify what belongs to i, σᵢ/(σᵢ − σ).
 */
function angleExcess(math: MatrixMath, triplets: Triplets, rank: number, tolerance: number): Matrix {
  const wanted = leading(math, triplets, rank);
  const largest = math.max(wanted.s);
  const [s, next] = [math.div(wanted.s, largest), math.div(wanted.next, largest)];
  const sines = math.mul(relativeResiduals(math, wanted), s);
  const differences = math.sub(s, next);
  const gaps = math.mul(differences, math.add(s, next));
  const weights = math.div(s, differences);
  const sumOfSquares = (row: Matrix) => math.sum(math.mul(row, row), 1);
  const ratio = math.div(sumOfSquares(math.mul(weights, math.div(sines, gaps))), sumOfSquares(weights));
  // Where there is no gap the quotient says nothing.
  return math.maximum(math.sub(math.sqrt(ratio), tolerance), math.max(math.sub(sines, gaps)));
}
