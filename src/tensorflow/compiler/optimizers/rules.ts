import type * as tf from '@tensorflow/tfjs';
import type { Recorder } from '../recorder';

/** The part of a recorder that optimizers need. */
export type UpdateRecorder = Pick<Recorder, 'parameter' | 'reference' | 'unrecorded' | 'update'>;

/** How one kind of optimizer is recorded; looked up at the start of each call of its `applyGradients`. */
export type Rule = FusedRule | OrdinaryRule;

/** One of TensorFlow's operations does what the optimizer does to a variable. */
export interface FusedRule {
  readonly kind: 'fused';
  /** Notes the operation, after the optimizer's own code has changed the variable. */
  readonly note: VariableUpdate;
  /** Changes what all variables share, such as the powers of β. */
  readonly advance?: () => void;
}

/** No such operation does the same: ordinary operations, which change the variable and are recorded one by one. */
export interface OrdinaryRule {
  readonly kind: 'ordinary';
  readonly apply: VariableUpdate;
}

/** @param slot the variable's place in the optimizer's lists of accumulators */
export type VariableUpdate = (variable: tf.Variable, gradient: tf.Tensor, slot: number) => void;

/** Accumulators as the optimizers of `tf.train` keep them. */
export type Slots = readonly { readonly variable: tf.Variable }[];
