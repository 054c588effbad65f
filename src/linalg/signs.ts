import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';

/** Magnitudes that differ less than this, relatively, count as equal: more than rounding leaves between backends. */
const tie = 1e-5;

/**
 * For each column of u, [..., m, k], the sign of its entry of largest magnitude, the first one if several are as large:
 * [..., 1, k] of ones and minus ones. Singular vectors that are multiplied by these are the same on every backend.
 */
export function columnSigns(u: tf.Tensor): tf.Tensor {
  const tf = tensorFlowJs();
  const rows = u.shape.at(-2)!;
  const magnitude = u.abs();
  const largest = magnitude.greaterEqual(magnitude.max(-2, true).mul(1 - tie));
  const earliness = tf.range(rows, 0, -1).reshape([rows, 1]);
  const candidates = largest.cast('float32').mul(earliness);
  const chosen = candidates.equal(candidates.max(-2, true)).cast('float32');
  return u.mul(chosen).sum(-2, true).less(0).cast('float32').mul(-2).add(1);
}
