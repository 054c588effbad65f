import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { loadModel, ModelFileError, saveModel } from '../../../src/compression/storage';
import { liveHandles, loadBackend, PythonRandom } from '../../../src/tensorflow';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';
import { tempFolder, type TestScope } from '../../data/temp-folder';
import { classifier, free, weightsOf } from '../../training/fit/models';
import { artifactsOf } from './artifacts';

before(loadBackend);

interface Saved {
  readonly folder: string;
  readonly json: string;
  readonly weights: string;
}

async function saved(t: TestScope): Promise<Saved> {
  const folder = tempFolder(t);
  const model = classifier();
  await saveModel(model, folder, { weights: 'uint16', includeOptimizer: true });
  free(model);
  const name = readdirSync(folder).find((each) => each.endsWith('.bin'))!;
  return { folder, json: join(folder, 'model.json'), weights: join(folder, name) };
}

/** As TensorFlow.js's own writers do, with weights in two groups and no hashes. */
async function savedByTensorFlowJs(t: TestScope): Promise<{ folder: string; json: string; model: tf.LayersModel }> {
  const [folder, model] = [tempFolder(t), classifier()];
  const { modelTopology, format, weightSpecs, weightData } = await artifactsOf(model);
  const bytes = Buffer.from(weightData as ArrayBuffer);
  const first = 4 * 6 * 8;
  const weightsManifest = [
    { paths: ['group1-shard1of1.bin'], weights: weightSpecs!.slice(0, 1) },
    { paths: ['group2-shard1of2.bin', 'group2-shard2of2.bin'], weights: weightSpecs!.slice(1) },
  ];
  const parts = [bytes.subarray(0, first), bytes.subarray(first, first + 7), bytes.subarray(first + 7)];
  weightsManifest.flatMap(({ paths }) => paths).forEach((name, i) => writeFileSync(join(folder, name), parts[i]!));
  const json = join(folder, 'model.json');
  writeFileSync(json, JSON.stringify({ modelTopology, format, generatedBy: 'TensorFlow.js', convertedBy: null, weightsManifest }, null, 2));
  return { folder, json, model };
}

/** That loading fails, and leaves nothing in memory. */
async function refused(folder: string, kind: ModelFileError['kind'], file: string, message: RegExp): Promise<void> {
  const inMemory = () => [tensorFlowJs().memory().numTensors, liveHandles()];
  const before = inMemory();
  await assert.rejects(loadModel(folder), (error) => {
    assert.ok(error instanceof ModelFileError, String(error));
    assert.deepEqual([error.kind, error.file], [kind, file]);
    assert.match(error.message, message);
    assert.ok(error.message.startsWith(file));
    return true;
  });
  assert.deepEqual(inMemory(), before);
}

interface Json {
  modelTopology: { config: { layers: { class_name: string; config: Record<string, unknown> }[] } };
  trainingConfig: { optimizer_config: { class_name: string } };
  weightsManifest: { paths: string[]; weights: { quantization: { dtype: string; scale: number } }[] }[];
  [key: string]: unknown;
}

/** Changes `model.json`; without its hash, unless told. */
function edit(path: string, change: (json: Json) => unknown, keepHash = false): void {
  const json = JSON.parse(readFileSync(path, 'utf8')) as Json;
  if (!keepHash) delete json.sha256;
  writeFileSync(path, JSON.stringify(change(json) ?? json));
}

describe('loadModel', () => {
  test('reads what TensorFlow.js wrote, and checks its lengths', async (t) => {
    const { folder, model } = await savedByTensorFlowJs(t);
    const loaded = await loadModel(folder);
    assert.deepEqual(weightsOf(loaded), weightsOf(model));
    free(model, loaded);
    const [one, two] = ['group2-shard1of2.bin', 'group2-shard2of2.bin'].map((name) => join(folder, name)) as [string, string];
    writeFileSync(two, Buffer.concat([readFileSync(two), Buffer.alloc(4)]));
    await refused(folder, 'corrupt', one, /group2-shard1of2.bin and .*group2-shard2of2.bin: too long: \d+ bytes, expected \d+/);
    rmSync(two);
    await refused(folder, 'missing', two, /is missing; copy the whole folder again/);
  });

  test('notices every flipped bit in a file of weights', async (t) => {
    const { folder, weights } = await saved(t);
    const [bytes, random] = [readFileSync(weights), new PythonRandom(1)];
    for (let i = 0; i < 100; i++) {
      const flipped = Buffer.from(bytes);
      flipped[random.randint(0, bytes.length - 1)]! ^= 1 << random.randint(0, 7);
      writeFileSync(weights, flipped);
      await refused(folder, 'corrupt', weights, /is damaged: its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}; copy/);
    }
  });

  test('a flipped bit in model.json is refused, or makes no difference', async (t) => {
    const { folder, json } = await saved(t);
    const content = async () => {
      const model = await loadModel(folder);
      const all = { weights: weightsOf(model), config: model.toJSON(null, false), optimizer: model.optimizer.getConfig() };
      free(model);
      return all;
    };
    const [original, bytes, random] = [await content(), readFileSync(json), new PythonRandom(2)];
    let harmless = 0;
    for (let i = 0; i < 150; i++) {
      const flipped = Buffer.from(bytes);
      flipped[random.randint(0, bytes.length - 1)]! ^= 1 << random.randint(0, 7);
      writeFileSync(json, flipped);
      const found = await content().catch((error: Error) => error);
      if (found instanceof ModelFileError) continue;
      harmless++;
      assert.deepEqual(found, original);
    }
    assert.ok(harmless < 10, `${harmless} made no difference`);
  });

  test('a model.json that ends early', async (t) => {
    const { folder, json } = await saved(t);
    const text = readFileSync(json, 'utf8');
    for (const length of [0, 1, 100, text.length >> 1, text.length - 1]) {
      writeFileSync(json, text.slice(0, length));
      await refused(folder, 'corrupt', json, new RegExp(`is truncated or damaged: its ${length} bytes are no JSON .*; copy the whole folder again`));
    }
  });

  test('files of weights that are missing, too short or too long', async (t) => {
    const { folder, weights } = await saved(t);
    const bytes = readFileSync(weights);
    truncateSync(weights, bytes.length - 3);
    await refused(folder, 'corrupt', weights, new RegExp(`is truncated: ${bytes.length - 3} bytes, expected ${bytes.length}; copy`));
    writeFileSync(weights, Buffer.concat([bytes, bytes]));
    await refused(folder, 'corrupt', weights, new RegExp(`is too long: ${2 * bytes.length} bytes, expected ${bytes.length}`));
    rmSync(weights);
    await refused(folder, 'missing', weights, /is missing; copy the whole folder again/);
    mkdirSync(weights);
    await refused(folder, 'inaccessible', weights, /cannot be read: EISDIR/);
  });

  test('no folder, a folder without a model, and no path', async (t) => {
    const folder = tempFolder(t);
    await refused(folder, 'missing', join(folder, 'model.json'), /is missing; give the folder that saveModel or model.save wrote/);
    await refused(join(folder, 'x'), 'missing', join(folder, 'x', 'model.json'), /is missing/);
    await assert.rejects(loadModel(5 as never), { name: 'RangeError', message: 'loadModel: folder is 5; it must be the path of a folder' });
  });

  const badJson: [title: string, change: (json: Json) => unknown, message: RegExp][] = [
    ['a number', () => 5, /holds 5, no model/],
    ['a graph model', (json) => void (json.format = 'graph-model'), /is a graph model; load it with tf.loadGraphModel/],
    ['no topology', (json) => ({ ...json, modelTopology: undefined }), /has no modelTopology/],
    ['no manifest', (json) => ({ ...json, weightsManifest: undefined }), /has no weightsManifest/],
    ['no paths', (json) => void delete (json.weightsManifest[0] as { paths?: unknown }).paths, /its weightsManifest has no paths/],
    ['no weights', (json) => void delete (json.weightsManifest[0] as { weights?: unknown }).weights, /has a weight without a name/],
    ['an unknown type', ({ weightsManifest: [group] }) => void (group!.weights[0]!.quantization.dtype = 'uint4'), /quantization \{"dtype":"uint4"/],
    ['a scale that is none', ({ weightsManifest: [group] }) => void (group!.weights[1]!.quantization.scale = NaN), /has the quantization/],
    ['two weights of one name', ({ weightsManifest: [group] }) => void group!.weights.push(group!.weights[0]!), /has two weights named/],
  ];
  for (const [title, change, message] of badJson) {
    test(`a model.json with ${title}`, async (t) => {
      const { folder, json } = await saved(t);
      edit(json, change);
      await refused(folder, 'corrupt', json, message);
    });
  }

  test('an edited model.json, unless its hash is taken out', async (t) => {
    const { folder, json } = await saved(t);
    const rename = (content: Json) => void (content.modelTopology.config.layers[1]!.config.momentum = 0.5);
    edit(json, rename, true);
    await refused(folder, 'corrupt', json, /is damaged or has been edited: .* take the field sha256 out to use it as it is/);
    edit(json, rename);
    const loaded = await loadModel(folder);
    assert.equal(loaded.layers[1]!.getConfig().momentum, 0.5);
    free(loaded);
  });

  test('a layer that is not registered, by its class and name, after layers that are', async (t) => {
    const { folder, json } = await saved(t);
    edit(json, (content) => {
      const last = content.modelTopology.config.layers.at(-1)!;
      last.class_name = 'TheirDense';
      last.config.name = 'their_layer';
    });
    const message = /class is not registered: TheirDense \(of 'their_layer'\); load the module that defines it, and call tf.serialization/;
    await refused(folder, 'unknown class', json, message);
  });

  test('an optimizer that is not registered', async (t) => {
    const { folder, json } = await saved(t);
    edit(json, (content) => void (content.trainingConfig.optimizer_config.class_name = 'TheirOptimizer'));
    await refused(folder, 'unknown class', json, /class is not registered: TheirOptimizer;/);
  });

  test('a topology that cannot be built, after layers that could', async (t) => {
    const { folder, json } = await saved(t);
    edit(json, (content) => void (content.modelTopology.config.layers.at(-1)!.config.activation = 'theirs'));
    await refused(folder, 'mismatch', json, /does not describe a model that TensorFlow.js can make: Unknown activation.*save the model again/s);
  });

  test('weights of other shapes than the layers have, by name', async (t) => {
    const { folder: plain, json: plainJson, model } = await savedByTensorFlowJs(t);
    free(model);
    const { folder: compiled, json: compiledJson } = await saved(t);
    for (const [folder, json] of [[plain, plainJson], [compiled, compiledJson]] as const) {
      edit(json, (content) => void (content.modelTopology.config.layers.at(-1)!.config.units = 4));
      await refused(folder, 'mismatch', json, /the weight 'dense_Dense\d+\/kernel' has the shape \[8,3\]; in the layers .* it has \[8,4\]/);
    }
  });

  test('a layer without weights, and weights without a layer', async (t) => {
    const { folder, json, model } = await savedByTensorFlowJs(t);
    free(model);
    const text = readFileSync(json, 'utf8');
    edit(json, (content) => void content.modelTopology.config.layers.pop());
    await refused(folder, 'mismatch', json, /Provided weight data has no target variable: dense_Dense\d+\/kernel/);
    writeFileSync(json, text);
    const extra = { class_name: 'Dense', config: { name: 'extra', units: 2, kernel_initializer: { class_name: 'Zeros', config: {} } } };
    edit(json, (content) => void content.modelTopology.config.layers.push(extra));
    await refused(folder, 'mismatch', json, /2 of 10 weights are not set: extra\/kernel,extra\/bias/);
  });
});
