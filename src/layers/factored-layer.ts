import type * as tf from '@tensorflow/tfjs';
import type { KernelFactors } from './kernel-factors';

/** What the classes of the low-rank layers offer to those that extend them. */
export interface FactoredLayer extends tf.layers.Layer {
  rank: number;
  /** Called when the layer is built: sees to it that a kernel of this shape, as a matrix, can have the rank. */
  settleRank(shape: readonly [number, number]): void;
  /** The factors of the kernel as a matrix, as they act. To be called in a `tidy`. */
  readFactors(): KernelFactors;
}

/** How the errors of a layer's class call the function that makes it. */
export function makerOf(layer: tf.layers.Layer): string {
  return (layer.constructor as unknown as { readonly maker: string }).maker;
}
