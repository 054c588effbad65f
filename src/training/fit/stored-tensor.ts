import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';

/** A tensor's values in JavaScript's own memory. */
export interface StoredTensor {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

export function storeTensor(tensor: tf.Tensor): StoredTensor {
  // The plain JavaScript backend gives its own memory, which goes on changing.
  const data = tensor.dataSync().slice() as Float32Array | Int32Array | Uint8Array;
  return { dtype: tensor.dtype as StoredTensor['dtype'], shape: [...tensor.shape], data };
}

/** Gives a variable the stored values. */
export function assignStored(variable: tf.Variable, stored: StoredTensor): void {
  const tensor = tensorOf(stored);
  variable.assign(tensor);
  tensor.dispose();
}

/** A new variable with the stored values, which no optimizer trains. */
export function variableOf(stored: StoredTensor): tf.Variable {
  const tensor = tensorOf(stored);
  const variable = tensor.variable(false);
  tensor.dispose();
  return variable;
}

function tensorOf({ data, shape, dtype }: StoredTensor): tf.Tensor {
  const tf = tensorFlowJs();
  return tf.keep(tf.tensor(data, [...shape], dtype));
}
