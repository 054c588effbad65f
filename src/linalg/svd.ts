import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { checkFinite } from './check-finite';
import { leadingColumns, singularValues, svdFactors, type Factors } from './svd-factors';
import { asRow, singularValuesGradient, svdGradient } from './svd-gradient';

/** Which factors `svd` gives. */
export interface SVDOptions {
  /** Complete u and v to square orthogonal matrices, [..., m, m] and [..., n, n]. Default: false. */
  readonly fullMatrices?: boolean;
  /** Default: true; false gives s alone. */
  readonly computeUV?: boolean;
}

/** x = u·diag(s)·vᵀ, k = min(m, n). */
export interface SVD {
  /** The left singular vectors as columns, [..., m, k]. */
  readonly u: tf.Tensor;
  /** The singular values, [..., k], descending. */
  readonly s: tf.Tensor;
  /** The right singular vectors as columns, [..., n, k]. */
  readonly v: tf.Tensor;
}

/**
 * The singular value decomposition of a matrix, or of each matrix of a batch: by TensorFlow's own operation on the
 * native backend, also in a compiled step; elsewhere in float64 in JavaScript, which reads x back.
 *
 * The signs are fixed: in each of the first k columns of u the entry of largest magnitude is positive, the first one if
 * several are as large (up to 1e-5 of it). So the thin factors are the same on all backends where the singular values
 * are distinct and not zero.
 *
 * Differentiable once, in u, s and v (Townsend, "Differentiating the singular value decomposition", 2016). Where
 * singular values repeat or vanish (up to 1e-5 of the largest), single vectors have no derivative: the terms that would
 * be divided by zero are left out, so the gradient stays finite. It is then right for functions of u·vᵀ, u·uᵀ or v·vᵀ
 * over all vectors of a repeated value, and not in general; the best approximation of a rank has a gradient of its own,
 * `lowRank`. The full u and v have none.
 *
 * @param x [..., m, n], float32; m, n and the batch may be 0
 * @returns u [..., m, k], s [..., k] and v [..., n, k] with k = min(m, n); s alone without `computeUV`
 * @throws TypeError if x is no float32 tensor; RangeError if it has fewer than two axes, or NaN or infinite elements (a
 *   compiled step fails with TensorFlow's error, which says the same); Error from the gradient where there is none
 */
export function svd(x: tf.Tensor, options: SVDOptions & { readonly computeUV: false }): tf.Tensor;
export function svd(x: tf.Tensor, options?: SVDOptions & { readonly computeUV?: true }): SVD;
export function svd(x: tf.Tensor, options?: SVDOptions): SVD | tf.Tensor;
export function svd(x: tf.Tensor, { fullMatrices = false, computeUV = true }: SVDOptions = {}): SVD | tf.Tensor {
  checkMatrices(x);
  const { tidy } = tensorFlowJs();
  if (!computeUV) return tidy(() => valuesOf(x));
  return tidy(() => ({ ...(fullMatrices || x.size === 0 ? separateSVD(x, fullMatrices) : thinSVD(x)) }));
}

function checkMatrices(x: tf.Tensor): void {
  if (!(x instanceof tensorFlowJs().Tensor)) {
    throw new TypeError('svd: x is no tensor; it must be a float32 tensor, [..., m, n]');
  }
  if (x.dtype !== 'float32') throw new TypeError(`svd: x has the type ${x.dtype}; it must be float32`);
  if (x.rank < 2) {
    throw new RangeError(`svd: x has the shape [${x.shape}]; it must be a matrix or a batch of matrices, [..., m, n]`);
  }
}

/** A function with a gradient has one result here, so the factors go through it side by side. */
function thinSVD(x: tf.Tensor): SVD {
  const compute = () => {
    const { u, s, v } = svdFactors(checkFinite(x, 'svd: x'), false);
    const gradient = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [left, values, right] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      return svdGradient({ u: left, s: values, v: right }, unpacked(dy, x.shape));
    };
    return { value: packed({ u, s, v }), saved: [u, s, v], gradient };
  };
  return unpacked(withGradient(x, compute), x.shape);
}

function valuesOf(x: tf.Tensor): tf.Tensor {
  const gradient = (dy: tf.Tensor, [again]: tf.Tensor[]) => singularValuesGradient(svdFactors(again!, false), dy);
  return withGradient(x, () => ({ value: singularValues(checkFinite(x, 'svd: x')), saved: [x], gradient }));
}

/** Without a gradient for u and v, or, of an empty x, with an empty one. */
function separateSVD(x: tf.Tensor, fullMatrices: boolean): SVD {
  const { u, s, v } = svdFactors(checkFinite(x, 'svd: x'), fullMatrices);
  const rank = s.shape.at(-1)!;
  const refused = () => {
    throw new Error('svd: with fullMatrices u and v have no gradient; use the thin factors (fullMatrices: false)');
  };
  const gradient = (dy: tf.Tensor, [left, right]: tf.Tensor[]) => singularValuesGradient({ u: left!, v: right! }, dy);
  return {
    u: withGradient(x, () => ({ value: u, saved: [], gradient: refused })),
    s: withGradient(x, () => ({ value: s, saved: [leadingColumns(u, rank), leadingColumns(v, rank)], gradient })),
    v: withGradient(x, () => ({ value: v, saved: [], gradient: refused })),
  };
}

/** u, s and v below each other, [..., m + 1 + n, k]. */
function packed({ u, s, v }: Factors): tf.Tensor {
  return tensorFlowJs().concat([u, asRow(s), v], -2);
}

function unpacked(all: tf.Tensor, [...shape]: readonly number[]): Factors {
  const [m, n] = shape.slice(-2) as [number, number];
  const rows = (from: number, count: number) => {
    const begin = all.shape.map((_, axis) => (axis === all.rank - 2 ? from : 0));
    return all.slice(begin, all.shape.map((extent, axis) => (axis === all.rank - 2 ? count : extent)));
  };
  return { u: rows(0, m), s: rows(m, 1).reshape([...all.shape.slice(0, -2), all.shape.at(-1)!]), v: rows(m + 1, n) };
}

interface Computed {
  readonly value: tf.Tensor;
  readonly saved: tf.Tensor[];
  /** From the gradient with respect to the value, and what was saved, to that with respect to x. */
  gradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor;
}

function withGradient(x: tf.Tensor, compute: () => Computed): tf.Tensor {
  const { customGrad, zerosLike } = tensorFlowJs();
  return customGrad((...args) => {
    const save = args[1] as unknown as tf.GradSaveFunc;
    const { value, saved, gradient } = compute();
    save([x, ...saved]);
    const gradFunc = (dy: tf.Tensor, [again, ...rest]: tf.Tensor[]) =>
      onlyOnce(dy, again!, () => (x.size === 0 ? zerosLike(again!) : gradient(dy, rest)));
    return { value, gradFunc };
  })(x);
}

/** What was saved no longer depends on x, so a derivative of the gradient would be wrong without notice. */
function onlyOnce(dy: tf.Tensor, x: tf.Tensor, compute: () => tf.Tensor): tf.Tensor {
  const refused = () => {
    throw new Error('svd: second derivatives are not supported');
  };
  return tensorFlowJs().customGrad(() => ({ value: compute(), gradFunc: refused }))(dy, x);
}
