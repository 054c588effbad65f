import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { compileStep, liveHandles, loadBackend, nativeTensorFlow, type CompileOptions } from '../../../src/tensorflow';
import { nativeBinding } from '../../../src/tensorflow/native/binding';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';

const native = nativeTensorFlow() !== undefined;
const nativeOnly = { skip: !native && 'the native library does not run here' };

type Layers = (layers: typeof tf.layers) => tf.layers.Layer[];

/** 71 examples of eight numbers, of two classes: batches of 16 leave seven over. */
function examples(): [tf.Tensor, tf.Tensor] {
  const tf = tensorFlowJs();
  return tf.tidy(() => {
    const x = tf.randomUniform([71, 8], 0, 1, 'float32', 5);
    return [x, tf.oneHot(x.slice([0, 0], [71, 1]).mul(2).floor().reshape([71]).cast('int32'), 2).cast('float32')];
  });
}

/** A model with all seeds fixed, ending in two classes, and its training step. */
function trainer(layersOf: Layers, rule: tf.Optimizer, options: CompileOptions) {
  const tf = tensorFlowJs();
  const model = tf.sequential({ layers: layersOf(tf.layers) });
  const start = model.getWeights().map(({ shape, size }, i) => {
    const values = Float32Array.from({ length: size }, (_, k) => Math.sin(k * (i + 1)) / 2 + (shape.length === 1 ? 0.6 : 0));
    return tf.tensor(values, shape);
  });
  model.setWeights(start);
  tf.dispose(start);
  const variables = model.trainableWeights.map((weight) => (weight as unknown as { val: tf.Variable }).val);
  const loss = (x: tf.Tensor, y: tf.Tensor) => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as tf.Tensor) as tf.Scalar;
  const step = compileStep((x, y) => rule.minimize(() => loss(x, y), true, variables)!, { seed: 3, ...options });
  return { model, step, dispose: () => [step, model, rule].forEach((part) => part.dispose()) };
}

/** The losses of two passes, and the weights after them. */
async function train(layersOf: Layers, rule: tf.Optimizer, data: readonly tf.Tensor[], options: CompileOptions) {
  const training = trainer(layersOf, rule, options);
  const order = Int32Array.from({ length: 71 }, (_, i) => (i * 29) % 71);
  const numbers: number[] = [];
  for (let pass = 0; pass < 2; pass++) {
    const { values, steps } = await training.step.run(data, { batchSize: 16, order });
    assert.equal(steps, 5);
    numbers.push(...values.data);
  }
  training.model.getWeights().forEach((weight) => numbers.push(...weight.dataSync()));
  const { jitCompiled } = training.step;
  training.dispose();
  return { numbers, jitCompiled };
}

function assertAlike(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-4, `number ${i} is ${value} instead of ${expected[i]}`));
}

const dense: Layers = (layers) => [layers.dense({ units: 6, activation: 'tanh', inputShape: [8] }), layers.dense({ units: 2 })];

describe('steps translated by XLA', nativeOnly, () => {
  before(() => loadBackend());

  describe('losses and weights are those of eager execution, to float32 rounding, the short last batch included', () => {
    const { train: rules } = native ? tensorFlowJs() : { train: undefined! };
    const nets: Record<string, readonly [Layers, () => tf.Optimizer]> = {
      'dense layers, Adam': [dense, () => rules.adam(0.01)],
      'dense layers, centred RMSProp': [dense, () => rules.rmsprop(0.01, 0.9, 0.5, -1e-7, true)],
      'batch normalisation, Nesterov momentum': [
        (layers) => [
          layers.dense({ units: 6, inputShape: [8] }), layers.batchNormalization({ momentum: 0.9 }), layers.activation({ activation: 'relu' }),
          layers.dense({ units: 2 }),
        ],
        () => rules.momentum(0.01, 0.9, true),
      ],
      'convolution and pooling, RMSProp': [
        (layers) => [
          layers.reshape({ targetShape: [4, 2, 1], inputShape: [8] }), layers.conv2d({ filters: 3, kernelSize: 2, padding: 'same', activation: 'relu' }),
          layers.maxPooling2d({ poolSize: 2 }), layers.flatten(), layers.dense({ units: 2 }),
        ],
        () => rules.rmsprop(0.001),
      ],
    };
    for (const [name, [layersOf, rule]] of Object.entries(nets)) {
      test(name, async () => {
        const data = examples();
        const translated = await train(layersOf, rule(), data, { jitCompile: true });
        const eager = await train(layersOf, rule(), data, { execution: 'eager' });
        assert.ok(translated.jitCompiled);
        assertAlike(translated.numbers, eager.numbers);
        tensorFlowJs().dispose(data);
      });
    }
  });

  test('the same training gives the same bits each time', async () => {
    const data = examples();
    const options = { jitCompile: true };
    const [first, second] = [
      await train(dense, tensorFlowJs().train.adam(0.01), data, options),
      await train(dense, tensorFlowJs().train.adam(0.01), data, options),
    ];
    assert.deepEqual(first.numbers, second.numbers);
    tensorFlowJs().dispose(data);
  });

  test('what XLA draws otherwise, or lacks, runs untranslated', async () => {
    const tf = tensorFlowJs();
    const image = tf.randomUniform<tf.Rank.R4>([1, 6, 6, 1], 0, 1, 'float32', 1);
    const [box, indices] = [tf.tensor2d([[0, 0, 1, 1]]), tf.tensor1d([0], 'int32')];
    const steps: (() => tf.Tensor)[] = [() => tf.randomNormal([4]), () => tf.randomUniform([4]), () => tf.image.cropAndResize(image, box, indices, [2, 2])];
    for (const body of steps) {
      const values = [];
      for (const jitCompile of [true, false]) {
        const step = compileStep(body, { seed: 7, jitCompile });
        values.push([...(await step.run([], { steps: 3 })).values.data]);
        assert.ok(!step.jitCompiled && step.execution === 'compiled');
        step.dispose();
      }
      assert.deepEqual(values[0], values[1]);
    }
    tf.dispose([image, box, indices]);
  });

  test('results of any number of steps, shape and type, in the step’s structure', async () => {
    const tf = tensorFlowJs();
    const counter = tf.variable(tf.scalar(0));
    const step = compileStep(() => {
      counter.assign(counter.add(1));
      const even = counter.mod(2).equal(0);
      return { pair: tf.stack([counter, counter.mul(2)]), even, count: counter.cast('int32') };
    }, { jitCompile: true });
    const steps = 3000;
    const { values } = await step.run([], { steps });
    assert.ok(step.jitCompiled);
    assert.deepEqual([values.pair.shape, values.even.shape, values.count.shape], [[steps, 2], [steps], [steps]]);
    assert.deepEqual([...values.count.data], Array.from({ length: steps }, (_, i) => i + 1));
    assert.deepEqual([...values.pair.data.subarray(-4)], [steps - 1, 2 * steps - 2, steps, 2 * steps]);
    assert.deepEqual([...values.even.data.subarray(0, 3)], [0, 1, 0]);
    assert.equal(counter.dataSync()[0], steps);
    [step, counter].forEach((part) => part.dispose());
  });

  test('other data of the same kind, another batch size, fewer examples than a batch, a learning rate that was changed', async () => {
    const tf = tensorFlowJs();
    const [x, y] = [tf.range(0, 20), tf.range(0, 7)];
    const rule = tf.train.sgd(1);
    const slope = tf.variable(tf.scalar(0));
    const step = compileStep((rows) => rule.minimize(() => rows.sum().mul(slope), true, [slope]) as tf.Scalar, { jitCompile: true });
    let expected = 0;
    const pass = async (data: tf.Tensor, batchSize: number, rate: number) => {
      rule.setLearningRate(rate);
      await step.run([data], { batchSize });
      expected -= rate * data.sum().dataSync()[0]!;
      assert.equal(slope.dataSync()[0], expected);
    };
    await pass(x, 4, 1);
    await pass(y, 4, 1);
    await pass(x, 4, 0.5);
    await pass(x, 6, 2);
    await pass(y, 16, 1);
    assert.ok(step.jitCompiled);
    [step, rule, slope, x, y].forEach((part) => part.dispose());
  });

  test('nothing is left over after many runs, nor after the step is disposed', async () => {
    const tf = tensorFlowJs();
    const alive = () => [tf.memory().numTensors, nativeBinding().getNumOfTensors(), liveHandles()];
    const data = examples();
    const before = alive();
    const { step, dispose } = trainer(dense, tf.train.adam(0.01), { jitCompile: true });
    const run = () => step.run(data, { batchSize: 16 });
    await run();
    const during = alive();
    for (let i = 0; i < 200; i++) await run();
    assert.deepEqual(alive(), during);
    dispose();
    assert.deepEqual(alive(), before);
    tf.dispose(data);
  });
});
