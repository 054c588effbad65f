import type * as tf from '@tensorflow/tfjs';
import type { RandomStream } from '../step-random';
import { tensorFlowJs } from '../tensorflow-js';
import type { Batches } from './batches';
import { executeStep } from './execute-step';
import { join, type StepResult, type StepValues, type Structure } from './results';

/** Executes a step over some batches, operation by operation. */
export function runEagerly<R extends StepResult>(
  step: (...batch: tf.Tensor[]) => R,
  data: readonly tf.Tensor[],
  order: Int32Array,
  { batchSize, start, steps }: Batches,
  random: { readonly seed: number; readonly firstStep: number },
): { structure: Structure<R>; values: StepValues[] } {
  let structure: Structure<R> | undefined;
  const parts: StepValues[][] = [];
  for (let s = 0; s < steps; s++) {
    const rows = order.subarray(start + s * batchSize, start + (s + 1) * batchSize);
    structure = executeOn(step, data, rows, { seed: random.seed, step: random.firstStep + s });
    parts.push(structure.tensors.map((tensor) => ({ data: tensor.dataSync(), shape: [1, ...tensor.shape] })));
    structure.tensors.forEach((tensor) => tensor.dispose());
  }
  return { structure: structure!, values: structure!.tensors.map((_, i) => join(parts.map((part) => part[i]!))) };
}

function executeOn<R extends StepResult>(
  step: (...batch: tf.Tensor[]) => R,
  data: readonly tf.Tensor[],
  rows: Int32Array,
  random: RandomStream,
): Structure<R> {
  const tf = tensorFlowJs();
  let structure: Structure<R> | undefined;
  tf.tidy(() => {
    const index = tf.tensor1d(rows, 'int32');
    const batch = data.map((tensor) => tf.gather(tensor, index));
    structure = executeStep(step, batch, random);
    return [...structure.tensors];
  });
  return structure!;
}
