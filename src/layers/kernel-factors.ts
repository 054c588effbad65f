import type * as tf from '@tensorflow/tfjs';
import { chooseRank, needsSpectrum, svd, truncatedSVD, type RankRule } from '../linalg';
import { checkFinite } from '../linalg/check-finite';
import { leadingFactors, type SingularTriplets } from '../linalg/leading-factors';
import { leadingColumns } from '../linalg/svd-factors';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import type { Regularizer } from './kernel-layer';

export type { SingularTriplets };

/** A matrix m × n as a product: left·right, or left·diag(s)·rightᵀ. */
export interface KernelFactors {
  /** [m, rank] */
  readonly left: tf.Tensor2D;
  /** [rank] */
  readonly s?: tf.Tensor1D;
  /** [rank, n]; beside s [n, rank]. */
  readonly right: tf.Tensor2D;
}

/** The product itself, [m, n]. */
export function product({ left, s, right }: KernelFactors): tf.Tensor2D {
  return tensorFlowJs().matMul(scaled(left, s), right, false, s !== undefined);
}

/** x times the product, one factor after the other: [rows, m] to [rows, n]. */
export function timesFactors(x: tf.Tensor2D, { left, s, right }: KernelFactors): tf.Tensor2D {
  const { matMul } = tensorFlowJs();
  return matMul(scaled(matMul(x, left), s), right, false, s !== undefined);
}

function scaled(columns: tf.Tensor2D, s: tf.Tensor1D | undefined): tf.Tensor2D {
  return s === undefined ? columns : columns.mul(s);
}

/**
 * What a regulariser makes of the product. Its sum of squares, for plain L2, needs no product: with the two small Gram
 * matrices it is Σ (LᵀL)∘(RRᵀ), the "Frobenius decay" of Khodak et al. 2021.
 */
export function penalty(regularizer: Regularizer, factors: KernelFactors, kernel: () => tf.Tensor): tf.Scalar {
  const { l1, l2 } = regularizer.getConfig() as { l1?: number; l2?: number };
  const isPlainL2 = regularizer.getClassName() === 'L1L2' && l1 === 0;
  return isPlainL2 ? squaredNorm(factors).mul(l2!) : regularizer.apply(kernel());
}

function squaredNorm({ left, s, right }: KernelFactors): tf.Scalar {
  const { matMul } = tensorFlowJs();
  const columns = scaled(left, s);
  const isTransposed = s !== undefined;
  return matMul(columns, columns, true, false).mul(matMul(right, right, isTransposed, !isTransposed)).sum();
}

/**
 * Where the singular values go when U·diag(s)·Vᵀ becomes two factors: U·diag(s) and Vᵀ (`left`), U·√diag(s) and
 * √diag(s)·Vᵀ (`balanced`), or U and diag(s)·Vᵀ (`right`).
 */
export type SingularValuesIn = 'left' | 'balanced' | 'right';

/** The two factors, [m, rank] and [rank, n]. */
export function twoFactors({ u, s, v }: SingularTriplets, where: SingularValuesIn): [left: tf.Tensor2D, right: tf.Tensor2D] {
  const root = s.sqrt();
  const [left, right] = { left: [u.mul(s), v], balanced: [u.mul(root), v.mul(root)], right: [u, v.mul(s)] }[where] as tf.Tensor2D[];
  return [left!, right!.transpose()];
}

/** @throws RangeError if there is no such place */
export function checkSingularValuesIn(name: string, where: SingularValuesIn): void {
  if (['left', 'balanced', 'right'].includes(where)) return;
  throw new RangeError(`${name}: singularValues is ${JSON.stringify(where)}; it must be 'left', 'balanced' or 'right'`);
}

/**
 * Initial factors of a matrix that a dense layer would start from: its best approximation of the rank (spectral initialisation;
 * Khodak, Tenenholtz, Mackey and Fusi, "Initialization and regularization of factorized neural layers", 2021), scaled to
 * the Frobenius norm of the whole matrix. To be called in a `tidy`.
 */
export function spectralFactors(name: string, matrix: tf.Tensor2D, rank: number, factors: 2 | 3): tf.Tensor[] {
  const { ones, where, zeros } = tensorFlowJs();
  // The spectrum of a random matrix has no gaps that a close approximation could keep to.
  const { u, s, v } = truncatedSVD(checkFinite(matrix, `${name}: the initial kernel`), rank, { tolerance: 0.05 });
  const values = s.mul(matrix.norm().divNoNan(s.norm()));
  if (factors === 3) return [u, values, v];
  // Where both factors are zero, as of a kernel of zeros, no gradient would ever move them.
  const vanishes = s.lessEqual(s.max().mul(1e-6));
  const root = where(vanishes, zeros(s.shape), values.sqrt());
  return [u.mul(where(vanishes, ones(s.shape), root)), v.mul(root).transpose()];
}

/**
 * The best approximation of a matrix, of a rank that is a number or a rule. To be called in a `tidy`.
 *
 * Of a large matrix, without its whole spectrum, the error ‖W − A‖ is that of `leadingFactors`.
 *
 * @param matrix finite
 * @param given a decomposition of the matrix that was made already: all singular triplets, or the leading ones
 * @throws RangeError if the rule gives no rank or `given` does not fit; TypeError as `chooseRank`
 */
export function tripletsOfRank(name: string, matrix: tf.Tensor2D, rule: RankRule, given?: SingularTriplets): SingularTriplets {
  if (given !== undefined) checkGiven(name, matrix.shape, given);
  const known = given ?? (needsSpectrum(rule) ? svd(matrix) : undefined);
  const rank = chooseRank(rule, needsSpectrum(rule) ? known?.s.dataSync() : undefined, matrix.shape);
  if (known === undefined) return leadingFactors(matrix, rank);
  const { u, s, v } = known;
  if (s.size < rank) throw new RangeError(`${name}: svd has ${s.size} singular values; rank ${rank} needs as many`);
  return { u: leadingColumns(u, rank), s: leadingColumns(s, rank), v: leadingColumns(v, rank) };
}

function checkGiven(name: string, [m, n]: [number, number], { u, s, v }: SingularTriplets): void {
  const count = s.size;
  const fits = `${u.shape}` === `${[m, count]}` && `${s.shape}` === `${[count]}` && `${v.shape}` === `${[n, count]}`;
  if (fits) return;
  throw new RangeError(
    `${name}: svd has u [${u.shape}], s [${s.shape}] and v [${v.shape}]; for a ${m} × ${n} matrix they must be [${m}, k], [k] and [${n}, k]`,
  );
}
