import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import type { Factors } from './svd-factors';

/** Singular values, or their differences, below this times σ₁ are rounding in float32. */
const negligible = 1e-5;

/** The least normal float32: below it reciprocals overflow. */
const least = 2 ** -126;

/**
 * The gradient with respect to x = u·diag(s)·vᵀ of a function whose gradients with respect to the thin factors are
 * given (Townsend, "Differentiating the singular value decomposition", 2016).
 *
 * With E = uᵀu̅ − u̅ᵀu and D = vᵀv̅ − v̅ᵀv its terms (Eᵢⱼsⱼ + sᵢDᵢⱼ)/(sⱼ² − sᵢ²) are here
 * ½[(Eᵢⱼ + Dᵢⱼ)/(sⱼ − sᵢ) + (Eᵢⱼ − Dᵢⱼ)/(sⱼ + sᵢ)], in which no square overflows, and of which only the first part has
 * no meaning where sᵢ = sⱼ. Quotients by a negligible divisor are left out.
 */
export function svdGradient({ u, s, v }: Factors, gradients: Factors): tf.Tensor {
  const { matMul } = tensorFlowJs();
  const [columns, rows] = [asRow(s), asColumn(s)];
  const allowed = columns.max(-1, true).mul(negligible).maximum(least);
  const p = matMul(u, gradients.u, true);
  const q = matMul(v, gradients.v, true);
  const [e, d] = [p.sub(transposed(p)), q.sub(transposed(q))];
  const bySums = e.sub(d).mul(reciprocal(columns.add(rows), allowed));
  const pairs = e.add(d).mul(reciprocal(columns.sub(rows), allowed)).add(bySums);

  const inverse = reciprocal(columns, allowed);
  let left = matMul(u, pairs.mul(0.5)).add(u.mul(asRow(gradients.s)));
  // What of u̅ is outside the span of u.
  if (isTall(u)) left = left.add(gradients.u.sub(matMul(u, p)).mul(inverse));
  const inside = matMul(left, v, false, true);
  return isTall(v) ? inside.add(matMul(u.mul(inverse), gradients.v.sub(matMul(v, q)), false, true)) : inside;
}

/** The gradient with respect to x of a function of s alone. */
export function singularValuesGradient({ u, v }: Pick<Factors, 'u' | 'v'>, gradient: tf.Tensor): tf.Tensor {
  return tensorFlowJs().matMul(u.mul(asRow(gradient)), v, false, true);
}

/** 1/x, or 0 where |x| is too small. */
function reciprocal(x: tf.Tensor, allowed: tf.Tensor): tf.Tensor {
  const { div, where, zerosLike } = tensorFlowJs();
  return where(x.abs().greater(allowed), div(1, x), zerosLike(x));
}

function transposed(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return x.transpose([...axes.slice(0, -2), ...axes.slice(-2).reverse()]);
}

// By reshape: tfjs-node's expandDims leaves an attribute out, without which a compiled step cannot be loaded.
export const asRow = (s: tf.Tensor): tf.Tensor => s.reshape([...s.shape.slice(0, -1), 1, s.shape.at(-1)!]);
const asColumn = (s: tf.Tensor): tf.Tensor => s.reshape([...s.shape, 1]);

const isTall = (x: tf.Tensor): boolean => x.shape.at(-2)! > x.shape.at(-1)!;
