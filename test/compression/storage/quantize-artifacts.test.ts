import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { fileHandler, loadModel, quantizeArtifacts, withStoredWeights, type StoredWeights } from '../../../src/compression/storage';
import { loadBackend, PythonRandom } from '../../../src/tensorflow';
import { tempFolder } from '../../data/temp-folder';
import { classifier, free, weightsOf } from '../../training/fit/models';
import { artifactsOf, decoded, weightArtifacts } from './artifacts';

before(loadBackend);

const random = new PythonRandom(3);
const uniform = (length: number, from: number, to: number) =>
  Float32Array.from({ length }, () => from + ((to - from) * random.randint(0, 2 ** 30)) / 2 ** 30);

/** What TensorFlow.js makes of a weight that is stored so, and how it was stored. */
function roundTrip(w: Float32Array, as: StoredWeights): { values: Float32Array; bytes: number; scale: number; min: number } {
  const stored = quantizeArtifacts(weightArtifacts({ w }), as);
  const { scale = 0, min = 0 } = stored.weightSpecs![0]!.quantization ?? {};
  return { values: decoded(stored).w as Float32Array, bytes: (stored.weightData as ArrayBuffer).byteLength, scale, min };
}

const largestDifference = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe('quantizeArtifacts', () => {
  for (const [as, steps] of [['uint8', 255], ['uint16', 65535]] as const) {
    for (const [from, to] of [[-1, 1], [-0.001, 3], [-3, 0.001], [5, 6], [-6, -5], [0, 1], [-1e30, 1e30], [1e-30, 2e-30]] as const) {
      test(`${as} moves no number between ${from} and ${to} by more than half a step`, () => {
        const w = uniform(3000, from, to);
        const { values, scale } = roundTrip(w, as);
        const step = (Math.max(...w) - Math.min(...w)) / steps;
        assert.ok(Math.abs(scale / step - 1) < 1e-12, `the step is ${scale}, the range has ${step}`);
        const rounding = 2 ** -23 * Math.max(...w.map(Math.abs));
        const difference = largestDifference(values, w);
        assert.ok(difference <= scale / 2 + rounding, `${difference} in steps of ${scale}`);
        assert.ok(difference > scale / 4);
      });
    }

    test(`${as} keeps zero, wherever it lies in the range`, () => {
      for (const least of [-1, -0.37, -1e-4, -1e-9, 0]) {
        assert.equal(roundTrip(Float32Array.of(0, least, 0.9, 0.3), as).values[0], 0);
        assert.equal(roundTrip(Float32Array.of(0, -least, -0.9, 0.3), as).values[0], 0);
      }
    });

    test(`${as} keeps equal numbers, one number and none`, () => {
      for (const w of [Float32Array.of(0.1, 0.1, 0.1), Float32Array.of(-1e20), Float32Array.of(0, 0), new Float32Array(0)]) {
        assert.deepEqual(roundTrip(w, as).values, w);
      }
    });
  }

  test('uint8 gives the example of TensorFlow.js’s converter', () => {
    const { weightData, weightSpecs } = quantizeArtifacts(weightArtifacts({ w: Float32Array.of(0, -0.1, 1.2) }), 'uint8');
    assert.deepEqual(new Uint8Array(weightData as ArrayBuffer), Uint8Array.of(20, 0, 255));
    const { min, scale, ...types } = weightSpecs![0]!.quantization!;
    assert.deepEqual(types, { dtype: 'uint8', original_dtype: 'float32' });
    assert.ok(Math.abs(min! + 0.10196078817) < 1e-9 && Math.abs(scale! - 0.00509803940852) < 1e-9, `${min}, ${scale}`);
  });

  test('float16 moves a number by at most 2⁻¹¹ of itself, a small one by 2⁻²⁵', () => {
    const w = Float32Array.from({ length: 4000 }, (_, i) => (i % 2 ? 1 : -1) * 2 ** (-30 + i / 90) * 1.37);
    const { values } = roundTrip(w, 'float16');
    const worst = Math.max(...w.map((value, i) => Math.abs(value - values[i]!) / Math.max(Math.abs(value) * 2 ** -11, 2 ** -25)));
    assert.ok(worst <= 1 && worst > 0.9, `${worst} of what is allowed`);
  });

  test('takes half and a quarter of the bytes', () => {
    const bytes = (['float32', 'float16', 'uint16', 'uint8'] as const).map((as) => roundTrip(uniform(1001, -1, 1), as).bytes);
    assert.deepEqual(bytes, [4004, 2002, 2002, 1001]);
  });

  test('other types and the optimizer’s state stay as they are', () => {
    const integers = weightArtifacts({ i: Int32Array.of(1, 2, 70000) });
    const state = weightArtifacts({ m: Float32Array.of(1e-12, 0.3) }, 'optimizer');
    for (const given of [integers, state]) assert.deepEqual(quantizeArtifacts(given, 'uint8'), given);
  });

  test('asks a function for each weight, and leaves what it was given alone', () => {
    const weights = { kernel: uniform(9, -1, 1), bias: uniform(3, -1, 1), count: Int32Array.of(1) };
    const model = { modelTopology: { a: 1 }, ...weightArtifacts(weights) };
    const copy = structuredClone(model);
    const asked: unknown[] = [];
    const stored = quantizeArtifacts(model, (name, shape) => {
      asked.push([name, [...shape]]);
      shape.push(7);
      return name === 'bias' ? 'float32' : 'uint8';
    });
    assert.deepEqual(asked, [['kernel', [9]], ['bias', [3]]]);
    assert.deepEqual(stored.weightSpecs!.map(({ quantization }) => quantization?.dtype), ['uint8', undefined, undefined]);
    assert.deepEqual(decoded(stored).bias, decoded(copy).bias);
    assert.deepEqual(model, copy);
    assert.deepEqual(stored.modelTopology, { a: 1 });
  });

  test('takes weights in several buffers', () => {
    const given = weightArtifacts({ a: uniform(5, -1, 1), b: uniform(6, -1, 1) });
    const data = given.weightData as ArrayBuffer;
    assert.deepEqual(quantizeArtifacts({ ...given, weightData: [data.slice(0, 7), data.slice(7)] }, 'uint16'), quantizeArtifacts(given, 'uint16'));
  });

  const good = weightArtifacts({ w: Float32Array.of(1, 2) });
  const of = (...values: number[]) => weightArtifacts({ w: Float32Array.from(values) });
  const refused: [title: string, artifacts: tf.io.ModelArtifacts, weights: unknown, name: string, message: RegExp][] = [
    ['NaN as uint8', of(1, NaN), 'uint8', 'RangeError', /^the weight 'w' has the value NaN at position 1; uint8 stores finite/],
    ['infinity as uint16', of(-Infinity), 'uint16', 'RangeError', /^the weight 'w' has the value -Infinity at position 0; uint16/],
    ['70000 as float16', of(65504, 70000), 'float16', 'RangeError', /^the weight 'w' has the value 70000 at position 1; float16 ends at 65504/],
    ['an unknown type', good, 'int8', 'RangeError', /weights is int8; it must be one of float32, float16, uint8, uint16, or a function/],
    ['a function’s unknown type', good, () => 'int4', 'RangeError', /^weights returned int4 for the weight 'w'; it must return one of/],
    ['weights stored so already', quantizeArtifacts(good, 'uint8'), 'uint8', 'TypeError', /the weight 'w' is stored as uint8 already/],
    ['too few bytes', { ...good, weightData: new ArrayBuffer(7) }, 'uint8', 'TypeError', /weightData has 7 bytes; the weights .* have 8/],
    ['strings', { ...good, weightSpecs: [{ name: 'w', shape: [2], dtype: 'string' }] }, 'uint8', 'TypeError', /'w' has the type string/],
  ];
  for (const [title, artifacts, weights, name, message] of refused) {
    test(`refuses ${title}`, () => assert.throws(() => quantizeArtifacts(artifacts, weights as StoredWeights), { name, message }));
  }
});

describe('withStoredWeights', () => {
  test('stores smaller weights through another handler, and loads from it', async (t) => {
    const model = classifier();
    const folder = tempFolder(t);
    const handler = withStoredWeights(fileHandler(folder), 'uint16');
    await model.save(handler);
    const loaded = await loadModel(folder);
    const expected = decoded(quantizeArtifacts(await artifactsOf(model), 'uint16'));
    assert.deepEqual(weightsOf(loaded), Object.values(expected));
    assert.deepEqual(decoded(await handler.load!()), expected);
    free(model, loaded);
  });

  test('refuses a place where nothing can be saved, and an unknown type', () => {
    const refused: [handler: tf.io.IOHandler | string, weights: string, message: RegExp][] = [
      ['nowhere://net', 'uint8', /^withStoredWeights: handler is 'nowhere:\/\/net', for which/],
      [{ load: async () => ({}) }, 'uint8', /handler is a handler that cannot save/],
      [fileHandler('x'), 'int8', /weights is int8/],
    ];
    for (const [handler, weights, message] of refused) {
      assert.throws(() => withStoredWeights(handler, weights as StoredWeights), { name: 'RangeError', message });
    }
  });
});
