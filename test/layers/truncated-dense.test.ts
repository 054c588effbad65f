import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { evaluate, fit, liveHandles, loadBackend, lowRank, truncatedDense, truncateKernels } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';

before(loadBackend);

const rank = 3;

function denseModel(): tf.Sequential {
  const tf = tensorFlowJs();
  const dense = (units: number, seed: number, activation: 'relu' | 'softmax', inputShape?: number[]) =>
    tf.layers.dense({ units, activation, inputShape, kernelInitializer: tf.initializers.glorotUniform({ seed }) });
  return tf.sequential({
    layers: [dense(20, 1, 'relu', [16]), tf.layers.batchNormalization(), tf.layers.dropout({ rate: 0.1, seed: 1 }), dense(2, 2, 'softmax')],
  });
}

function examples(count: number): { x: tf.Tensor2D; y: tf.Tensor2D } {
  const tf = tensorFlowJs();
  return tf.tidy(() => {
    const x = tf.randomUniform<tf.Rank.R2>([count, 16], -1, 1, 'float32', 7);
    const label = x.slice([0, 0], [count, 1]).greater(0).cast('int32').reshape([count]) as tf.Tensor1D;
    return { x, y: tf.oneHot(label, 2).cast('float32') as tf.Tensor2D };
  });
}

const near = (actual: tf.Tensor, expected: tf.Tensor, tolerance: number) => {
  const difference = tensorFlowJs().tidy(() => actual.sub(expected).abs().max().dataSync()[0]!);
  assert.ok(difference <= tolerance, `they differ by ${difference}`);
};

describe('truncatedDense', () => {
  test('acts as a dense layer whose kernel is the best approximation of its rank', () => {
    const tf = tensorFlowJs();
    tf.tidy(() => {
      const layer = truncatedDense({ units: 20, rank, activation: 'tanh', inputShape: [16] });
      const { x } = examples(8);
      const y = layer.apply(x) as tf.Tensor;
      const [kernel, bias] = layer.getWeights() as [tf.Tensor2D, tf.Tensor1D];
      near(y, tf.tanh(x.matMul(lowRank(kernel, rank)).add(bias)), 1e-5);
      assert.deepEqual(layer.computeOutputShape([null, 16]), [null, 20]);
      layer.dispose();
    });
  });

  test('takes inputs of more axes, the last one being the features', () => {
    tensorFlowJs().tidy(() => {
      const layer = truncatedDense({ units: 20, rank, useBias: false, inputShape: [5, 16] });
      const x = tensorFlowJs().randomNormal([2, 5, 16]);
      const y = layer.apply(x) as tf.Tensor;
      assert.deepEqual(y.shape, [2, 5, 20]);
      near(y.reshape([10, 20]), layer.apply(x.reshape([10, 16])) as tf.Tensor, 1e-5);
      layer.dispose();
    });
  });

  test('saves and loads', async () => {
    const tf = tensorFlowJs();
    const model = tf.sequential({ layers: [truncatedDense({ units: 20, rank, tolerance: 1e-4, activation: 'relu', inputShape: [16] })] });
    let artifacts: tf.io.ModelArtifacts | undefined;
    await model.save(tf.io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }));
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts!));
    assert.equal(loaded.layers[0]!.getClassName(), 'TruncatedDense');
    assert.deepEqual(loaded.layers[0]!.getConfig(), model.layers[0]!.getConfig());
    const { x, y } = examples(4);
    tf.tidy(() => near(loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor, 1e-6));
    tf.dispose([x, y]);
    [model, loaded].forEach((each) => each.dispose());
  });

  for (const [args, message] of [
    [{ rank: 0 }, 'truncatedDense: rank is 0; it must be an integer above 0'],
    [{ rank: 1.5 }, 'truncatedDense: rank is 1.5; it must be an integer above 0'],
    [{ rank, tolerance: 0 }, 'truncatedDense: tolerance is 0; it must be above 0 and below 1'],
  ] as const) {
    test(message, () => assert.throws(() => truncatedDense({ units: 2, ...args }), { name: 'RangeError', message }));
  }
});

describe('truncateKernels', () => {
  test('cuts the larger dense kernels, keeps all else, and can be trained with fit', async () => {
    const tf = tensorFlowJs();
    const model = denseModel();
    const { x, y } = examples(256);
    const compiled = (net: tf.Sequential) => {
      net.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
      return net;
    };
    const before = [tf.memory().numTensors, liveHandles()];
    const cut = compiled(truncateKernels(model, { rank }));
    assert.deepEqual(cut.layers.map((layer) => layer.getClassName()), ['TruncatedDense', 'BatchNormalization', 'Dropout', 'Dense']);
    cut.getWeights().forEach((weight, i) => near(weight, model.getWeights()[i]!, 0));

    const original = model.getWeights()[0]!.dataSync().slice();
    const untrained = await evaluate(cut, x, y);
    await fit(cut, x, y, { epochs: 4, batchSize: 60, seed: 1, verbose: 0 });
    const trained = await evaluate(cut, x, y);
    assert.ok(trained.loss! < 0.9 * untrained.loss!, `the loss went from ${untrained.loss} to ${trained.loss}`);
    assert.deepEqual(model.getWeights()[0]!.dataSync(), original, 'the original has weights of its own');
    (cut.optimizer as tf.Optimizer).dispose();
    cut.dispose();
    assert.deepEqual([tf.memory().numTensors, liveHandles()], before);
    model.dispose();
    tf.dispose([x, y]);
  });

  test('refuses a model in which there is nothing to cut', () => {
    const model = denseModel();
    assert.throws(() => truncateKernels(model, { rank: 16 }), {
      name: 'RangeError',
      message: 'truncateKernels: the model has no dense layer with more than 16 singular values',
    });
    model.dispose();
  });

  test('with a rank for each layer by its name: the others, and those without more singular values, stay', () => {
    const { layers, sequential } = tensorFlowJs();
    const model = sequential({
      layers: [layers.dense({ units: 8, inputShape: [9], name: 'a' }), layers.dense({ units: 7, name: 'b' }), layers.dense({ units: 6, name: 'c' })],
    });
    const cut = truncateKernels(model, { rank: { a: 3, c: 6 } });
    assert.deepEqual(cut.layers.map((layer) => layer.getClassName()), ['TruncatedDense', 'Dense', 'Dense']);
    assert.equal(cut.layers[0]!.getConfig().rank, 3);
    for (const [rank, message] of [
      [{ a: 3, d: 2 }, /rank names 'd', which is no dense layer; there are a, b, c$/],
      [{ b: 7 }, /no dense layer with more singular values than its rank says, {"b":7}$/],
      [{ a: 0 }, /rank is 0/],
    ] as const) {
      assert.throws(() => truncateKernels(model, { rank }), { name: 'RangeError', message });
    }
    cut.dispose();
    model.dispose();
  });
});
