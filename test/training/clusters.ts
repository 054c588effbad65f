import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';

/**
 * Points around one random centre for each class, [examples, inputs], the classes in turn, and one row of probabilities for each,
 * [examples, classes]. The tensors are the caller's.
 */
export function clusters(examples: number, inputs: number, classes: number): { x: tf.Tensor2D; y: tf.Tensor2D } {
  const { oneHot, randomNormal, tensor1d, tidy } = tensorFlowJs();
  return tidy(() => {
    const centres = randomNormal([classes, inputs], 0, 1, 'float32', 1);
    const label = tensor1d(Int32Array.from({ length: examples }, (_, i) => i % classes), 'int32');
    return {
      x: centres.gather(label).add<tf.Tensor2D>(randomNormal([examples, inputs], 0, 1, 'float32', 2)),
      y: oneHot(label, classes).cast<tf.Tensor2D>('float32'),
    };
  });
}
