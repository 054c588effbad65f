import type * as tf from '@tensorflow/tfjs';
import type { NumericArray, TypedArray } from '../../data';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';
import type { TrainableModel } from './layers-model';

/** ExampleArray along the first axis. Arrays become float32 tensors for the time of the call. */
export type ExampleArray = tf.Tensor | NumericArray<TypedArray> | TypedArray;

/** The data of a model's inputs or outputs: one, as many as there are, or by their names. */
export type ModelData = ExampleArray | readonly ExampleArray[] | { readonly [name: string]: ExampleArray };

/** Tensors that are made for a call and disposed at its end. */
export class OwnedTensors {
  readonly #tensors: tf.Tensor[] = [];

  own<T extends tf.Tensor>(tensor: T): T {
    this.#tensors.push(tensor);
    return tensor;
  }

  dispose(): void {
    this.#tensors.splice(0).forEach((tensor) => tensor.dispose());
  }
}

/**
 * The tensors for the inputs and the outputs, in the model's order, each with a first axis of as many examples.
 *
 * @throws Error, by TensorFlow.js, if they do not fit the model or its losses; RangeError if there is no example.
 */
export function trainingTensors(
  model: TrainableModel,
  names: readonly [x: string, y: string],
  data: readonly [x: ModelData, y: ModelData],
  batchSize: number,
  owned: OwnedTensors,
): { xs: tf.Tensor[]; ys: tf.Tensor[]; examples: number } {
  const [x, y] = data.map((part, i) => toTensors(names[i]!, part, owned));
  const [xs, ys] = model.standardizeUserDataXY(x, y, false, batchSize);
  return { xs, ys, examples: countExamples(names[0], xs) };
}

/** The tensors for the inputs alone. @throws RangeError if they do not fit the model, or there is no example. */
export function inputTensors(
  model: TrainableModel,
  x: ModelData,
  owned: OwnedTensors,
): { xs: tf.Tensor[]; examples: number } {
  const given = toTensors('x', x, owned);
  const xs = isTensor(given) ? [given] : Array.isArray(given) ? given : model.inputNames.map((name) => given[name]!);
  if (xs.length !== model.inputs.length || xs.includes(undefined as never)) {
    const has = isTensor(given)
      ? 'one tensor'
      : Array.isArray(given)
        ? `${xs.length} tensors`
        : Object.keys(given).join(', ');
    throw new RangeError(`x has ${has}; the model's inputs are ${model.inputNames.join(', ')}`);
  }
  xs.forEach((tensor, i) => checkShape(model.inputNames[i]!, tensor.shape, model.inputs[i]!.shape));
  const other = xs.find(({ shape }) => shape[0] !== xs[0]!.shape[0]);
  if (other !== undefined)
    throw new RangeError(`x has ${xs[0]!.shape[0]} examples for one input and ${other.shape[0]} for another`);
  return { xs, examples: countExamples('x', xs) };
}

function checkShape(input: string, shape: readonly number[], expected: readonly (number | null)[]): void {
  const fits = expected.every((length, axis) => axis === 0 || length === null || length === shape[axis]);
  if (fits && shape.length === expected.length) return;
  const wanted = ['examples', ...expected.slice(1).map((length) => length ?? 'any')];
  throw new RangeError(`x for the input '${input}' has the shape [${shape}]; it must be [${wanted.join(', ')}]`);
}

function countExamples(name: string, [first]: readonly tf.Tensor[]): number {
  const examples = first!.shape[0]!;
  if (examples === 0) throw new RangeError(`${name} has no examples; there must be one or more`);
  return examples;
}

type Tensors = tf.Tensor | tf.Tensor[] | Record<string, tf.Tensor>;

function toTensors(name: string, data: ModelData, owned: OwnedTensors): Tensors {
  if (isExamples(data)) return toTensor(name, data, owned);
  if (Array.isArray(data)) return data.map((part: ExampleArray, i) => toTensor(`${name}[${i}]`, part, owned));
  if (typeof data !== 'object' || data === null) return toTensor(name, data, owned);
  return Object.fromEntries(Object.entries(data).map(([key, part]) => [key, toTensor(`${name}.${key}`, part, owned)]));
}

function toTensor(name: string, data: ExampleArray, owned: OwnedTensors): tf.Tensor {
  if (!isExamples(data)) {
    throw new TypeError(
      `${name} is ${data === null ? 'null' : typeof data}; it must be a tf.Tensor, a typed array or { data, shape }`,
    );
  }
  const tf = tensorFlowJs();
  const tensor = isTensor(data) ? data : owned.own(ofNumbers(name, data));
  // As model.fit does: a list of numbers is a column.
  return tensor.rank === 1 ? owned.own(tf.expandDims(tensor, 1)) : tensor;
}

function ofNumbers(name: string, numbers: NumericArray<TypedArray> | TypedArray): tf.Tensor {
  const { data, shape } = isTypedArray(numbers) ? { data: numbers, shape: [numbers.length] } : numbers;
  const length = shape.reduce((product, n) => product * n, 1);
  if (data.length !== length) {
    throw new RangeError(`${name} has ${data.length} numbers, and its shape [${shape}] needs ${length}`);
  }
  return tensorFlowJs().tensor(data instanceof Float32Array ? data : new Float32Array(data), [...shape], 'float32');
}

function isExamples(value: unknown): value is ExampleArray {
  return isTensor(value) || isTypedArray(value) || isNumericArray(value);
}

export function isTensor(value: unknown): value is tf.Tensor {
  return typeof value === 'object' && value !== null && 'dataId' in value;
}

function isNumericArray(value: unknown): value is NumericArray<TypedArray> {
  const { data, shape } = (value ?? {}) as Partial<NumericArray<unknown>>;
  return isTypedArray(data) && Array.isArray(shape);
}

function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
