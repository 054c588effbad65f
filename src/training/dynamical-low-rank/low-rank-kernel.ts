import type * as tf from '@tensorflow/tfjs';
import { svd } from '../../linalg';
import { leadingFactors } from '../../linalg/leading-factors';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';

/**
 * A kernel U·diag(s)·Vᵀ of a rank that changes: U [m, most], s [most] and V [n, most], orthonormal in their first columns, as many as the
 * rank, and zero in the others, so that the shapes stay what they are in a compiled step.
 */
export class LowRankKernel {
  readonly u: tf.Variable<tf.Rank.R2>;
  readonly s: tf.Variable<tf.Rank.R1>;
  readonly v: tf.Variable<tf.Rank.R2>;

  /** The best approximation of a kernel [m, n]. @param most from 1 to min(m, n) */
  constructor(kernel: tf.Tensor2D, most: number) {
    const { dispose, variable } = tensorFlowJs();
    const { u, s, v } = leadingFactors(kernel, most);
    this.u = variable(u as tf.Tensor2D);
    this.s = variable(s as tf.Tensor1D);
    this.v = variable(v as tf.Tensor2D);
    dispose([u, s, v]);
  }

  /** How many singular values are not zero. */
  rank(): number {
    return Array.from(this.s.dataSync()).filter((value) => value > 0).length;
  }

  /** The whole kernel, [m, n]; a new tensor. */
  matrix(): tf.Tensor2D {
    return tensorFlowJs().tidy(() => this.u.mul<tf.Tensor2D>(this.s).matMul(this.v, false, true) as tf.Tensor2D);
  }

  /**
   * Becomes Û·C·V̂ᵀ, cut to the smallest rank that leaves out at most the share τ of its norm, and to `most`. To be called in a `tidy`.
   *
   * @param left Û [m, 2·most], whose columns are orthonormal or zero
   * @param core C [2·most, 2·most]
   * @param right V̂ [n, 2·most]
   */
  truncate(left: tf.Tensor2D, core: tf.Tensor2D, right: tf.Tensor2D, tolerance: number): void {
    const most = this.s.size;
    const { u, s, v } = svd(core);
    const squares = s.square();
    // What is left out if a rank stops before each singular value.
    const tails = squares.cumsum(0, false, true);
    const stays = tails.greater(squares.sum().mul(tolerance ** 2)).cast<tf.Tensor1D>('float32').slice([0], [most]);
    const leading = (basis: tf.Tensor2D, vectors: tf.Tensor) =>
      orthonormalized(basis.matMul(vectors.slice([0, 0], [-1, most])).mul<tf.Tensor2D>(stays), stays);
    this.s.assign((s as tf.Tensor1D).slice([0], [most]).mul(stays));
    this.u.assign(leading(left, u));
    this.v.assign(leading(right, v));
  }

  dispose(): void {
    tensorFlowJs().dispose([this.u, this.s, this.v]);
  }
}

/**
 * U beside an orthonormal basis of what x adds to its columns, [m, 2·columns]; zero columns where it adds nothing.
 *
 * @param u [m, columns], orthonormal or zero columns
 * @param x [m, columns]
 */
export function augmented(u: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor2D {
  const { concat, tidy } = tensorFlowJs();
  return tidy(() => {
    const away = (y: tf.Tensor2D) => y.sub<tf.Tensor2D>(u.matMul(u.matMul(y, true)));
    const { u: directions, s } = svd(away(away(x)));
    const isNew = s.greater(s.slice([0], [1]).mul(noise).maximum(1e-30)).cast('float32');
    return concat([u, away(directions.mul<tf.Tensor2D>(isNew))], 1);
  });
}

/** Of singular values in float32, beside the largest. */
const noise = 1e-5;

/** One step of Newton and Schulz's iteration, which keeps rounding errors from adding up over thousands of steps. */
function orthonormalized(basis: tf.Tensor2D, stays: tf.Tensor1D): tf.Tensor2D {
  const { diag, matMul } = tensorFlowJs();
  const error = matMul(basis, basis, true).sub<tf.Tensor2D>(diag(stays));
  return basis.sub(basis.matMul(error.mul<tf.Tensor2D>(0.5)));
}
