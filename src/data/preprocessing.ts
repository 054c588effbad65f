import type { NumericArray, TypedArray } from './array';

/**
 * Images of shape [n, …] as rows of shape [n, product of the rest], sharing their data.
 *
 * @throws if the array has no axis.
 */
export function flatten<T>({ data, shape }: NumericArray<T>): NumericArray<T> {
  if (!shape.length) throw new RangeError('the array to flatten has no axis; its shape must be [n, …]');
  const [n, ...rest] = shape;
  return { data, shape: [n, rest.reduce((product, length) => product * length, 1)] };
}

/**
 * Every element divided by `divisor` (255 unless told, which brings pixels to [0, 1]), in float64.
 *
 * It is a division, as in `x / 255.0` in NumPy, not a product with the reciprocal, which rounds otherwise.
 *
 * @throws if `divisor` is zero or not finite.
 */
export function scale(
  { data, shape }: NumericArray<TypedArray>,
  { divisor = 255 }: { readonly divisor?: number } = {},
): NumericArray<Float64Array> {
  if (!Number.isFinite(divisor) || divisor === 0) {
    throw new RangeError(`divisor is ${divisor}; it must be a finite number other than zero`);
  }
  const quotients = new Float64Array(data);
  for (let i = 0; i < quotients.length; i++) quotients[i] /= divisor;
  return { data: quotients, shape };
}

/**
 * Labels as rows of shape [n, depth] with a one in the column of the label and zeros elsewhere.
 *
 * @throws if `depth` is not a positive integer, or a label not an integer in [0, depth).
 */
export function oneHot(labels: ArrayLike<number>, depth: number): NumericArray<Float64Array> {
  if (!Number.isSafeInteger(depth) || depth < 1) {
    throw new RangeError(`depth is ${depth}; it must be a positive integer`);
  }
  const data = new Float64Array(labels.length * depth);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!Number.isInteger(label) || label < 0 || label >= depth) {
      throw new RangeError(`label ${i} is ${label}; it must be an integer from 0 to ${depth - 1}`);
    }
    data[i * depth + label] = 1;
  }
  return { data, shape: [labels.length, depth] };
}
