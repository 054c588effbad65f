import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type * as tf from '@tensorflow/tfjs';
import { liveHandles, loadBackend, nativeTensorFlow } from '../../../src/tensorflow';
import { compileStep, type CompileOptions, type CompiledStep } from '../../../src/tensorflow/compiler';
import { nativeBinding } from '../../../src/tensorflow/native/binding';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';

const native = nativeTensorFlow() !== undefined;
const skip = !native && 'the native library does not run here';
const megabyte = 2 ** 20;

/** A batch of 8 kB: a loop that kept one in each step would grow by 80 MB in 10,000. */
const [examples, features, batchSize] = [3210, 64, 32];
const steps = 10_000;

/** What is alive, by all counts that there are. */
const alive = () => ({
  tensors: tensorFlowJs().memory().numTensors,
  native: native ? nativeBinding().getNumOfTensors() : 0,
  handles: liveHandles(),
});

/** Resident memory in MB, after garbage collection. */
function residentMemory(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().rss / megabyte;
}

/** @param allowance in MB, for what the JavaScript heap and the allocators move by on their own */
function assertSteady(start: number, allowance: number): void {
  const grown = residentMemory() - start;
  assert.ok(grown <= allowance, `resident memory grew by ${grown.toFixed(1)} MB`);
}

before(loadBackend);

describe('what is alive', () => {
  let data: [tf.Tensor, tf.Tensor];
  let model: tf.Sequential;
  let optimizer: tf.Optimizer;

  before(() => {
    const tf = tensorFlowJs();
    const labels = Int32Array.from({ length: examples }, (_, i) => i % 4);
    data = [tf.randomNormal([examples, features]), tf.oneHot(labels, 4).cast('float32')];
  });

  after(() => tensorFlowJs().dispose(data));

  beforeEach(() => {
    const { layers, sequential, train } = tensorFlowJs();
    model = sequential({
      layers: [
        layers.dense({ units: 16, activation: 'relu', inputShape: [features] }),
        layers.batchNormalization(),
        layers.dropout({ rate: 0.2 }),
        layers.dense({ units: 4 }),
      ],
    });
    optimizer = train.adam(0.001);
  });

  function training(options: CompileOptions = {}): CompiledStep<tf.Scalar> {
    const tf = tensorFlowJs();
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const loss = (x: tf.Tensor, y: tf.Tensor): tf.Scalar =>
      tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as tf.Tensor);
    return compileStep((x, y) => optimizer.minimize(() => loss(x, y), true, variables)!, options);
  }

  const rows = (count: number) => Int32Array.from({ length: count }, (_, i) => (7 * i) % examples);

  test('is the same after 10 and after 10,000 steps of one run, and in between', { skip }, async () => {
    const step = training();
    await step.run(data, { batchSize, order: rows(10 * batchSize) });
    const atTen = alive();
    await step.run(data, { batchSize, order: rows(2000 * batchSize) });
    const memory = residentMemory();
    const during: unknown[] = [];
    const order = rows(steps * batchSize);
    const result = await step.run(data, { batchSize, order, onChunk: () => void during.push(alive()) });
    assert.equal(result.steps, steps);
    assert.deepEqual(alive(), atTen);
    assert.deepEqual(during, during.map(() => during[0]));
    assertSteady(memory, 20);
    step.dispose();
  });

  test('is the same after 10 and after 10,000 steps in 2000 runs with a short batch each', { skip }, async () => {
    const step = training();
    const [tf, rate] = [tensorFlowJs(), optimizer as tf.AdamOptimizer & { learningRate: number }];
    const kernel = model.trainableWeights[0].read() as tf.Variable;
    const run = async (i: number) => {
      // What is loaded anew for a run: a variable that was assigned, the learning rate.
      tf.tidy(() => kernel.assign(kernel.mul(0.999)));
      rate.learningRate = 0.001 / (1 + i);
      const { steps } = await step.run(data, { batchSize, order: rows(4 * batchSize + 10) });
      assert.equal(steps, 5);
    };
    for (let i = 0; i < 2; i++) await run(i);
    const atTen = alive();
    for (let i = 2; i < 400; i++) await run(i);
    const memory = residentMemory();
    for (let i = 400; i < steps / 5; i++) await run(i);
    assert.deepEqual(alive(), atTen);
    assertSteady(memory, 20);
    step.dispose();
  });

  test('is the same after 10 and after 100 eager steps', async () => {
    const step = training({ execution: 'eager' });
    await step.run(data, { batchSize, order: rows(10 * batchSize) });
    const atTen = alive();
    await step.run(data, { batchSize, order: rows(100 * batchSize) });
    assert.deepEqual(alive(), atTen);
    step.dispose();
  });

  test('is the same after 10 and after 10,000 batches of predictions', { skip }, async () => {
    const step = compileStep((x: tf.Tensor) => model.predict(x) as tf.Tensor);
    const [x] = data;
    await step.run([x], { batchSize, order: rows(10 * batchSize), perExample: true });
    const atTen = alive();
    await step.run([x], { batchSize, order: rows(2000 * batchSize), perExample: true });
    const memory = residentMemory();
    for (let i = 0; i < 5; i++) await step.run([x], { batchSize, order: rows(2000 * batchSize), perExample: true });
    assert.deepEqual(alive(), atTen);
    assertSteady(memory, 20);
    step.dispose();
  });

  test('is the same after a run that a signal or an error in a callback stopped', { skip }, async () => {
    const step = training();
    await step.run(data, { batchSize });
    const before = alive();
    const stop = new AbortController();
    const { interrupted } = await step.run(data, { batchSize: 1, signal: stop.signal, onChunk: () => stop.abort() });
    assert.equal(interrupted, true);
    const failing = () => {
      throw new Error('on purpose');
    };
    await assert.rejects(step.run(data, { batchSize: 1, onChunk: failing }), /on purpose/);
    assert.deepEqual(alive(), before);
    step.dispose();
  });
});

describe('compiling and disposing', { skip }, () => {
  let folder: string;
  const temporary = process.env.TMPDIR;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-test-'));
    process.env.TMPDIR = folder;
  });

  after(() => {
    if (temporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporary;
    rmSync(folder, { recursive: true });
  });

  test('50 times leaves no tensors, threads, files or memory behind', async () => {
    const tf = tensorFlowJs();
    // 1 MB, and as much for its accumulator: 50 sessions that stayed would keep 100 MB.
    const variable = tf.variable(tf.zeros([512, 512]));
    const optimizer = tf.train.momentum(0.1, 0.9);
    const loss = () => variable.square().mean() as tf.Scalar;
    const round = async (threads: number) => {
      const step = compileStep(() => optimizer.minimize(loss, true, [variable])!, { threads });
      await step.run([], { steps: 2 });
      step.dispose();
    };
    const threads = () => (process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0);
    for (let i = 0; i < 10; i++) await round(1 + (i % 2));
    const [before, threadsBefore, memory] = [alive(), threads(), residentMemory()];
    for (let i = 0; i < 50; i++) await round(1 + (i % 2));
    assert.deepEqual(alive(), before);
    assert.ok(threads() < threadsBefore + 10, `${threads() - threadsBefore} threads more`);
    assert.deepEqual(readdirSync(folder), []);
    assertSteady(memory, 70);
    tf.dispose(variable);
    optimizer.dispose();
  });

  const refused: Record<string, () => tf.Tensor> = {
    'reads a tensor': () => tensorFlowJs().scalar(tensorFlowJs().ones([3]).sum().dataSync()[0]),
    'is not the same each time': () => tensorFlowJs().scalar(Math.random()).add(1),
    'uses an operation that has no fixed shape': () => tensorFlowJs().unique(tensorFlowJs().tensor1d([1, 1, 2])).values,
    'holds strings': () => tensorFlowJs().tensor(['a', 'b']).equal(tensorFlowJs().tensor(['a', 'c'])),
    'throws an error': () => {
      tensorFlowJs().ones([3]).sum();
      throw new Error('on purpose');
    },
  };
  for (const [what, body] of Object.entries(refused)) {
    test(`a step that ${what} leaves nothing behind`, async () => {
      const before = alive();
      const step = compileStep(body);
      await assert.rejects(step.run([], { steps: 1 }));
      step.dispose();
      assert.deepEqual(alive(), before);
      assert.deepEqual(readdirSync(folder), []);
    });
  }
});
