import type * as tf from '@tensorflow/tfjs';
import { withCountedRandom, type RandomStream } from '../step-random';
import { tensorFlowJs } from '../tensorflow-js';
import { takeApart, type StepResult, type Structure } from './results';

/** Executes a step on a batch, operation by operation. The resulting tensors are the caller's, also where the step returned one that it did not make. */
export function executeStep<R extends StepResult>(
  step: (...batch: tf.Tensor[]) => R,
  batch: readonly tf.Tensor[],
  random: RandomStream,
): Structure<R> {
  const tf = tensorFlowJs();
  const { id: lastBefore } = tf.tidy(() => tf.scalar(0));
  const { tensors, rebuild } = takeApart(withCountedRandom(random, () => step(...batch)));
  return { tensors: tensors.map((tensor) => (tensor.id > lastBefore ? tensor : tensor.clone())), rebuild };
}
