import type * as tf from '@tensorflow/tfjs';
import { checkOneOf } from '../linalg/arguments';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';

/**
 * What a sparsity penalty is of the singular values: `l1` ‖s‖₁, `hoyer` ‖s‖₁/‖s‖₂, from 1 to √rank, or `hoyer-square` ‖s‖₁²/‖s‖₂²,
 * from 1 to rank. The last two do not change with the scale of s: they are least where one singular value stands alone, and most where
 * all are equal.
 */
export type SparsityNorm = 'l1' | 'hoyer' | 'hoyer-square';

/** Whether the squares of UᵀU − I and VᵀV − I are summed up or, divided by rank², averaged. */
export type OrthogonalityReduction = 'sum' | 'mean';

/** The two penalties that a layer in SVD form adds to the loss; see `svdDense`. */
export interface SvdRegularization {
  /** λ of the orthogonality penalty, a finite number from 0, which is the default. */
  readonly orthogonality?: number;
  /**
   * 'sum', the default: ‖UᵀU − I‖² + ‖VᵀV − I‖². 'mean': that divided by rank², so that one λ suits layers of every rank, as Yang et
   * al. have it.
   */
  readonly orthogonalityReduction?: OrthogonalityReduction;
  /** λ of the sparsity penalty, a finite number from 0, which is the default. */
  readonly sparsity?: number;
  /** 'hoyer' by default. */
  readonly sparsityNorm?: SparsityNorm;
}

/** @throws RangeError if one is not allowed */
export function checkSvdRegularization(name: string, given: Required<SvdRegularization>): void {
  for (const weight of ['orthogonality', 'sparsity'] as const) {
    const value = given[weight];
    if (!(value >= 0 && value < Infinity)) throw new RangeError(`${name}: ${weight} is ${value}; it must be a finite number from 0`);
  }
  checkOneOf(name, 'orthogonalityReduction', given.orthogonalityReduction, ['sum', 'mean']);
  checkOneOf(name, 'sparsityNorm', given.sparsityNorm, ['l1', 'hoyer', 'hoyer-square']);
}

/**
 * ‖UᵀU − I‖² + ‖VᵀV − I‖² in the Frobenius norm, summed up or divided by rank².
 *
 * @param u [m, rank]
 * @param v [n, rank]
 * @param active [rank], 1 or 0: only the columns with a 1 count, for the rank too; all by default
 */
export function orthogonalityPenalty(u: tf.Tensor2D, v: tf.Tensor2D, reduction: OrthogonalityReduction, active?: tf.Tensor1D): tf.Scalar {
  return tensorFlowJs().tidy(() => {
    const total = gramError(u, active).square().sum().add(gramError(v, active).square().sum());
    if (reduction === 'sum') return total as tf.Scalar;
    return total.div(active === undefined ? u.shape[1] ** 2 : active.sum().square());
  });
}

/** XᵀX − I, [rank, rank]; only of the active columns. */
export function gramError(columns: tf.Tensor2D, active?: tf.Tensor1D): tf.Tensor2D {
  const { eye, matMul } = tensorFlowJs();
  const error = matMul(columns, columns, true).sub<tf.Tensor2D>(eye(columns.shape[1]));
  return active === undefined ? error : error.mul<tf.Tensor2D>(active).mul(active.expandDims(1));
}

/**
 * The sparsity penalty of singular values. In the ratios ‖s‖₂ counts as 1e-15 at the least, so that they are 0 where all of s is. A singular
 * value of 0 gets no gradient from any of the three norms: of the subgradients there, this is the middle one.
 *
 * @param s [rank], of any sign
 */
export function sparsityPenalty(s: tf.Tensor1D, norm: SparsityNorm): tf.Scalar {
  return tensorFlowJs().tidy(() => {
    // The gradient of TensorFlow.js's abs is -1 at 0.
    const sum = s.mul(s.sign()).sum() as tf.Scalar;
    if (norm === 'l1') return sum;
    const ratio = sum.div<tf.Scalar>(s.square().sum().maximum(1e-30).sqrt());
    return norm === 'hoyer' ? ratio : ratio.square();
  });
}
