import type * as tf from '@tensorflow/tfjs';
import type { Float64Tensor } from '../tensorflow/float64/float64-math';
import { PlainTensor } from '../tensorflow/float64/plain-tensor';
import { scope } from '../tensorflow/handles';
import { runsNatively } from '../tensorflow/backend';
import { activeRecorder } from '../tensorflow/compiler/recorder';
import type { NativeTensor } from '../tensorflow/native';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { checkMatrix, checkRank, checkTolerance } from './arguments';
import { blockWidth, isSmall } from './block';
import { explainNotFinite } from './check-finite';
import { operator, type LinearOperator, type Matrix, type MatrixMath } from './matrix-math/matrix-math';
import { NativeMatrixMath } from './matrix-math/native-matrix-math';
import { PlainMatrixMath } from './matrix-math/plain-matrix-math';
import { RepeatedCalls } from './repeated-calls';
import { tensorMatrices } from './tensor-matrix';
import { decomposed, leading, leadingTriplets, randomBlock, relativeResiduals, type Triplets } from './triplets';

/** How near `truncatedSVD` comes, and where it starts. */
export interface TruncatedSVDOptions<T = tf.Tensor2D> {
  /**
   * The largest ‖A·vᵢ − σᵢuᵢ‖ that is allowed, relative to σ₁, in (0, 1); 1e-4 by default. So far the factors are at most from
   * those of a matrix for which they are exact, and σᵢ from its true value. It is measured; where the iteration does not
   * reach it, a full decomposition is made.
   */
  readonly tolerance?: number;
  /** Factors of a matrix that is much like this one, such as the same weights some steps ago; u is [m, k], with any k. */
  readonly start?: { readonly u: T };
  /** Columns that the iteration takes along beyond the wanted ones; at least 4 by default, to a multiple of 8 in all. */
  readonly oversampling?: number;
  /** Of the random start, an integer from 0. */
  readonly seed?: number;
}

/** Leading singular triplets: A ≈ u·diag(s)·vᵀ. */
export interface TruncatedSVD<T2 = tf.Tensor2D, T1 = tf.Tensor1D, T0 = tf.Scalar> {
  /** [m, rank], with orthonormal columns. */
  readonly u: T2;
  /** [rank], descending. */
  readonly s: T1;
  /** [n, rank], with orthonormal columns; in float32 up to 1e-7·σ₁/σᵢ, in float64 up to 1e-16·(σ₁/σᵢ)², at most 1e-3 and 1e-7. */
  readonly v: T2;
  /** The largest ‖A·vᵢ − σᵢuᵢ‖ relative to σ₁. */
  readonly residual: T0;
}

/**
 * The leading singular values and vectors of a matrix without a full decomposition: a randomised block Krylov iteration
 * (Halko, Martinsson and Tropp 2011; Musco and Musco 2015) with Rayleigh–Ritz, until its residual keeps the tolerance. A
 * matrix that is small beside the rank, or whose spectrum is so flat that the iteration does not come to an end, is
 * decomposed in full. The signs of the vectors are whatever the iteration finds.
 *
 * On the native backend a call that is made a second time, with the same shape and options, becomes a TensorFlow graph: that
 * call takes a third of a second longer, the later ones a third of the time.
 *
 * Not differentiable: `lowRank` is.
 *
 * @param x [m, n]: a float32 tensor, also in a compiled step, or a float64 tensor of `float64Math`
 * @param rank from 1 to min(m, n)
 * @throws RangeError if an option is out of range or x is not a finite matrix
 */
export function truncatedSVD(x: tf.Tensor2D, rank: number, options?: TruncatedSVDOptions): TruncatedSVD;
export function truncatedSVD(
  x: Float64Tensor,
  rank: number,
  options?: TruncatedSVDOptions<Float64Tensor>,
): TruncatedSVD<Float64Tensor, Float64Tensor, Float64Tensor>;
export function truncatedSVD(
  x: tf.Tensor2D | Float64Tensor,
  rank: number,
  options: TruncatedSVDOptions<tf.Tensor2D | Float64Tensor> = {},
): TruncatedSVD<tf.Tensor2D | Float64Tensor, tf.Tensor1D | Float64Tensor, tf.Scalar | Float64Tensor> {
  return x instanceof tensorFlowJs().Tensor
    ? ofTensor(x, rank, options as TruncatedSVDOptions)
    : ofFloat64(x, rank, options as TruncatedSVDOptions<Float64Tensor>);
}

const xName = 'truncatedSVD: x';
const startName = 'truncatedSVD: start.u';

function ofTensor(x: tf.Tensor2D, rank: number, options: TruncatedSVDOptions): TruncatedSVD {
  checkMatrix('truncatedSVD', 'x', x);
  checkOptions(x.shape, rank, options);
  const { math, matrix, operator: operatorOf, tensor } = tensorMatrices();
  return tensorFlowJs().tidy(() =>
    scope(() => {
      const start = options.start && math.checkFinite(matrix(options.start.u), startName);
      const compute = (a: LinearOperator) => {
        const { u, s, v, residual } = factors(math, a, rank, { ...options, start });
        return [u, math.reshape(s, [rank]), math.transpose(v), math.reshape(residual, [])];
      };
      const results = explainNotFinite(x, xName, () => {
        if (!runsNatively() || activeRecorder() !== undefined) return compute(operatorOf(x, xName));
        const inputs = [matrix(x), ...(start ? [start] : [])] as NativeTensor[];
        return calls.run(keyOf(x.shape, rank, options), inputs, () => compute(operator(math, inputs[0]!, xName)) as NativeTensor[]);
      });
      const [u, s, v, residual] = results.map((result) => tensor(result) as tf.Tensor) as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D, tf.Scalar];
      return { u, s, v, residual };
    }),
  );
}

const calls = new RepeatedCalls();

function keyOf(shape: readonly number[], rank: number, { tolerance, oversampling, seed, start }: TruncatedSVDOptions): string {
  return JSON.stringify([shape, rank, tolerance, oversampling, seed, start !== undefined]);
}

function ofFloat64(x: Float64Tensor, rank: number, options: TruncatedSVDOptions<Float64Tensor>): TruncatedSVD<Float64Tensor, Float64Tensor, Float64Tensor> {
  if (x.shape.length !== 2 || x.shape.includes(0)) throw new RangeError(`truncatedSVD: x has the shape [${x.shape}]; it must be a matrix with elements`);
  checkOptions(x.shape, rank, options);
  const math = x instanceof PlainTensor ? new PlainMatrixMath() : new NativeMatrixMath('float64');
  return scope(() => {
    const start = options.start && math.checkFinite(options.start.u, startName);
    const { u, s, v, residual } = factors(math, operator(math, math.checkFinite(x, xName), xName), rank, { ...options, start });
    return { u, s: math.reshape(s, [rank]), v: math.transpose(v), residual: math.reshape(residual, []) };
  });
}

function checkOptions(shape: readonly number[], rank: number, { tolerance = 1e-4, oversampling = 0, seed = 0, start }: TruncatedSVDOptions<{ readonly shape: readonly number[] }>): void {
  checkRank('truncatedSVD', rank, shape);
  checkTolerance('truncatedSVD', tolerance);
  for (const [name, value] of Object.entries({ oversampling, seed })) {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`truncatedSVD: ${name} is ${value}; it must be an integer from 0`);
  }
  const [rows, columns] = start?.u.shape ?? [shape[0], rank];
  if (rows !== shape[0] || columns !== rank) {
    throw new RangeError(`truncatedSVD: start.u has the shape [${[rows, columns]}]; for this matrix and rank it must be [${[shape[0], rank]}]`);
  }
}

interface Settings {
  readonly tolerance?: number;
  readonly start?: Matrix;
  readonly oversampling?: number;
  readonly seed?: number;
}

function factors(math: MatrixMath, a: LinearOperator, rank: number, settings: Settings): Triplets & { readonly residual: Matrix } {
  const { tolerance = 1e-4, oversampling, seed = 0 } = settings;
  const width = oversampling === undefined ? blockWidth(rank) : rank + oversampling;
  const residual = (triplets: Triplets) => math.max(relativeResiduals(math, triplets));
  if (isSmall([a.rows, a.columns], width)) {
    const exact = decomposed(math, a, rank, rank);
    return { ...exact, residual: residual({ ...exact, image: a.fromRight(exact.v) }) };
  }
  // Beside a start there are random columns, lest the iteration stay in a subspace without the leading vectors.
  // After two power steps the first round is mostly the last one.
  const start = settings.start === undefined
    ? randomBlock(math, a, width, { seed, steps: 2 })
    : math.concat(1, [settings.start, randomBlock(math, a, Math.max(width - rank, 1), { seed })]);
  const excess = (triplets: Triplets) => {
    const wanted = leading(math, triplets, rank);
    // Right vectors of singular values that vanish beside the largest are not orthonormal here.
    const vanishing = math.sub(2 ** -14, math.div(wanted.s, math.max(wanted.s)));
    return math.maximum(math.sub(residual(wanted), tolerance), math.max(vanishing));
  };
  const found = leading(math, leadingTriplets(math, a, start, { rank, excess, maxRounds: 12 }), rank);
  return { ...found, residual: residual(found) };
}
