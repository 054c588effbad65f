import type * as tf from '@tensorflow/tfjs';
import type { SingularTriplets } from '../layers/kernel-factors';
import { leadingColumns } from '../linalg/svd-factors';
import { tensorMatrices } from '../linalg/tensor-matrix';
import { scope } from '../tensorflow/handles';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import type { OutputMoments } from './output-moments';

/** The directions along which a layer's outputs vary most. */
export interface PrincipalComponents {
  /** The root of the variance along each, descending. */
  readonly s: Float64Array;
  /** The directions as columns, orthonormal, [columns, count]. */
  readonly v: tf.Tensor;
}

/** The leading eigenvectors of the covariance, and the roots of their eigenvalues. */
export function principalComponents(moments: OutputMoments, count: number): PrincipalComponents {
  const { dispose, tensor2d, tidy } = tensorFlowJs();
  const { math, matrix, tensor } = tensorMatrices();
  const covariance = moments.covariance();
  // In float32 it could overflow.
  const scale = covariance.reduce((largest, value) => Math.max(largest, value), 0);
  const [variances, v] = tidy(() => {
    const scaled = tensor2d(Float32Array.from(covariance, (value) => value / scale), [moments.columns, moments.columns]);
    return scope(() => {
      const { values, vectors } = math.eigen(math.widen(matrix(scaled)));
      return [values, vectors].map((each) => leadingColumns(tensor(math.narrow(each)), count)) as [tf.Tensor, tf.Tensor];
    });
  });
  // Rounding leaves eigenvalues that ought to be zero a little below it.
  const s = Float64Array.from(variances.dataSync(), (variance) => Math.sqrt(Math.max(0, variance) * scale));
  dispose(variances);
  return { s, v };
}

/**
 * W·V·Vᵀ as u·diag(s)·vᵀ with u·diag(s) = W·V: s are the norms of the columns of W·V, in no order, and the columns of u not orthogonal.
 * To be called in a `tidy`.
 */
export function projected(w: tf.Tensor2D, v: tf.Tensor2D): SingularTriplets {
  const image = w.matMul(v);
  const s = image.norm('euclidean', 0);
  return { u: image.divNoNan(s), s, v };
}

/** The part of the outputs' mean ȳ that is not kept along the columns of v: ȳ − V·Vᵀ·ȳ, [columns]. */
export function lostMean(mean: Float64Array, v: tf.Tensor): tf.Tensor1D {
  const { tensor2d, tidy } = tensorFlowJs();
  return tidy(() => {
    const row = tensor2d(Float32Array.from(mean), [1, mean.length]);
    return row.sub(row.matMul(v as tf.Tensor2D).matMul(v as tf.Tensor2D, false, true)).reshape([-1]) as tf.Tensor1D;
  });
}
