import type * as tf from '@tensorflow/tfjs';
import { assignStored, storeTensor, variableOf, type StoredTensor } from '../stored-tensor';

/** All that an optimizer of `tf.train` remembers; its own `getWeights` leaves out some, and Adamax has none. */
export interface OptimizerState {
  readonly iterations: number;
  /** As it is now: a callback may have changed it. */
  readonly learningRate?: number;
  /** Where each of the tensors belongs, in their order. */
  readonly slots: readonly Slot[];
}

interface Slot {
  /** The optimizer's property. */
  readonly property: string;
  /** For a property that is a list with an entry for each trained variable. */
  readonly index?: number;
  readonly originalName?: string;
}

interface ListedVariable {
  readonly originalName: string;
  readonly variable: tf.Variable;
}

type Fields = Record<string, unknown>;

export function optimizerState(optimizer: tf.Optimizer): { state: OptimizerState; tensors: StoredTensor[] } {
  const fields = optimizer as unknown as Fields;
  const slots: Slot[] = [];
  const tensors: StoredTensor[] = [];
  for (const [property, value] of Object.entries(fields)) {
    if (isVariable(value)) {
      slots.push({ property });
      tensors.push(storeTensor(value));
    }
    for (const [index, entry] of listed(value).entries()) {
      slots.push({ property, index, originalName: entry.originalName });
      tensors.push(storeTensor(entry.variable));
    }
  }
  const { learningRate } = fields;
  const rate = typeof learningRate === 'number' ? { learningRate } : {};
  return { state: { iterations: optimizer.iterations, ...rate, slots }, tensors };
}

/** Brings an optimizer to a stored state, making the variables that it would make in its first step. */
export function restoreOptimizer(
  optimizer: tf.Optimizer,
  state: OptimizerState,
  tensors: readonly StoredTensor[],
): void {
  const fields = optimizer as unknown as Fields;
  state.slots.forEach(({ property, index, originalName = '' }, i) => {
    const stored = tensors[i]!;
    if (index === undefined) return assignStored(fields[property] as tf.Variable, stored);
    const list = (fields[property] ??= []) as ListedVariable[];
    const entry = list[index];
    if (entry !== undefined) assignStored(entry.variable, stored);
    else list[index] = { originalName, variable: variableOf(stored) };
  });
  fields.iterations_ = state.iterations;
  if (state.learningRate === undefined) return;
  const { setLearningRate } = optimizer as { setLearningRate?: (rate: number) => void };
  if (setLearningRate !== undefined) setLearningRate.call(optimizer, state.learningRate);
  else fields.learningRate = state.learningRate;
}

function isVariable(value: unknown): value is tf.Variable {
  return typeof value === 'object' && value !== null && 'dataId' in value && 'assign' in value;
}

function listed(value: unknown): ListedVariable[] {
  return Array.isArray(value) ? value.filter((entry) => isVariable(entry?.variable)) : [];
}
