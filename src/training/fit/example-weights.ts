import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';
import { isTensor, type OwnedTensors } from './data';

/** How much each class counts in the loss, by its number. */
export interface ClassWeight {
  readonly [classNumber: number]: number;
}

/** How much each example counts in the loss. */
export type SampleWeight = tf.Tensor | ArrayLike<number>;

/**
 * For the only output, or for several: as many as there are, in their order, or by their names; outputs left out are
 * not weighted.
 */
export type PerOutput<T> = T | readonly (T | undefined)[] | { readonly [output: string]: T };

/**
 * For each output the factors of its examples' losses, or undefined where all count alike: those of classWeight times
 * those of sampleWeight.
 *
 * @throws RangeError or TypeError if they do not fit the outputs and the examples.
 */
export function exampleWeights(
  outputNames: readonly string[],
  ys: readonly tf.Tensor[],
  given: { readonly classWeight?: PerOutput<ClassWeight>; readonly sampleWeight?: PerOutput<SampleWeight> },
): (Float32Array | undefined)[] {
  const ofClasses = perOutput('classWeight', outputNames, given.classWeight, isClassWeight);
  const ofSamples = perOutput('sampleWeight', outputNames, given.sampleWeight, isSampleWeight);
  return ys.map((y, i) => {
    const [classWeight, sampleWeight, output] = [ofClasses[i], ofSamples[i], outputNames[i]!];
    const byClass = classWeight && classWeights(y, classWeight, output);
    const bySample = sampleWeight && sampleWeights(y.shape[0]!, sampleWeight, output);
    return byClass && bySample ? byClass.map((weight, example) => weight * bySample[example]!) : (byClass ?? bySample);
  });
}

/**
 * The weights of those outputs that have some, as tensors that are broadcast over the losses of an output: these have
 * one axis less than its targets.
 */
export function weightTensors(
  weights: readonly (Float32Array | undefined)[],
  ys: readonly tf.Tensor[],
  owned: OwnedTensors,
): tf.Tensor[] {
  const tf = tensorFlowJs();
  return weights.flatMap((values, i) => {
    if (values === undefined) return [];
    const inner = Array.from({ length: Math.max(0, ys[i]!.rank - 2) }, () => 1);
    return owned.own(tf.tensor(values, [values.length, ...inner], 'float32'));
  });
}

function perOutput<T>(
  option: string,
  names: readonly string[],
  given: PerOutput<T> | undefined,
  is: (value: unknown) => value is T,
): readonly (T | undefined)[] {
  if (given === undefined || given === null) return names.map(() => undefined);
  if (is(given) && names.length === 1) return [given];
  const list = Array.isArray(given) ? (given as readonly (T | undefined)[]) : undefined;
  const byName = list === undefined ? (given as { readonly [output: string]: T }) : {};
  const unknown = Object.keys(byName).find((name) => !names.includes(name));
  const parts = list ?? names.map((name) => byName[name]);
  if (unknown !== undefined || parts.length !== names.length || parts.some((part) => part !== undefined && !is(part))) {
    const several =
      names.length === 1
        ? `those of the output '${names[0]}'`
        : `an array or a record of those of the outputs ${names.join(', ')}`;
    throw new TypeError(`${option} does not fit the model: it must be ${several}`);
  }
  return parts;
}

function isClassWeight(value: unknown): value is ClassWeight {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isTensor(value)) return false;
  return Object.entries(value).every(([key, weight]) => /^\d+$/.test(key) && typeof weight === 'number');
}

function isSampleWeight(value: unknown): value is SampleWeight {
  return (
    isTensor(value) ||
    ArrayBuffer.isView(value) ||
    (Array.isArray(value) && value.every((weight) => typeof weight === 'number'))
  );
}

function classWeights(y: tf.Tensor, weights: ClassWeight, output: string): Float32Array {
  for (const [name, weight] of Object.entries(weights))
    checkWeight(`classWeight of the class ${name}`, weight as number);
  return Float32Array.from(classesOf(y, output), (number) => {
    const weight = weights[number];
    if (weight !== undefined) return weight;
    throw new RangeError(`classWeight has no weight for the class ${number}, which is in the targets of '${output}'`);
  });
}

/** From one-hot rows, or from a column of numbers. */
function classesOf(y: tf.Tensor, output: string): ArrayLike<number> {
  if (y.rank !== 2) {
    throw new RangeError(
      `classWeight needs targets of class numbers or one-hot rows; those of '${output}' have the shape [${y.shape}]`,
    );
  }
  const tf = tensorFlowJs();
  return tf.tidy(() => (y.shape[1] === 1 ? y : tf.argMax(y, 1)).dataSync());
}

function sampleWeights(examples: number, weights: SampleWeight, output: string): Float32Array {
  const shape = isTensor(weights) ? weights.shape : [weights.length];
  if (shape[0] !== examples || shape.slice(1).some((length) => length !== 1)) {
    throw new RangeError(
      `sampleWeight of '${output}' has the shape [${shape}]; it must have a weight for each of the ${examples} examples`,
    );
  }
  const values = Float32Array.from(isTensor(weights) ? weights.dataSync() : weights);
  values.forEach((weight, i) => checkWeight(`sampleWeight of the example ${i}`, weight));
  return values;
}

function checkWeight(what: string, weight: number): void {
  if (!Number.isFinite(weight)) throw new RangeError(`the ${what} is ${weight}; it must be a finite number`);
}
