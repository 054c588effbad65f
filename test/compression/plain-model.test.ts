import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { compress, decompress, liveHandles, loadBackend, toPlainModel } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { randomModel } from '../tensorflow/compiler/random-models/model';
import { largestDifference, models, predictions } from './models';

before(loadBackend);

const plain = /^(Dense|Conv2D|InputLayer|BatchNormalization|Dropout|Flatten|Add|Concatenate|Sequential|Model|Functional)$/;
const several = [
  'a sequence of dense layers',
  'sequences in a sequence',
  'convolutions',
  'a shared layer, two inputs and two outputs',
  'a model that is called twice in another one',
];

for (const [name, convert] of [['decompress', decompress], ['toPlainModel', toPlainModel]] as const) {
  describe(name, () => {
    for (const what of several) {
      for (const options of [{ rank: 1 }, { rank: 1, factors: 3, convolutions: 'spatial' }] as const) {
        test(`${what}, ${JSON.stringify(options)}: only plain layers, with the same effect`, () => {
          const model = models[what]!();
          const { model: cut, report } = compress(model, options);
          const [shown, before] = [predictions(cut), [tensorFlowJs().memory().numTensors, liveHandles()]];
          const converted = convert(cut);
          const classes = classNames(converted);
          assert.ok(classes.every((each) => plain.test(each)), `${classes}`);
          assert.ok(largestDifference(predictions(converted), shown) < 1e-5);
          assert.deepEqual(converted.outputNames, cut.outputNames);
          if (name === 'decompress') assert.equal(converted.countParams(), model.countParams());
          else if (!('factors' in options)) assert.equal(converted.countParams(), report.parametersAfter);
          converted.weights.forEach((weight) => weight.dispose());
          assert.deepEqual([tensorFlowJs().memory().numTensors, liveHandles()], before);
        });
      }
    }
  });
}

test('random models, compressed: converted either way they predict the same', () => {
  const { dispose, tidy } = tensorFlowJs();
  let factorised = 0;
  for (let number = 1; number <= 40; number++) {
    const { description, model, data } = randomModel(number);
    const predict = (each: tf.LayersModel) => tidy(() => [each.predict(data[0]!)].flat().map((y) => Array.from(y.dataSync())));
    const { model: cut, report } = compress(model, { energy: 0.6, convolutions: number % 2 === 0 ? 'channel' : 'spatial' });
    factorised += report.layers.filter(({ rank }) => rank !== null).length;
    const shown = predict(cut);
    const allowed = 1e-5 * Math.max(1, ...shown.flat().map(Math.abs));
    for (const convert of [decompress, toPlainModel]) {
      const converted = convert(cut);
      assert.ok(classNames(converted).every((each) => !each.startsWith('LowRank')));
      assert.ok(largestDifference(predict(converted), shown) < allowed, description);
      converted.dispose();
    }
    dispose([...data]);
    [cut, model].forEach((each) => each.dispose());
  }
  assert.ok(factorised > 20, `only ${factorised} layers were compressed`);
});

test('a plain model is loaded by TensorFlow.js from its topology and weights alone', async () => {
  const { io, loadLayersModel } = tensorFlowJs();
  const { model: cut } = compress(models['a sequence of dense layers']!(), { rank: 2 });
  const converted = toPlainModel(cut);
  let artifacts: tf.io.ModelArtifacts | undefined;
  await converted.save(io.withSaveHandler(async (saved) => {
    artifacts = saved;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  }));
  assert.doesNotMatch(JSON.stringify(artifacts!.modelTopology), /LowRank/);
  const loaded = await loadLayersModel(io.fromMemory(artifacts!));
  assert.deepEqual(predictions(loaded), predictions(converted));
  const dense = loaded.layers.filter((layer) => layer.getClassName() === 'Dense').map(({ name }) => name);
  assert.deepEqual(dense, ['first_left', 'first', 'second_left', 'second', 'third_left', 'third']);
});

function classNames(model: tf.LayersModel): string[] {
  return model.layers.flatMap((layer) => ('layers' in layer ? classNames(layer as tf.LayersModel) : [layer.getClassName()]));
}
