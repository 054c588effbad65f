import type * as tf from '@tensorflow/tfjs';
import { scope } from '../tensorflow/handles';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { checkMatrix } from './arguments';
import { checkFinite } from './check-finite';
import { Truncation } from './truncation';
import type { WarmStart } from './warm-start';

/** The gradient of a low-rank approximation, and how near the approximation comes. */
export interface LowRankOptions {
  /**
   * 'exact', the default: the gradient of the approximation. 'straight-through': the gradient with respect to the approximation
   * is passed on to the matrix as it is (Bengio, Léonard and Courville 2013, for thresholds). It moves also what the
   * approximation leaves out.
   */
  readonly gradient?: 'exact' | 'straight-through';
  /**
   * In (0, 1); 1e-3 by default. Estimated in every call, and where the iterations do not reach it, a full decomposition is made.
   * - With the exact gradient: the relative error, in the Frobenius norm, that the gradient may have, and the angle by which
   *   the singular subspace may be off. Rounding in float32 adds some 1e-6·σₖ/(σₖ − σₖ₊₁) of its own.
   * - Straight-through: by how much the error of the approximation, in the Frobenius norm, may exceed the least possible one,
   *   relative to it. That needs no gap between singular values.
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
 * @throws RangeError if rank, gradient or tolerance is none, x is not a matrix or not finite, or warmStart belongs to another matrix
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
    const { value, saved } = scope(() =>
      truncation.forward(given, (math, { u, s, v, image }) => math.product(truncation.isExact ? math.mul(u, s) : image, v)));
    if (!truncation.isExact) {
      tensorFlowJs().dispose(saved);
      return { value, gradFunc: ((dy: tf.Tensor2D) => dy.clone()) as never };
    }
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
 * fewer operations, since the approximation is not formed, nor, but for straight-through, the gradient with respect to it.
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
      truncation.forward(given, (math, { u, s, v, image }, take) =>
        math.product(truncation.isExact ? math.mul(math.product(take(left), u), s) : math.product(take(left), image), v)));
    save([left, given, ...saved]);
    const gradFunc = (dy: tf.Tensor2D, [factor, matrix, ...kept]: tf.Tensor[]) => [
      scope(() => truncation.factorGradient(dy, kept)),
      truncation.isExact ? scope(() => truncation.backward(matrix as tf.Tensor2D, kept, (math, { u, v }, take) => {
        const [inputs, gradient] = [take(factor!), take(dy)];
        return {
          right: math.product(inputs, math.product(gradient, v, { b: true }), { a: true }),
          left: math.product(math.product(inputs, u), gradient, { a: true }),
        };
      })) : matMul(factor as tf.Tensor2D, dy, true),
    ];
    return { value, gradFunc: gradFunc as never };
  })(a, x);
}
