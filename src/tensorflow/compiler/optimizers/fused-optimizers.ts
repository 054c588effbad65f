import type * as tf from '@tensorflow/tfjs';
import { withUndo } from '../../recovery';
import { tensorFlowJs } from '../../tensorflow-js';
import { adam, adamax, momentum, rmsProp, sgd, type RmsProp } from './fused-rules';
import { adadelta, adagrad, centeredRmsProp } from './ordinary-rules';
import type { Rule, UpdateRecorder } from './rules';

interface NamedGradient {
  readonly name: string;
  /** Missing where the loss does not depend on the variable. */
  readonly tensor: tf.Tensor | null | undefined;
}

type Gradients = readonly NamedGradient[] | Readonly<Record<string, NamedGradient['tensor']>>;
type ApplyGradients = (this: tf.Optimizer, gradients: Gradients) => void;
type MakeRule = (recorder: UpdateRecorder, optimizer: never) => Rule;

/**
 * Runs `body`, in which the optimizers of `tf.train` are recorded as TensorFlow's fused operations, which change a
 * variable and its accumulators in place. Hyperparameters become parameters of the recording: it computes with the
 * values that they have when it is run, as the optimizers themselves do.
 *
 * An optimizer class that has an `applyGradients` of its own is recorded as it is, operation by operation.
 */
export function withFusedOptimizers<T>(recorder: UpdateRecorder, body: () => T): T {
  const replaced = ruledClasses().map(([optimizerClass, makeRule]) => {
    const prototype = optimizerClass.prototype as unknown as { applyGradients: ApplyGradients };
    const original = prototype.applyGradients;
    prototype.applyGradients = function (gradients) {
      apply(recorder, this, makeRule, original, gradients);
    };
    return { prototype, original };
  });
  return withUndo(() => replaced.forEach(({ prototype, original }) => (prototype.applyGradients = original)), body);
}

function ruledClasses(): [{ readonly prototype: tf.Optimizer }, MakeRule][] {
  const tf = tensorFlowJs();
  const anyRmsProp = (recorder: UpdateRecorder, optimizer: RmsProp) =>
    (optimizer.centered ? centeredRmsProp : rmsProp)(recorder, optimizer);
  return [
    [tf.SGDOptimizer, sgd],
    [tf.MomentumOptimizer, momentum],
    [tf.AdamOptimizer, adam],
    [tf.AdamaxOptimizer, adamax],
    [tf.RMSPropOptimizer, anyRmsProp],
    [tf.AdagradOptimizer, adagrad],
    [tf.AdadeltaOptimizer, adadelta],
  ];
}

function apply(
  recorder: UpdateRecorder,
  optimizer: tf.Optimizer,
  makeRule: MakeRule,
  original: ApplyGradients,
  gradients: Gradients,
): void {
  const named: readonly NamedGradient[] = Array.isArray(gradients)
    ? gradients
    : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
  tensorFlowJs().tidy(() => {
    const rule = makeRule(recorder, optimizer as never);
    const updates = updatesOf(named);
    if (rule.kind === 'ordinary') {
      // Without gradients these optimizers make what accumulators they lack, count the iteration, and do no more.
      const none = named.map(({ name }) => ({ name, tensor: null }));
      recorder.unrecorded(() => original.call(optimizer, none));
      for (const { variable, gradient, slot } of updates) rule.apply(variable, gradient, slot);
    } else {
      // A gradient whose numbers only JavaScript has yet would otherwise reach the native side unrecorded.
      for (const { gradient } of updates) recorder.reference(gradient);
      recorder.unrecorded(() => original.call(optimizer, named));
      for (const { variable, gradient, slot } of updates) rule.note(variable, gradient, slot);
      rule.advance?.();
    }
  });
}

/** The variables that have a gradient, in the optimizer's order. */
function updatesOf(named: readonly NamedGradient[]): { variable: tf.Variable; gradient: tf.Tensor; slot: number }[] {
  const tf = tensorFlowJs();
  return named.flatMap(({ name, tensor }, slot) => {
    if (tensor == null) return [];
    const variable = tf.engine().registeredVariables[name];
    const alike = tf.util.arraysEqual(tensor.shape, variable.shape);
    return [{ variable, gradient: alike ? tensor : tf.broadcastTo(tensor, variable.shape), slot }];
  });
}
