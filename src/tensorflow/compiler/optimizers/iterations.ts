import type * as tf from '@tensorflow/tfjs';
import { withUndo } from '../../recovery';
import { tensorFlowJs } from '../../tensorflow-js';

/** How often each optimizer was applied. */
export type Applications = ReadonlyMap<tf.Optimizer, number>;

interface Counting {
  iterations_: number;
  incrementIterations(): void;
}

/**
 * Runs `body` and counts how often each optimizer is applied in it. The optimizers' own counters, `iterations`, stand
 * still meanwhile: what runs only in order to be recorded is no step of the training.
 */
export function countIterations<T>(body: () => T): { result: T; applications: Applications } {
  const applications = new Map<tf.Optimizer, number>();
  const prototype = tensorFlowJs().Optimizer.prototype as unknown as Counting;
  const original = prototype.incrementIterations;
  prototype.incrementIterations = function (this: tf.Optimizer) {
    applications.set(this, (applications.get(this) ?? 0) + 1);
  };
  const result = withUndo(() => (prototype.incrementIterations = original), body);
  return { result, applications };
}

/** Adds to the optimizers' `iterations` what `steps` steps add that each apply them so often. */
export function advanceIterations(applications: Applications, steps: number): void {
  for (const [optimizer, count] of applications) {
    (optimizer as unknown as Counting).iterations_ = optimizer.iterations + count * steps;
  }
}
