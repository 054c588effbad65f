import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../tensorflow-js';
import type { Distribution } from './distribution';

/** The functions of TensorFlow.js that draw, except `rand` and `randomGamma`. */
export type RandomFunctions = Pick<
  typeof tf,
  | 'dropout'
  | 'multinomial'
  | 'randomNormal'
  | 'randomStandardNormal'
  | 'randomUniform'
  | 'randomUniformInt'
  | 'truncatedNormal'
>;

type Seed = number | string | null;

/** These functions as TensorFlow.js documents them, from a source of random tensors. */
export function randomFunctions(
  draw: (distribution: Distribution, shape: readonly number[], seed?: Seed) => tf.Tensor,
): RandomFunctions {
  const tf = tensorFlowJs();

  function randomUniform(
    shape: number[],
    minval = 0,
    maxval = 1,
    dtype: tf.DataType = 'float32',
    seed?: Seed,
  ): tf.Tensor {
    checkType('randomUniform', dtype, ['float32', 'int32', 'bool']);
    return tf.tidy(() => {
      if (dtype !== 'float32' && areInt32Bounds(minval, maxval)) {
        return draw({ from: minval, below: maxval }, checked(shape), seed).cast(dtype);
      }
      const values = affine(draw('uniform', checked(shape), seed), maxval - minval, minval);
      return dtype === 'float32' ? values : values.cast('int32').cast(dtype);
    });
  }

  const normal =
    (name: string, distribution: 'normal' | 'truncatedNormal') =>
    (shape: number[], mean = 0, stdDev = 1, dtype?: tf.DataType, seed?: Seed): tf.Tensor => {
      checkType(name, (dtype ??= 'float32'), ['float32', 'int32']);
      return tf.tidy(() => {
        const values = affine(draw(distribution, checked(shape), seed), stdDev, mean);
        return dtype === 'float32' ? values : values.round().cast(dtype!);
      });
    };
  const randomNormal = normal('randomNormal', 'normal');

  function dropout(x: tf.Tensor | tf.TensorLike, rate: number, noiseShape?: number[], seed?: Seed): tf.Tensor {
    if (!(rate >= 0 && rate < 1)) throw new Error(`dropout: rate is ${rate}; it must lie in the range [0, 1)`);
    return tf.tidy(() => {
      const values = x instanceof tf.Tensor ? x : tf.tensor(x);
      if (values.dtype !== 'float32') {
        throw new Error(`dropout: x is ${values.dtype}; it must be float32, for it is going to be scaled`);
      }
      if (rate === 0) return values.clone();
      const keepProbability = 1 - rate;
      const uniform = draw('uniform', checked(fullNoiseShape(values.shape, noiseShape)), seed);
      return values.mul(uniform.add(keepProbability).floor().div(keepProbability));
    });
  }

  /** By inverting the distribution function, and so alike on every backend, unlike TensorFlow's own operation. */
  function multinomial(
    logits: tf.Tensor | tf.TensorLike,
    numSamples: number,
    seed?: Seed,
    normalized = false,
  ): tf.Tensor {
    return tf.tidy(() => {
      const given = logits instanceof tf.Tensor ? logits : tf.tensor(logits);
      const outcomes = given.shape.at(-1) ?? 0;
      if (given.rank > 2 || outcomes < 2) {
        throw new Error(`multinomial: the shape is [${given.shape}]; it must be [batch, outcomes] or [outcomes], 2 at least`);
      }
      const rows = given.reshape<tf.Tensor2D>([-1, outcomes]);
      const probabilities = normalized ? rows : rows.softmax();
      const bounds = probabilities.slice([0, 0], [-1, outcomes - 1]).cumsum(1).expandDims(1);
      const uniform = draw('uniform', checked([rows.shape[0], numSamples]), seed).expandDims(-1);
      const samples = uniform.greaterEqual(bounds).cast('int32').sum(-1);
      return given.rank === 1 ? samples.reshape([numSamples]) : samples;
    });
  }

  return {
    dropout,
    multinomial,
    randomNormal,
    randomStandardNormal: (shape: number[], dtype?: tf.DataType, seed?: Seed) => randomNormal(shape, 0, 1, dtype, seed),
    randomUniform,
    randomUniformInt: (shape: number[], minval: number, maxval: number, seed?: Seed) =>
      randomUniform(shape, minval, maxval, 'int32', seed),
    truncatedNormal: normal('truncatedNormal', 'truncatedNormal'),
  } as RandomFunctions;

  function checked(shape: number[]): number[] {
    tf.util.assertNonNegativeIntegerDimensions(shape);
    return shape;
  }
}

function affine(values: tf.Tensor, scale: number, offset: number): tf.Tensor {
  const scaled = scale === 1 ? values : values.mul(scale);
  return offset === 0 ? scaled : scaled.add(offset);
}

function areInt32Bounds(from: number, below: number): boolean {
  return (from | 0) === from && (below | 0) === below && from < below;
}

/** A null in the noise's shape stands for the tensor's own extent. */
function fullNoiseShape(shape: readonly number[], noiseShape?: readonly (number | null)[] | null): number[] {
  if (noiseShape == null) return [...shape];
  if (noiseShape.length !== shape.length) return [...noiseShape] as number[];
  return noiseShape.map((extent, i) => extent ?? shape[i]!);
}

function checkType(name: string, dtype: tf.DataType, allowed: readonly tf.DataType[]): void {
  if (!allowed.includes(dtype)) {
    throw new Error(`${name}: the data type is '${dtype}'; within a step it must be one of ${allowed.join(', ')}`);
  }
}
