import type * as tf from '@tensorflow/tfjs';
import { ifTerminated } from '../recovery';
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
  const { tensors, rebuild } = takeApart(ifTerminated(scopesAsNow(), () => withCountedRandom(random, () => step(...batch))));
  return { tensors: tensors.map((tensor) => (tensor.id > lastBefore ? tensor : tensor.clone())), rebuild };
}

/** Returns a function that leaves the scopes, and forgets the gradient tape, that TensorFlow.js enters from now on. */
function scopesAsNow(): () => void {
  const engine = tensorFlowJs().engine() as unknown as { readonly state: EngineState; endScope(): void };
  const { scopeStack, gradientDepth, kernelDepth, activeTape } = engine.state;
  const depth = scopeStack.length;
  return () => {
    while (engine.state.scopeStack.length > depth) engine.endScope();
    Object.assign(engine.state, { gradientDepth, kernelDepth, activeTape });
  };
}

interface EngineState {
  readonly scopeStack: readonly unknown[];
  readonly gradientDepth: number;
  readonly kernelDepth: number;
  readonly activeTape: unknown;
}
