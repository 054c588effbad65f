import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';
import { toAffine } from './affine';
import { largestFloat16, overflowsFloat16, toFloat16 } from './float16';
import { specFault, storedBytes, type WeightSpec } from './weight-spec';

/**
 * How the numbers of a weight are stored. TensorFlow.js makes float32 of them again when it loads the model.
 * - `float32`: as they are;
 * - `float16`: half the bytes; each number is off by at most 2⁻¹¹ of itself, or 2⁻²⁵ if that is more;
 * - `uint8`, `uint16`: a quarter or half of the bytes; one of 256 or 65,536 equally spaced numbers between the weight's least and
 *   greatest, off by at most half their spacing.
 */
export type StoredWeights = 'float32' | 'float16' | 'uint8' | 'uint16';

/** The same for all weights, or one for each by its name and shape: `(name, shape) => shape.length === 2 ? 'uint8' : 'float32'`. */
export type StoredWeightsRule = StoredWeights | ((name: string, shape: number[]) => StoredWeights);

/**
 * A model's artifacts with smaller weights, as TensorFlow.js's converter makes them (its `quantization.py`) and
 * TensorFlow.js's loaders read them. Weights of other types than float32, and the optimizer's state, stay as they are. The given
 * artifacts are not changed.
 *
 * @throws RangeError if there is no such way to store weights, a number is too large for float16, or NaN or infinite where
 *   it is to be uint8 or uint16, naming the weight; TypeError if the artifacts are not those that `model.save` hands over
 */
export function quantizeArtifacts(artifacts: tf.io.ModelArtifacts, weights: StoredWeightsRule): tf.io.ModelArtifacts {
  checkStoredWeights('quantizeArtifacts', weights);
  const { weightSpecs = [], weightData = [], ...rest } = artifacts;
  const data = tensorFlowJs().io.CompositeArrayBuffer.join(weightData);
  checkSpecs(weightSpecs, data.byteLength);
  let at = 0;
  const stored = weightSpecs.map((spec) => {
    const bytes = data.slice(at, (at += storedBytes(spec)));
    return storedWeight(spec, bytes, isQuantizable(spec) ? chosen(weights, spec) : 'float32');
  });
  const joined = tensorFlowJs().io.CompositeArrayBuffer.join(stored.map(({ bytes }) => bytes));
  delete rest.getWeightStream;
  return { ...rest, weightSpecs: stored.map(({ spec }) => spec), weightData: joined };
}

const allowed: readonly unknown[] = ['float32', 'float16', 'uint8', 'uint16'] satisfies StoredWeights[];

/** @throws RangeError if it is neither a way to store weights nor a function */
export function checkStoredWeights(name: string, weights: StoredWeightsRule): void {
  if (typeof weights === 'function' || allowed.includes(weights)) return;
  throw new RangeError(`${name}: weights is ${String(weights)}; it must be one of ${allowed.join(', ')}, or a function that returns one`);
}

function checkSpecs(specs: readonly WeightSpec[], bytes: number): void {
  for (const spec of specs) {
    const fault = specFault(spec);
    if (fault !== undefined) throw new TypeError(`quantizeArtifacts: weightSpecs is not that of a layers model: ${fault}`);
    if (spec.quantization !== undefined) {
      throw new TypeError(
        `quantizeArtifacts: the weight '${spec.name}' is stored as ${spec.quantization.dtype} already; give the artifacts that model.save hands over`,
      );
    }
  }
  const expected = specs.reduce((sum, spec) => sum + storedBytes(spec), 0);
  if (bytes !== expected) throw new TypeError(`quantizeArtifacts: weightData has ${bytes} bytes; the weights in weightSpecs have ${expected}`);
}

function isQuantizable({ dtype, group }: WeightSpec): boolean {
  return dtype === 'float32' && group !== 'optimizer';
}

function chosen(weights: StoredWeightsRule, { name, shape }: WeightSpec): StoredWeights {
  if (typeof weights !== 'function') return weights;
  const result = weights(name, [...shape]);
  if (allowed.includes(result)) return result;
  throw new RangeError(`weights returned ${String(result)} for the weight '${name}'; it must return one of ${allowed.join(', ')}`);
}

interface StoredWeight {
  readonly spec: WeightSpec;
  readonly bytes: ArrayBuffer;
}

function storedWeight(spec: WeightSpec, bytes: ArrayBuffer, as: StoredWeights): StoredWeight {
  if (as === 'float32') return { spec, bytes };
  const values = new Float32Array(bytes);
  if (as === 'float16') {
    refuse(spec.name, values, overflowsFloat16, `float16 ends at ${largestFloat16}`);
    return { spec: quantized(spec, { dtype: as }), bytes: toFloat16(values).buffer as ArrayBuffer };
  }
  refuse(spec.name, values, (value) => !Number.isFinite(value), `${as} stores finite numbers`);
  const { data, scale, min } = toAffine(values, as);
  return { spec: quantized(spec, { dtype: as, min, scale }), bytes: data.buffer as ArrayBuffer };
}

/** The converter, too, writes what the numbers were before; TensorFlow.js's types do not have it. */
function quantized(spec: WeightSpec, how: NonNullable<WeightSpec['quantization']>): WeightSpec {
  return { ...spec, quantization: { ...how, original_dtype: spec.dtype } as typeof how };
}

function refuse(name: string, values: Float32Array, isBad: (value: number) => boolean, why: string): void {
  const at = values.findIndex(isBad);
  if (at === -1) return;
  throw new RangeError(
    `the weight '${name}' has the value ${values[at]} at position ${at}; ${why}; ` +
      'let weights be a function that stores this one as float32',
  );
}
