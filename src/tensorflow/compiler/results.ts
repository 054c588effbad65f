import type * as tf from '@tensorflow/tfjs';

/** What a step returns: a tensor, an array of tensors, or a record of them. */
export type StepResult = tf.Tensor | readonly tf.Tensor[] | { readonly [name: string]: tf.Tensor };

/** Numbers in row-major order. */
export interface StepValues {
  readonly data: Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
}

/** The values of many executions, in the structure of the step's result. */
export type Collected<R extends StepResult> = R extends tf.Tensor ? StepValues : { readonly [K in keyof R]: StepValues };

/** A structure of tensors taken apart, so that anything else can be put in their places. */
export interface Structure<R extends StepResult> {
  readonly tensors: readonly tf.Tensor[];
  rebuild(values: readonly StepValues[]): Collected<R>;
}

/** @throws TypeError if it is something else than tensors, an array or a record of them. */
export function takeApart<R extends StepResult>(result: R): Structure<R> {
  if (result instanceof Promise) throw new TypeError('the step returned a promise; it must not be asynchronous');
  if (typeof result !== 'object' || result === null) throw wrongResult(String(result));
  const keys = isTensor(result) ? undefined : Object.keys(result);
  const tensors = keys === undefined ? [result] : keys.map((key) => (result as unknown as Record<string, unknown>)[key]);
  const wrong = tensors.findIndex((tensor) => !isTensor(tensor));
  if (wrong >= 0) throw wrongResult(`${String(tensors[wrong])} as '${keys![wrong]}'`);
  return {
    tensors: tensors as tf.Tensor[],
    rebuild(values) {
      if (keys === undefined) return values[0] as unknown as Collected<R>;
      if (Array.isArray(result)) return [...values] as unknown as Collected<R>;
      return Object.fromEntries(keys.map((key, i) => [key, values[i]])) as unknown as Collected<R>;
    },
  };
}

function wrongResult(what: string): TypeError {
  const hint = what === 'null' ? ' (minimize gives its loss if its second argument is true)' : '';
  return new TypeError(`the step returned ${what}${hint}; it must return a tensor, an array or a record of tensors`);
}

function isTensor(value: unknown): value is tf.Tensor {
  return typeof value === 'object' && value !== null && 'dataId' in value && 'rank' in value;
}

/** Joins values along their first axis. @throws RangeError if the other axes differ. */
export function join(parts: readonly StepValues[]): StepValues {
  const [first, ...others] = parts;
  if (first === undefined) return { data: new Float32Array(0), shape: [0] };
  if (others.length === 0) return first;
  const [, ...inner] = first.shape;
  const other = others.find(({ shape }) => String(shape.slice(1)) !== String(inner));
  if (other !== undefined) {
    throw new RangeError(
      `a result has the shape [${inner}] in one batch and [${other.shape.slice(1)}] in another, so that they cannot be ` +
        'stacked; pass perExample: true if its first axis counts the examples',
    );
  }
  const data = new (first.data.constructor as Float32ArrayConstructor)(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { data, shape: [parts.reduce((sum, { shape }) => sum + shape[0]!, 0), ...inner] };
}

/** [steps, batch, …] as [steps · batch, …]. @throws RangeError if the second axis is not the batch. */
export function perExample({ data, shape }: StepValues, batchSize: number): StepValues {
  const [steps, batch, ...inner] = shape;
  if (batch !== batchSize) {
    throw new RangeError(
      `a result has the shape [${shape.slice(1)}]; with perExample: true its first axis must be the batch of ${batchSize}`,
    );
  }
  return { data, shape: [steps! * batch, ...inner] };
}
