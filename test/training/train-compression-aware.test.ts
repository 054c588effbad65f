import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { liveHandles, loadBackend, svd, trainCompressionAware } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { clusters } from './clusters';

const [examples, inputs, hidden, classes, rank, batchSize] = [240, 48, 40, 4, 4, 60];

describe('compression-aware training', () => {
  let x: tf.Tensor2D;
  let y: tf.Tensor2D;

  before(async () => {
    await loadBackend();
    ({ x, y } = clusters(examples, inputs, classes));
  });
  after(() => tensorFlowJs().dispose([x, y]));

  /** 48-40-40-4; the last kernel has no more than `rank` singular values. */
  function network(): tf.Sequential {
    const tf = tensorFlowJs();
    const dense = (units: number, seed: number, activation: 'relu' | 'softmax', inputShape?: number[]) =>
      tf.layers.dense({ units, activation, inputShape, kernelInitializer: tf.initializers.glorotUniform({ seed }) });
    return tf.sequential({ layers: [dense(hidden, 1, 'relu', [inputs]), dense(hidden, 2, 'relu'), dense(classes, 3, 'softmax')] });
  }

  const values = (model: tf.LayersModel) => model.getWeights().map((weight) => Float32Array.from(weight.dataSync()));

  /** One step of the assignment's loop: full decompositions, dense products, its gradient applied to the full weights. */
  function assignmentStep(weights: tf.Variable[], optimizer: tf.Optimizer, batch: number): { loss: number; kernels: Float32Array[] } {
    const tf = tensorFlowJs();
    return tf.tidy(() => {
      const rows = (all: tf.Tensor2D) => all.slice([batch * batchSize, 0], [batchSize, all.shape[1]]);
      const truncated = weights.map((weight) => {
        if (weight.rank < 2 || Math.min(...(weight.shape as [number, number])) <= rank) return weight.clone();
        const { u, s, v } = svd(weight as tf.Tensor2D);
        const leading = (columns: tf.Tensor) => columns.slice([0, 0], [columns.shape[0]!, rank]);
        return leading(u).mul(s.slice([0], [rank])).matMul(leading(v), false, true);
      });
      const loss = (...[w1, b1, w2, b2, w3, b3]: tf.Tensor[]) => {
        const first = rows(x).matMul(w1 as tf.Tensor2D).add(b1!).relu();
        const second = first.matMul(w2 as tf.Tensor2D).add(b2!).relu();
        return tf.losses.softmaxCrossEntropy(rows(y), second.matMul(w3 as tf.Tensor2D).add(b3!)) as tf.Scalar;
      };
      const { value, grads } = tf.valueAndGrads(loss)(truncated);
      optimizer.applyGradients(Object.fromEntries(grads.map((gradient, i) => [weights[i]!.name, gradient])));
      return { loss: value.dataSync()[0]!, kernels: [truncated[0]!, truncated[2]!].map((kernel) => Float32Array.from(kernel.dataSync())) };
    });
  }

  test('goes as the assignment does, with full decompositions, step by step', async () => {
    const tf = tensorFlowJs();
    const model = network();
    const weights = tf.tidy(() => model.getWeights().map((weight) => tf.variable(weight)));
    const optimizer = tf.train.adam(0.003, 0.9, 0.999, 1e-7);
    const steps = Array.from({ length: 12 }, (_, step) => assignmentStep(weights, optimizer, step % (examples / batchSize)));
    const { feedForward, history } = await trainCompressionAware(model, x, y, {
      rank, batchSize, epochs: 3, learningRate: 0.003, tolerance: 1e-6, shuffle: false,
    });
    assert.equal(history.stoppedBy, 'epochs');
    assert.equal(history.stepsPerEpoch, examples / batchSize);
    assert.equal(history.loss.length, 12);
    history.loss.forEach((loss, i) => {
      assert.ok(Math.abs(loss / steps[i]!.loss - 1) < 0.01, `step ${i}: ${loss}, and ${steps[i]!.loss} with full decompositions`);
    });
    // One update behind: what the last loss saw.
    const seen = values(feedForward);
    steps.at(-1)!.kernels.forEach((kernel, i) => {
      const [difference, norm] = [kernel.map((value, at) => value - seen[2 * i]![at]!), kernel].map((all) => Math.hypot(...all!));
      assert.ok(difference! < 0.02 * norm!, `kernel ${i} differs by ${difference! / norm!}`);
    });
    values(model).forEach((full, i) => {
      const expected = weights[i]!.dataSync();
      const worst = Math.max(...full.map((value, at) => Math.abs(value - expected[at]!)));
      assert.ok(worst < 0.02, `weights ${i} differ by ${worst}`);
    });
    feedForward.dispose();
    model.dispose();
    tf.dispose(weights);
    optimizer.dispose();
  });

  test('learns what the approximations can do; every batch is told, nothing is left behind', async () => {
    const tf = tensorFlowJs();
    const model = network();
    const before = [tf.memory().numTensors, liveHandles()];
    const told: number[] = [];
    const { feedForward, history } = await trainCompressionAware(model, x, y, {
      rank, batchSize, epochs: 8, learningRate: 0.01, seed: 3, onBatch: ({ step, steps, accuracy }) => told.push(step, steps, accuracy),
    });
    assert.deepEqual(told, history.accuracy.flatMap((accuracy, step) => [step, 32, accuracy]));
    assert.ok(history.loss.at(-1)! < 0.3 * history.loss[0]!, `the loss went from ${history.loss[0]} to ${history.loss.at(-1)}`);
    const s = svd(feedForward.getWeights()[0] as tf.Tensor2D, { computeUV: false });
    const spectrum = s.dataSync();
    assert.ok(spectrum[rank]! < 1e-5 * spectrum[0]!, 'its kernels have the rank');
    feedForward.dispose();
    s.dispose();
    assert.deepEqual([tf.memory().numTensors, liveHandles()], before);
    model.dispose();
  });

  test('an interrupt leaves the model with what it has learnt', async () => {
    const model = network();
    const start = values(model);
    const controller = new AbortController();
    const { feedForward, history } = await trainCompressionAware(model, x, y, {
      rank, batchSize, epochs: 1000, signal: controller.signal, onBatch: ({ step }) => step >= 5 && controller.abort(),
    });
    assert.equal(history.stoppedBy, 'interrupt');
    assert.ok(history.loss.length >= 6 && history.loss.length < 4000);
    assert.notDeepEqual(values(model), start);
    const [seen, full] = [values(feedForward), values(model)];
    assert.deepEqual(seen[1], full[1], 'biases are those of the model');
    feedForward.dispose();
    model.dispose();
  });

  for (const [options, message] of [
    [{ rank: 0 }, 'rank'],
    [{ rank: 40 }, 'more than 40 singular values'],
    [{ rank, epochs: 0 }, 'epochs is 0; it must be an integer above 0'],
    [{ rank, batchSize: 1.5 }, 'batchSize is 1.5; it must be an integer above 0'],
    [{ rank, learningRate: -1 }, 'learningRate is -1; it must be a finite number above 0'],
    [{ rank, tolerance: 2 }, 'tolerance is 2; it must be above 0 and below 1'],
  ] as const) {
    test(`refuses ${JSON.stringify(options)}, and leaves the model alone`, async () => {
      const tf = tensorFlowJs();
      const model = network();
      const [start, tensors] = [values(model), tf.memory().numTensors];
      await assert.rejects(trainCompressionAware(model, x, y, { epochs: 1, ...options }), (error: Error) => {
        assert.equal(error.name, 'RangeError');
        assert.ok(error.message.includes(message), error.message);
        return true;
      });
      assert.deepEqual(values(model), start);
      assert.equal(tf.memory().numTensors, tensors);
      model.dispose();
    });
  }

  test('refuses data that do not fit the model, and leaves nothing behind', async () => {
    const tf = tensorFlowJs();
    const model = network();
    const [start, before, narrow] = [values(model), [tf.memory().numTensors, liveHandles()], tf.zeros([examples, inputs - 1])];
    await assert.rejects(trainCompressionAware(model, narrow, y, { rank, epochs: 1 }), /shape/);
    narrow.dispose();
    assert.deepEqual(values(model), start);
    assert.deepEqual([tf.memory().numTensors, liveHandles()], before);
    model.dispose();
  });
});
