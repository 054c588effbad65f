import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as TensorFlow from '@tensorflow/tfjs';
import { loadBackend, nativeTensorFlow } from '../../../src/tensorflow';
import { nativeBinding } from '../../../src/tensorflow/native/binding';
import { withCountedRandom, type RandomStream } from '../../../src/tensorflow/step-random';

let tf: typeof TensorFlow;

before(async () => {
  await loadBackend();
  tf = require('@tensorflow/tfjs');
});

/** What a tensor drawn within a step holds. */
function drawn(body: () => TensorFlow.Tensor, stream: RandomStream = { seed: 1, step: 0 }): number[] {
  const tensor = withCountedRandom(stream, () => tf.tidy(body));
  const values = [...tensor.dataSync()];
  tensor.dispose();
  return values;
}

const n = 40_000;

/** The mean lies within five standard errors of what is expected. The seed is fixed: what passes once passes always. */
function assertMean(values: number[], expected: number, of: (value: number, index: number) => number = (v) => v): void {
  const terms = values.map(of);
  const mean = terms.reduce((sum, v) => sum + v, 0) / terms.length;
  const variance = terms.reduce((sum, v) => sum + (v - mean) ** 2, 0) / terms.length;
  const bound = 5 * Math.sqrt(variance / terms.length);
  assert.ok(Math.abs(mean - expected) <= bound, `the mean is ${mean}, expected ${expected} within ${bound}`);
}

const draws: Record<string, () => TensorFlow.Tensor> = {
  dropout: () => tf.dropout(tf.ones([40, 5]), 0.5),
  multinomial: () => tf.multinomial(tf.zeros<TensorFlow.Rank.R2>([10, 50]), 20),
  randomNormal: () => tf.randomNormal([200]),
  randomStandardNormal: () => tf.randomStandardNormal([200]),
  randomUniform: () => tf.randomUniform([200]),
  randomUniformInt: () => tf.randomUniformInt([200], 0, 1000),
  truncatedNormal: () => tf.truncatedNormal([200]),
  'a Dropout layer': () => trained(tf.layers.dropout({ rate: 0.5 })),
  'a GaussianNoise layer': () => trained(tf.layers.gaussianNoise({ stddev: 1 })),
  'a GaussianDropout layer': () => trained(tf.layers.gaussianDropout({ rate: 0.3 })),
  'an AlphaDropout layer': () => trained(tf.layers.alphaDropout({ rate: 0.3 })),
  'the Glorot initialiser': () => tf.initializers.glorotUniform({}).apply([20, 10]),
  'the He initialiser': () => tf.initializers.heNormal({}).apply([20, 10]),
};

function trained(layer: TensorFlow.layers.Layer): TensorFlow.Tensor {
  return layer.apply(tf.ones([40, 5]), { training: true }) as TensorFlow.Tensor;
}

for (const [name, draw] of Object.entries(draws)) {
  test(`${name}: the same for the same seed, step and draw, and nothing else`, () => {
    const first = drawn(draw, { seed: 5, step: 3 });
    assert.deepEqual(drawn(draw, { seed: 5, step: 3 }), first, 'again');
    assert.notDeepEqual(drawn(draw, { seed: 6, step: 3 }), first, 'another seed');
    assert.notDeepEqual(drawn(draw, { seed: 5 + 2 ** 40, step: 3 }), first, 'a seed that differs above 32 bits');
    assert.notDeepEqual(drawn(draw, { seed: 5, step: 4 }), first, 'another step');
    assert.notDeepEqual(drawn(() => (draw(), draw()), { seed: 5, step: 3 }), first, 'another draw');
  });
}

test('an operation’s own seed gives it other numbers, which are new each step', () => {
  const seeded = (seed: number | string, step = 0) =>
    drawn(() => tf.randomUniform([50], 0, 1, 'float32', seed), { seed: 1, step });
  assert.deepEqual(seeded(7), seeded(7));
  assert.notDeepEqual(seeded(7), seeded(8));
  assert.notDeepEqual(seeded('a'), seeded('b'));
  assert.notDeepEqual(seeded(7), drawn(() => tf.randomUniform([50])));
  assert.notDeepEqual(seeded(7), seeded(7, 1));
  const layer = tf.layers.dropout({ rate: 0.5, seed: 7 });
  const mask = (step: number) => drawn(() => trained(layer), { seed: 1, step });
  assert.deepEqual(mask(0), mask(0));
  assert.notDeepEqual(mask(0), mask(1));
});

test('neighbouring steps and draws are uncorrelated', () => {
  const uniform = (step: number, skipped: number) =>
    drawn(() => {
      for (let i = 0; i < skipped; i++) tf.randomUniform([1]);
      return tf.randomUniform([n], -1, 1);
    }, { seed: 1, step });
  const [here, nextStep, nextDraw] = [uniform(0, 0), uniform(1, 0), uniform(0, 1)];
  assertMean(here, 0, (v, i) => v * nextStep[i]!);
  assertMean(here, 0, (v, i) => v * nextDraw[i]!);
  assertMean(here.slice(1), 0, (v, i) => v * here[i]!);
});

test('randomUniform: range, mean and variance', () => {
  const values = drawn(() => tf.randomUniform([n], -3, 5));
  assert.ok(values.every((v) => v >= -3 && v < 5));
  assertMean(values, 1);
  assertMean(values, 64 / 12, (v) => (v - 1) ** 2);
});

test('randomUniformInt: every integer from the lower bound to below the upper one, equally often', () => {
  for (const [from, below] of [[-5, 5], [0, 10]] as const) {
    const values = drawn(() => tf.randomUniformInt([n], from, below));
    for (let k = from; k < below; k++) assertMean(values, 1 / 10, (v) => Number(v === k));
  }
  assert.deepEqual(new Set(drawn(() => tf.randomUniform([n], 2, 5, 'int32'))), new Set([2, 3, 4]));
  assert.deepEqual(new Set(drawn(() => tf.randomUniform([100], 0, 2, 'bool'))), new Set([0, 1]));
  assert.deepEqual(drawn(() => tf.randomUniformInt([2], 3, 3)), [3, 3]);
});

test('randomNormal and randomStandardNormal: the first four moments', () => {
  for (const draw of [() => tf.randomNormal([n], 2, 3), () => tf.randomStandardNormal([n]).mul(3).add(2)]) {
    const standard = drawn(draw).map((v) => (v - 2) / 3);
    [0, 1, 0, 3].forEach((moment, i) => assertMean(standard, moment, (v) => v ** (i + 1)));
  }
  const integers = drawn(() => tf.randomNormal([n], 0, 4, 'int32'));
  assert.ok(integers.every(Number.isInteger));
  assertMean(integers, 0);
});

test('truncatedNormal: within two standard deviations, with that distribution’s variance', () => {
  const values = drawn(() => tf.truncatedNormal([n], 1, 0.5));
  assert.ok(values.every((v) => Math.abs(v - 1) <= 1));
  assertMean(values, 1);
  // The variance of a standard normal cut at ±2 is 1 − 4φ(2)/(2Φ(2) − 1).
  assertMean(values, 0.25 * 0.7737413, (v) => (v - 1) ** 2);
});

test('multinomial: outcomes as often as their probabilities, for each row', () => {
  const logits = () => tf.tensor2d([0.1, 0.2, 0.7, 0.5, 0.5, 0], [2, 3]).log();
  const values = drawn(() => tf.multinomial(logits() as TensorFlow.Tensor2D, n));
  const probabilities = [[0.1, 0.2, 0.7], [0.5, 0.5, 0]];
  probabilities.forEach((row, r) => {
    const samples = values.slice(r * n, (r + 1) * n);
    row.forEach((probability, k) => assertMean(samples, probability, (v) => Number(v === k)));
  });
  const normalized = drawn(() => tf.multinomial([0.75, 0.25], n, undefined, true));
  assertMean(normalized, 0.25);
});

test('dropout: keeps as many as it should, scaled, and passes the gradient to what it kept', () => {
  const rate = 0.3;
  const kept = Math.fround(1 / (1 - rate));
  const [output, gradient] = withCountedRandom({ seed: 1, step: 0 }, () =>
    tf.tidy(() => {
      const { value, grad } = tf.valueAndGrad((x) => tf.dropout(x, rate).square().sum())(tf.ones([n]));
      const mask = grad.div(2 * kept);
      assert.equal(value.rank, 0);
      return [mask.arraySync() as number[], grad.arraySync() as number[]];
    }),
  );
  assert.ok(output.every((v) => v === 0 || Math.abs(v - kept) < 1e-6));
  assertMean(output, 1 - rate, (v) => Number(v > 0));
  assert.ok(gradient.every((g) => g === 0 || Math.abs(g - 2 * kept ** 2) < 1e-5));
});

test('dropout: the noise’s shape, rate 0, and what it refuses', () => {
  const rows = drawn(() => tf.dropout(tf.ones([100, 7]), 0.5, [100, 1]));
  for (let i = 0; i < 700; i += 7) assert.equal(new Set(rows.slice(i, i + 7)).size, 1);
  const columns = drawn(() => tf.dropout(tf.ones([7, 100]), 0.5, [1, null as unknown as number]));
  assert.deepEqual(columns.slice(0, 100), columns.slice(100, 200));
  assert.deepEqual(drawn(() => tf.dropout([1, 2, 3], 0)), [1, 2, 3]);
  assert.throws(() => drawn(() => tf.dropout(tf.ones([2]), 1)), /rate is 1; it must lie in the range \[0, 1\)/);
  assert.throws(() => drawn(() => tf.dropout(tf.ones([2], 'int32'), 0.5)), /x is int32/);
});

test('shapes of no elements and of none at all', () => {
  for (const shape of [[], [0], [3, 0, 2], [1], [5, 3]]) {
    for (const draw of [tf.randomUniform, tf.randomNormal, tf.truncatedNormal]) {
      const size = tf.util.sizeFromShape(shape);
      assert.equal(drawn(() => draw(shape as [number])).length, size);
    }
  }
  assert.throws(() => drawn(() => tf.randomUniform([-1])), /-1/);
});

test('what cannot be drawn is refused by name', () => {
  assert.throws(() => drawn(() => tf.randomUniform([2], 0, 1, 'string')), /randomUniform: the data type is 'string'/);
  assert.throws(() => drawn(() => tf.randomNormal([2], 0, 1, 'bool' as 'int32')), /randomNormal: .* is 'bool'/);
  assert.throws(() => drawn(() => tf.multinomial([[0]], 3)), /multinomial: the shape is \[1,1\]/);
  assert.throws(() => withCountedRandom({ seed: -1, step: 0 }, () => 0), /the seed of a random stream is -1/);
  assert.throws(() => withCountedRandom({ seed: 0, step: 2 ** 31 }, () => 0), /the step of .* is 2147483648/);
  assert.throws(() => withCountedRandom({ seed: 0, step: 0 }, async () => 0), /must not be asynchronous/);
});

test('TensorFlow.js draws as ever afterwards, also after an error, and an inner stream ends with its body', () => {
  const functions = () => [tf.dropout, tf.multinomial, tf.randomNormal, tf.randomUniformInt, tf.truncatedNormal];
  const originals = functions();
  assert.throws(() => withCountedRandom({ seed: 1, step: 1 }, () => assert.fail('stop')), /stop/);
  assert.deepEqual(functions(), originals);
  const alone = drawn(() => tf.randomUniform([9]), { seed: 2, step: 2 });
  withCountedRandom({ seed: 1, step: 1 }, () => {
    const before = functions();
    assert.deepEqual(drawn(() => tf.randomUniform([9]), { seed: 2, step: 2 }), alone);
    assert.deepEqual(functions(), before);
  });
  assert.deepEqual(functions(), originals);
});

const absent = nativeTensorFlow() === undefined && 'the native library does not run here';

describe('on the native backend', { skip: absent }, () => {
  test('the step’s number may come as a tensor', () => {
    for (const [name, draw] of Object.entries(draws)) {
      const stepTensor = tf.scalar(12345, 'int32');
      assert.deepEqual(drawn(draw, { seed: 1, step: 0, stepTensor }), drawn(draw, { seed: 1, step: 12345 }), name);
      stepTensor.dispose();
    }
  });

  test('no tensor is left behind, of TensorFlow.js or only of the library, also after an error', () => {
    const stepTensor = tf.scalar(1, 'int32');
    const once = () => {
      for (const draw of Object.values(draws)) {
        drawn(draw);
        drawn(draw, { seed: 1, step: 0, stepTensor });
      }
      assert.throws(() => drawn(() => tf.randomNormal([2 ** 30, 2 ** 30, 2 ** 30])), /would have more than/);
      return [tf.memory().numTensors, nativeBinding().getNumOfTensors()];
    };
    assert.deepEqual(once(), once());
    stepTensor.dispose();
  });
});
