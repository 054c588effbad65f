import type * as tf from '@tensorflow/tfjs';

/** @throws RangeError or TypeError if it is no float32 matrix with elements */
export function checkMatrix(name: string, argument: string, x: tf.Tensor): void {
  if (x.dtype !== 'float32') throw new TypeError(`${name}: ${argument} has the type ${x.dtype}; it must be float32`);
  if (x.shape.length !== 2 || x.size === 0) throw new RangeError(`${name}: ${argument} has the shape [${x.shape}]; it must be a matrix with elements`);
}

/** @throws RangeError if it is no rank that a matrix of this shape can have */
export function checkRank(name: string, rank: number, shape: readonly number[]): void {
  const most = Math.min(...shape);
  if (Number.isInteger(rank) && rank >= 1 && rank <= most) return;
  throw new RangeError(`${name}: rank is ${rank}; for a [${shape}] matrix it must be an integer from 1 to ${most}`);
}

/** @throws RangeError if it is not in (0, 1) */
export function checkTolerance(name: string, tolerance: number): void {
  if (tolerance > 0 && tolerance < 1) return;
  throw new RangeError(`${name}: tolerance is ${tolerance}; it must be above 0 and below 1`);
}

/** @throws RangeError if it is none of the values */
export function checkOneOf<T extends string>(name: string, argument: string, value: T, allowed: readonly T[]): void {
  if (allowed.includes(value)) return;
  throw new RangeError(`${name}: ${argument} is ${String(value)}; it must be ${allowed.map((each) => `'${each}'`).join(' or ')}`);
}
