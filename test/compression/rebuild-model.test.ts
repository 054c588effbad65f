import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { fit, liveHandles, loadBackend, rebuildModel } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { randomModel } from '../tensorflow/compiler/random-models/model';
import { optimizerFor } from '../tensorflow/compiler/random-models/optimizers';
import { denseModel, models, predictions } from './models';

before(loadBackend);

describe('rebuildModel', () => {
  for (const [what, make] of Object.entries(models)) {
    test(`${what}: the copy is the same, shares nothing and leaves nothing behind`, () => {
      const tensors = () => tensorFlowJs().memory().numTensors;
      const start = tensors();
      const model = make();
      const shown = predictions(model);
      const before = [tensors(), liveHandles()];
      const copy = rebuildModel(model);
      assert.equal(tensors() - before[0]!, before[0]! - start, 'as many tensors as the original');
      checkSame(copy, model);
      assert.deepEqual(predictions(copy), shown);
      copy.dispose();
      // TensorFlow.js itself does not dispose layers that are called several times.
      const left = tensors() - before[0]!;
      assert.equal(liveHandles(), before[1]);
      assert.deepEqual(predictions(model), shown, 'the original is as it was');
      model.dispose();
      assert.equal(tensors() - start, 2 * left);
    });
  }

  test('random models', () => {
    for (let number = 1; number <= 60; number++) {
      const { description, model, data } = randomModel(number);
      const predict = (each: tf.LayersModel) => tensorFlowJs().tidy(() => [each.predict(data[0]!)].flat().map((y) => y.dataSync()));
      const copy = rebuildModel(model);
      checkSame(copy, model);
      assert.deepEqual(predict(copy), predict(model), description);
      tensorFlowJs().dispose([...data]);
      [copy, model].forEach((each) => each.dispose());
    }
  });

  test('the copy is compiled like the original, with an optimizer of its own that has learnt nothing', async () => {
    const tf = tensorFlowJs();
    const before = tf.memory().numTensors;
    const model = denseModel();
    const optimizer = tf.train.adam(0.125, 0.75, 0.5, 1e-3);
    model.compile({ optimizer, loss: 'meanSquaredError', metrics: ['mae'] });
    const [x, y] = [tf.ones([8, 16]), tf.zeros([8, 4])];
    await fit(model, x, y, { epochs: 1, verbose: 0 });
    const copy = rebuildModel(model);
    assert.notEqual(copy.optimizer, optimizer);
    assert.deepEqual(copy.optimizer.getConfig(), optimizer.getConfig());
    const learnt = await Promise.all([optimizer, copy.optimizer].map((each) => each.getWeights()));
    assert.deepEqual(learnt.map(({ length }) => length), [1 + 2 * model.trainableWeights.length, 1]);
    tf.dispose(learnt.map(([iterations]) => iterations!.tensor));
    assert.deepEqual([copy.loss, copy.metrics], ['meanSquaredError', ['mae']]);

    const untouched = predictions(model);
    await fit(copy, x, y, { epochs: 2, verbose: 0 });
    assert.notDeepEqual(predictions(copy), untouched);
    assert.deepEqual(predictions(model), untouched);
    copy.dispose();
    optimizer.dispose();
    model.dispose();
    tf.dispose([x, y]);
    assert.equal(tf.memory().numTensors, before);
  });

  test('every optimizer of tf.train keeps its class and settings', () => {
    for (let turn = 0; turn < 10; turn++) {
      const model = denseModel();
      const optimizer = optimizerFor(turn, 0.01).make();
      model.compile({ optimizer, loss: 'meanSquaredError' });
      const copy = rebuildModel(model);
      assert.equal(copy.optimizer.constructor, optimizer.constructor);
      assert.deepEqual(copy.optimizer.getConfig(), optimizer.getConfig());
      [copy, optimizer, model].forEach((each) => each.dispose());
    }
  });

  test('losses by the names of the outputs still find them, and a model that is not compiled stays so', () => {
    const { train } = tensorFlowJs();
    const model = models['a shared layer, two inputs and two outputs']!();
    const plain = rebuildModel(model);
    assert.equal(plain.optimizer ?? undefined, undefined);
    const optimizer = train.sgd(0.1);
    const loss = { left: 'meanSquaredError', right: 'meanAbsoluteError' };
    model.compile({ optimizer, loss });
    const copy = rebuildModel(model);
    assert.deepEqual(copy.loss, loss);
    [copy, plain, model].forEach((each) => each.dispose());
    optimizer.dispose();
  });

  test('a layer may become several, in each of its calls, and the last one keeps the name of the output', () => {
    const { layers } = tensorFlowJs();
    const model = models['a shared layer, two inputs and two outputs']!();
    const asked: string[] = [];
    const copy = rebuildModel(model, (layer) => {
      asked.push(layer.name);
      if (layer.name !== 'shared' && layer.name !== 'left') return undefined;
      const linear = layers.dense({ units: 2, useBias: false, name: `${layer.name}_left` });
      return [linear, layers.dense({ ...(layer.getConfig() as unknown as Parameters<typeof layers.dense>[0]) })];
    });
    assert.deepEqual(asked.sort(), ['left', 'right', 'shared', 'sum']);
    assert.deepEqual(copy.outputNames, ['left', 'right']);
    assert.deepEqual(copy.inputNames, model.inputNames);
    assert.equal(copy.layers.length, model.layers.length + 2);
    assert.equal(copy.getLayer('shared_left').inboundNodes.length, 3);
    assert.equal(copy.countParams(), model.countParams() - (4 * 4 + 4 * 2) + (2 * 4 * 2 + 4 * 2 + 2 * 2));
    [copy, model].forEach((each) => each.dispose());
  });

  test('the first layer may become several; the input keeps its name', () => {
    const { layers } = tensorFlowJs();
    const model = denseModel();
    model.build();
    const two = [layers.dense({ units: 3, name: 'code' }), layers.dense({ units: 20, name: 'first' })];
    const copy = rebuildModel(model, (layer) => (layer.name === 'first' ? two : undefined));
    assert.deepEqual(copy.inputNames, model.inputNames);
    assert.deepEqual(copy.layers[0]!.batchInputShape, [null, 16]);
    [copy, model].forEach((each) => each.dispose());
  });

  test('an error on the way leaves nothing behind', () => {
    const { memory, layers } = tensorFlowJs();
    const model = models['a model that is called twice in another one']!();
    const before = [memory().numTensors, liveHandles()];
    const failing = (message: string, replace: Parameters<typeof rebuildModel>[1]) => {
      assert.throws(() => rebuildModel(model, replace), { message });
      assert.deepEqual([memory().numTensors, liveHandles()], before);
    };
    failing('enough', (layer) => {
      if (layer.name !== 'code') throw new Error('enough');
      return layers.dense({ units: 3, name: 'code' });
    });
    failing("rebuildModel: layer 'code' is replaced by itself; a new layer is needed", (layer) => layer);
    failing("rebuildModel: layer 'code' is replaced by no layer; a new layer is needed", () => []);
    model.dispose();
  });

  test('what is no built layers model is refused', () => {
    assert.throws(() => rebuildModel({} as tf.LayersModel), { name: 'TypeError', message: /^rebuildModel: model is no tf\.LayersModel; make one/ });
    assert.throws(() => rebuildModel(tensorFlowJs().sequential()), { name: 'TypeError', message: /^rebuildModel: the model is not built; it must have layers/ });
  });

  test('metadata of the user goes along', () => {
    const model = denseModel();
    model.setUserDefinedMetadata({ classes: ['a', 'b'] });
    const copy = rebuildModel(model);
    assert.deepEqual(copy.getUserDefinedMetadata(), { classes: ['a', 'b'] });
    [copy, model].forEach((each) => each.dispose());
  });
});

/** The same class, topology with all names, and weights in the same order; other variables. */
function checkSame(copy: tf.LayersModel, model: tf.LayersModel): void {
  assert.equal(copy.constructor, model.constructor);
  assert.deepEqual(copy.toJSON(undefined, false), model.toJSON(undefined, false));
  assert.deepEqual([copy.inputNames, copy.outputNames], [model.inputNames, model.outputNames]);
  const described = (each: tf.LayersModel) => each.weights.map(({ originalName, shape, trainable }) => ({ originalName, shape, trainable }));
  assert.deepEqual(described(copy), described(model));
  assert.equal(copy.trainableWeights.length, model.trainableWeights.length);
  const flags = (each: tf.LayersModel) => [each, ...each.layers].map(({ trainable }) => trainable);
  assert.deepEqual(flags(copy), flags(model));
  assert.deepEqual(copy.getWeights().map((weight) => weight.dataSync()), model.getWeights().map((weight) => weight.dataSync()));
  const variables = new Set(model.weights.map((weight) => weight.read()));
  assert.ok(copy.weights.every((weight) => !variables.has(weight.read())));
}
