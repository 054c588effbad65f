import type * as tf from '@tensorflow/tfjs';
import { runsNatively } from '../tensorflow/backend';
import { attributeTypes } from '../tensorflow/native/attributes';
import { nativeBackend, type TensorDescription } from '../tensorflow/native/binding';
import { dataTypes, type DataType } from '../tensorflow/native/data-types';

/**
 * The same float32 tensor, if all its elements are finite. In a compiled step it becomes a part of the graph, which fails
 * with the same words.
 *
 * @param what what the tensor is called in the error, such as "lowRank: x"
 * @throws RangeError if an element is NaN or infinite
 */
export function checkFinite<T extends tf.Tensor>(x: T, what: string): T {
  return runsNatively() ? checkNatively(x, what) : checkHere(x, what);
}

function checkNatively<T extends tf.Tensor>(x: T, what: string): T {
  const backend = nativeBackend();
  const id = backend.getInputTensorIds([x])[0]!;
  return backend.createOutputTensor(checkedFinite({ id, dtype: x.dtype as 'float32' }, what)) as T;
}

/** The same numbers under a new number of the native library. @throws RangeError as `checkFinite` does. */
export function checkedFinite({ id, dtype }: { readonly id: number; readonly dtype: DataType }, what: string): TensorDescription {
  const attributes = [
    { name: 'T', type: attributeTypes.type, value: dataTypes[dtype] },
    { name: 'message', type: attributeTypes.string, value: `${what} must be finite` },
  ];
  try {
    return nativeBackend().binding.executeOp('CheckNumerics', attributes, [id], 1)[0]!;
  } catch (error) {
    throw notFinite(what, /had (NaN|-?Inf|Inf and NaN)/.exec(String(error))?.[1] ?? 'NaN or infinite');
  }
}

function checkHere<T extends tf.Tensor>(x: T, what: string): T {
  const values = x.dataSync();
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw notFinite(what, String(values[at]));
  return x.clone();
}

class NotFiniteError extends RangeError {
  override readonly name = 'RangeError';
}

export function notFinite(what: string, found: string): RangeError {
  return new NotFiniteError(`${what} has ${found} elements; all must be finite`);
}

/**
 * Runs `body`, whose own checks see what became of x; where they fail, x itself is looked at, so that the error tells what
 * is in it.
 */
export function explainNotFinite<T>(x: tf.Tensor, what: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    checkFinite(x, what).dispose();
    if (error instanceof NotFiniteError) throw new RangeError(`${what} is so large that products with it overflow`);
    throw error;
  }
}
