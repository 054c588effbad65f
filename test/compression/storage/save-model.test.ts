import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { fileHandler, loadModel, saveModel, type SaveModelOptions } from '../../../src/compression/storage';
import { liveHandles, loadBackend } from '../../../src/tensorflow';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';
import { fit } from '../../../src/training';
import { tempFolder } from '../../data/temp-folder';
import { assertClose, classifier, examples, free, twoOutputs, weightsOf } from '../../training/fit/models';
import { decoded } from './artifacts';
import { predictions, withOurLayer } from './networks';

before(loadBackend);

const inMemory = () => [tensorFlowJs().memory().numTensors, liveHandles()];
const stateOf = async (model: tf.LayersModel) => {
  const state = await model.optimizer.getWeights();
  const values = state.map(({ name, tensor }) => [name, Array.from(tensor.dataSync())]);
  state.forEach(({ name, tensor }) => name === 'iter' && tensor.dispose());
  return values;
};

function constrained(): tf.Sequential {
  const tf = tensorFlowJs();
  const kernelConstraint = tf.constraints.nonNeg();
  return tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], kernelInitializer: 'ones', kernelConstraint })] });
}

describe('saveModel and loadModel', () => {
  const models = {
    'a sequential model': classifier,
    'a layer of this library': withOurLayer,
    'two inputs and two outputs': twoOutputs,
    'a constraint': constrained,
  };
  for (const [title, make] of Object.entries(models)) {
    test(`give ${title} back: configuration, weights, nothing else in memory`, async (t) => {
      const model = make();
      const folder = join(tempFolder(t), 'models', 'net');
      const before = inMemory();
      await saveModel(model, folder);
      assert.deepEqual(inMemory(), before);
      const loaded = await loadModel(folder);
      assert.equal(inMemory()[0]! - before[0]!, model.weights.length);
      assert.deepEqual(weightsOf(loaded), weightsOf(model));
      assert.deepEqual(loaded.toJSON(null, false), model.toJSON(null, false));
      assert.ok(!loaded.optimizer);
      loaded.dispose();
      assert.deepEqual(inMemory(), before);
      free(model);
    });
  }

  test('the loaded layers have the initializers that they had, though they were not run', async (t) => {
    const model = withOurLayer();
    const folder = tempFolder(t);
    await saveModel(model, folder);
    const loaded = await loadModel(folder);
    assert.deepEqual(loaded.layers[0]!.getConfig().kernelInitializer, model.layers[0]!.getConfig().kernelInitializer);
    const fresh = tensorFlowJs().layers.dense({ units: 2, inputShape: [2], kernelInitializer: 'ones' });
    tensorFlowJs().tidy(() => void fresh.apply(tensorFlowJs().ones([1, 2])));
    assert.deepEqual(Array.from(fresh.getWeights()[0]!.dataSync()), [1, 1, 1, 1]);
    fresh.dispose();
    free(model, loaded);
  });

  test('say which files there are, and how long; small weights make them smaller', async (t) => {
    const model = classifier();
    const folder = tempFolder(t);
    const parameters = model.countParams();
    for (const [weights, bytes] of [['float32', 4], ['float16', 2], ['uint16', 2], ['uint8', 1]] as const) {
      const info = await saveModel(model, folder, { weights });
      assert.deepEqual(info.files.map(({ name }) => name).sort(), readdirSync(folder).sort());
      for (const file of info.files) assert.equal(file.bytes, statSync(join(folder, file.name)).size);
      assert.equal(info.bytes, info.files.reduce((sum, file) => sum + file.bytes, 0));
      const ofWeights = info.files.filter(({ name }) => name.endsWith('.bin'));
      assert.deepEqual(ofWeights.map((file) => file.bytes), [bytes * parameters]);
    }
    free(model);
  });

  test('split the weights into files of a given length', async (t) => {
    const model = classifier();
    const folder = tempFolder(t);
    const bytes = 4 * model.countParams();
    for (const shardBytes of [1 + bytes, bytes, bytes - 1, 101]) {
      const { files } = await saveModel(model, folder, { shardBytes });
      const lengths = files.slice(0, -1).map((file) => file.bytes);
      assert.equal(lengths.length, Math.ceil(bytes / shardBytes));
      assert.ok(lengths.slice(0, -1).every((length) => length === shardBytes));
      assert.equal(readdirSync(folder).length, files.length, 'the files of the model before are gone');
      const loaded = await loadModel(folder);
      assert.deepEqual(weightsOf(loaded), weightsOf(model));
      loaded.dispose();
    }
    free(model);
  });

  test('keep the optimizer’s state only when told, exactly whatever the weights are', async (t) => {
    const [{ x, classes }, model, folder] = [examples(24), classifier(), tempFolder(t)];
    await fit(model, x, classes, { epochs: 2, batchSize: 8, seed: 1, verbose: 0 });
    await saveModel(model, folder, { weights: 'uint8' });
    const json = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as tf.io.ModelJSON;
    assert.equal(json.trainingConfig, undefined);
    assert.equal(json.weightsManifest[0]!.weights.length, model.weights.length);

    const before = inMemory();
    await saveModel(model, folder, { weights: 'uint8', includeOptimizer: true });
    assert.deepEqual(inMemory(), before);
    const loaded = await loadModel(folder);
    assert.deepEqual((await stateOf(loaded)).map(([, values]) => values), (await stateOf(model)).map(([, values]) => values));
    assertClose([(await stateOf(loaded))[0]![1] as number[]], [[6]]);
    free(loaded);
    assert.deepEqual(inMemory(), before);

    await saveModel(model, folder, { includeOptimizer: true });
    const exact = await loadModel(folder);
    for (const each of [model, exact]) await fit(each, x, classes, { batchSize: 8, shuffle: false, verbose: 0 });
    assertClose(weightsOf(exact), weightsOf(model));
    free(model, exact);
  });

  test('keep what the user wants to be known, the model’s own by default', async (t) => {
    const [model, folder] = [classifier(), tempFolder(t)];
    model.setUserDefinedMetadata({ from: 'the model' });
    for (const [given, expected] of [[undefined, { from: 'the model' }], [{ rank: 3 }, { rank: 3 }]]) {
      await saveModel(model, folder, { userDefinedMetadata: given });
      const loaded = await loadModel(folder);
      assert.deepEqual(loaded.getUserDefinedMetadata(), expected);
      loaded.dispose();
    }
    free(model);
  });

  test('work for a model without weights', async (t) => {
    const tf = tensorFlowJs();
    const model = tf.sequential({ layers: [tf.layers.activation({ activation: 'relu', inputShape: [6] })] });
    const folder = tempFolder(t);
    await saveModel(model, folder, { weights: 'uint8' });
    const loaded = await loadModel(folder);
    assert.deepEqual(predictions(loaded), predictions(model));
    free(model, loaded);
  });

  test('two at once on one folder leave the later model, and nothing else', async (t) => {
    const [one, two, folder] = [classifier(), withOurLayer(), tempFolder(t)];
    await Promise.all([saveModel(one, folder), saveModel(two, folder, { shardBytes: 64 }), saveModel(one, folder, { shardBytes: 128 })]);
    const loaded = await loadModel(folder);
    assert.deepEqual(weightsOf(loaded), weightsOf(one));
    assert.equal(readdirSync(folder).length, 1 + Math.ceil((4 * one.countParams()) / 128));
    free(one, two, loaded);
  });

  test('a failure leaves the model that was there, and no other file', async (t) => {
    const [old, model, folder] = [classifier(), withOurLayer(), tempFolder(t)];
    const { files } = await saveModel(model, join(folder, 'elsewhere'), { shardBytes: 100 });
    const path = join(folder, 'net');
    await saveModel(old, path);
    for (const { name } of files) {
      // A folder in the place of a file that is to be written.
      mkdirSync(join(path, `${name}.part`));
      const before = readdirSync(path).sort();
      const error = { name: 'ModelFileError', kind: 'inaccessible', file: path, message: /cannot be saved in .*net: EISDIR.*untouched$/ };
      await assert.rejects(saveModel(model, path, { shardBytes: 100 }), error);
      assert.deepEqual(readdirSync(path).sort(), before);
      const loaded = await loadModel(path);
      assert.deepEqual(weightsOf(loaded), weightsOf(old));
      loaded.dispose();
      rmdirSync(join(path, `${name}.part`));
    }
    free(old, model);
  });

  test('a handler of TensorFlow.js for the same folders', async (t) => {
    const [model, folder] = [withOurLayer(), tempFolder(t)];
    const handler = fileHandler(folder, { shardBytes: 100 });
    const { modelArtifactsInfo } = await model.save(handler);
    assert.equal(modelArtifactsInfo.weightDataBytes, 4 * model.countParams());
    for (const loaded of [await loadModel(folder), await tensorFlowJs().loadLayersModel(handler)]) {
      assert.deepEqual(weightsOf(loaded), weightsOf(model));
      loaded.dispose();
    }
    assert.deepEqual(Object.values(decoded(await handler.load!())), weightsOf(model));
    free(model);
  });

  describe('refuse, before anything is written,', () => {
    type Prepare = (model: tf.LayersModel) => tf.LayersModel;
    const refuses = (options: SaveModelOptions, name: string, message: RegExp, prepare: Prepare = (model) => model) =>
      test(message.source, async (t) => {
        const [model, folder] = [withOurLayer(), tempFolder(t)];
        await assert.rejects(saveModel(prepare(model), folder, options), { name, message });
        assert.deepEqual(readdirSync(folder), []);
        model.dispose();
      });
    const withBias = (value: number) => (model: tf.LayersModel) => {
      const { tidy, tensor1d } = tensorFlowJs();
      const { layers: [, , , last] } = model;
      tidy(() => last!.setWeights([last!.getWeights()[0]!, tensor1d([0, value, 0])]));
      return model;
    };
    refuses({ weights: 'int8' as never }, 'RangeError', /saveModel: weights is int8/);
    refuses({ weights: 'uint8' }, 'RangeError', /the weight 'dense_Dense\d+\/bias' has the value NaN at position 1/, withBias(NaN));
    refuses({ weights: 'float16' }, 'RangeError', /the weight 'dense_Dense\d+\/bias' has the value 65520 at position 1/, withBias(65520));
    refuses({ shardBytes: 0 }, 'RangeError', /saveModel: shardBytes is 0; it must be an integer above 0/);
    refuses({ includeOptimizer: true }, 'RangeError', /saveModel: includeOptimizer is true, but the model is not compiled/);
    refuses({ userDefinedMetadata: 'x' as never }, 'TypeError', /saveModel: userDefinedMetadata is x; it must be a plain object/);
    refuses({ userDefinedMetadata: { n: 1n } }, 'TypeError', /saveModel: userDefinedMetadata cannot be written as JSON/);
    refuses({}, 'TypeError', /saveModel: model is no tf.LayersModel/, () => ({}) as tf.LayersModel);

    test('a folder that is none', async (t) => {
      const [model, file] = [withOurLayer(), join(tempFolder(t), 'file')];
      writeFileSync(file, 'x');
      await assert.rejects(saveModel(model, ''), { name: 'RangeError', message: "saveModel: folder is ''; it must be the path of a folder" });
      await assert.rejects(saveModel(model, file), { name: 'ModelFileError', kind: 'inaccessible', file });
      assert.equal(readFileSync(file, 'utf8'), 'x');
      model.dispose();
    });

    test('two weights of one name, which TensorFlow.js would not load', async (t) => {
      const tf = tensorFlowJs();
      const block = () => {
        const input = tf.input({ shape: [3] });
        return tf.model({ inputs: input, outputs: tf.layers.dense({ units: 3, name: 'same' }).apply(input) as tf.SymbolicTensor });
      };
      const model = tf.sequential({ layers: [block(), block()] });
      const names = model.weights.map(({ originalName }) => originalName);
      assert.notEqual(new Set(names).size, names.length);
      await assert.rejects(saveModel(model, tempFolder(t)), { name: 'RangeError', message: /two weights named 'same\/kernel'/ });
      model.dispose();
    });
  });
});
