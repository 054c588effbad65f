import type * as tf from '@tensorflow/tfjs';
import { scope } from '../tensorflow/handles';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { blockWidth, isSmall } from './block';
import { errorExcess } from './excess';
import { svd } from './svd';
import { tensorMatrices } from './tensor-matrix';
import { leading, leadingTriplets, randomBlock } from './triplets';

/** Leading singular triplets of a matrix m × n, with vectors as columns. */
export interface SingularTriplets {
  /** [m, rank] */
  readonly u: tf.Tensor;
  /** [rank], descending. */
  readonly s: tf.Tensor;
  /** [n, rank] */
  readonly v: tf.Tensor;
}

/** What an approximation A of a matrix W keeps, of W or, with X·W and X·A, of a layer's outputs. */
export interface Kept {
  /** 1 − ‖W − A‖²/‖W‖², which is Σ_{j≤k} s²/Σ s². */
  readonly energyKept: number;
  /** ‖W − A‖/‖W‖, in the Frobenius norm. */
  readonly relativeError: number;
}

/** By how much ‖W − A‖ may exceed its optimum, relatively. */
const tolerance = 2e-4;

/**
 * Leading singular triplets of W, m × n, good for the approximation A = u·diag(s)·vᵀ rather than one by one: ‖W − A‖ exceeds its
 * optimum by about 1e-4 of it at the most. Trained matrices have close singular values, which take long to tell apart, and for A it
 * does not matter which of them it has. A is W·v·vᵀ: u·s is W·v, and the columns of u are orthonormal as far as the iteration has converged.
 *
 * The three are new tensors.
 */
export function leadingFactors(w: tf.Tensor2D, rank: number): SingularTriplets & Kept {
  const width = blockWidth(rank);
  const squaredNorm = sumOfSquares(w);
  const { tidy } = tensorFlowJs();
  if (isSmall(w.shape, width) || squaredNorm === 0) return tidy(() => ({ ...ofDecomposition(svd(w), rank) }));
  const { math, operator, tensor } = tensorMatrices();
  return tidy(() => {
    const factors = scope(() => {
      const a = operator(w, 'the kernel');
      const excess = errorExcess(math, a, rank, tolerance);
      const start = randomBlock(math, a, width, { steps: 2 });
      const { image, v } = leading(math, leadingTriplets(math, a, start, { rank, maxRounds: 12, excess }), rank);
      const s = math.sqrt(math.sum(math.mul(image, image), 0));
      return { u: tensor(math.div(image, s)), s: tensor(math.reshape(s, [rank])), v: tensor(math.transpose(v)) };
    });
    return { ...factors, ...keptOf(w, factors, squaredNorm) };
  });
}

/** The leading ones of all singular triplets. */
export function ofDecomposition({ u, s, v }: SingularTriplets, rank: number): SingularTriplets & Kept {
  const columns = (x: tf.Tensor) => x.slice([0, 0], [x.shape[0]!, rank]);
  return { u: columns(u), s: s.slice([0], [rank]), v: columns(v), ...keptOfSpectrum(s.dataSync(), rank) };
}

/** In float64. */
function sumOfSquares(x: tf.Tensor): number {
  const values = x.dataSync();
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return sum;
}

function keptOf(w: tf.Tensor2D, { u, s, v }: SingularTriplets, squaredNorm: number): Kept {
  const dropped = 1 - sumOfSquares(s) / squaredNorm;
  // The rounding of s, 1e-7, counts where little is dropped.
  const square = dropped > 1e-3 ? dropped : sumOfSquares(w.sub(u.mul(s).matMul(v, false, true))) / squaredNorm;
  return { energyKept: 1 - square, relativeError: Math.sqrt(square) };
}

/** What the best approximation of a rank keeps, by all singular values. */
export function keptOfSpectrum(s: ArrayLike<number>, rank: number): Kept {
  // From the end: what is dropped would be lost beside what is kept.
  let [dropped, total] = [0, 0];
  for (let j = s.length - 1; j >= 0; j--) {
    total += s[j]! ** 2;
    if (j === rank) dropped = total;
  }
  const square = total === 0 ? 0 : dropped / total;
  return { energyKept: 1 - square, relativeError: Math.sqrt(square) };
}
