import type * as tf from '@tensorflow/tfjs';

/**
 * What is drawn: numbers uniform in [0, 1), of the standard normal distribution, of its part between −2 and 2, or
 * integers from `from` to below `below`.
 */
export type Distribution = 'uniform' | 'normal' | 'truncatedNormal' | { readonly from: number; readonly below: number };

/** The 64-bit key of a counter-based generator, as two 32-bit words, the low one first. */
export type Key = readonly [number, number];

/**
 * Draws a tensor: int32 if integers are drawn, else float32. Nothing but the distribution, the shape, the key, the
 * number of the step and the index of the draw within it decides what comes out.
 */
export type Draw = (distribution: Distribution, shape: readonly number[], key: Key, index: number) => tf.Tensor;
