import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { stepParameter } from '../../../src/tensorflow';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';
import {
  fit,
  modelCheckpoint,
  terminateOnNaN,
  type FitCallback,
  type FitParameters,
  type ModelCheckpointOptions,
} from '../../../src/training';
import { assertClose, classifier, examples, free, ready, weightsOf } from './models';
import { loadModel } from '../../../src/compression';
import keras from './keras-callbacks.json';

let folder: string;

before(async () => {
  await ready;
  folder = await mkdtemp(join(tmpdir(), 'fit-callbacks-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const eager = { verbose: 0, execution: 'eager' } as const;

describe('callbacks', () => {
  test('are called in model.fit’s order with its logs, batch by batch, and awaited', async () => {
    const { x, classes } = examples(21);
    const recorded = () => {
      const calls: unknown[] = [];
      const note =
        (name: string) =>
        async (...args: unknown[]) => {
          await null;
          const [logs] = args.filter((arg) => typeof arg === 'object') as Record<string, number>[];
          calls.push([name, ...args.filter((arg) => typeof arg === 'number'), Object.keys(logs ?? {}).sort()]);
        };
      const names = ['onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd', 'onBatchBegin', 'onBatchEnd'] as const;
      return {
        calls,
        callback: Object.fromEntries(names.map((name) => [name, note(name)])) as FitCallback & tf.CustomCallbackArgs,
      };
    };
    const [theirs, ours] = [recorded(), recorded()];
    const [one, other] = [classifier(), classifier()];
    const options = { epochs: 2, batchSize: 8, validationSplit: 0.2 };
    await one.fit(x, classes, { ...options, verbose: 0, callbacks: theirs.callback });
    await fit(other, x, classes, { ...options, ...eager, callbacks: ours.callback });
    const simple = (calls: unknown[]) =>
      (calls as [string][]).filter(([name]) => name !== 'onTrainEnd' && name !== 'onBatchBegin');
    assert.deepEqual(simple(ours.calls), simple(theirs.calls));
    assert.equal(ours.calls.length, theirs.calls.length);
    free(one, other);
  });

  test('subclasses of tf.Callback learn the model and the parameters', async () => {
    const { x, classes } = examples(20);
    const model = classifier();
    class Watcher extends tensorFlowJs().Callback {
      learnt: unknown[] = [];
      override async onTrainBegin() {
        const { epochs, steps, samples, batchSize, metrics } = this.params;
        this.learnt = [this.model === (model as unknown), epochs, steps, samples, batchSize, metrics];
      }
    }
    const watcher = new Watcher();
    await fit(model, x, classes, { epochs: 2, batchSize: 8, callbacks: [watcher], ...eager });
    assert.deepEqual(watcher.learnt, [true, 2, 3, 20, 8, ['loss', 'acc']]);
    free(model);
  });

  test('onYield comes after each native call with its last batch', async () => {
    const { x, classes } = examples(20);
    const model = classifier();
    const yields: [number, number][] = [];
    await fit(model, x, classes, {
      epochs: 2,
      batchSize: 4,
      callbacks: { onYield: (epoch, batch) => void yields.push([epoch, batch]) },
      ...eager,
    });
    assert.ok(yields.some(([epoch, batch]) => epoch === 0 && batch === 4));
    assert.deepEqual(yields.at(-1), [1, 4]);
    free(model);
  });

  test('inStep is a part of every step, compiled or not, with numbers that may change from epoch to epoch', async () => {
    const { x, classes } = examples(21);
    const largest = async (execution: 'compiled-or-eager' | 'eager') => {
      const model = classifier({ optimizer: () => tensorFlowJs().train.adam(0.05) });
      const kernel = model.layers[3]!.weights[0]!;
      let bound = Infinity;
      const clipping: FitCallback = {
        onEpochBegin: (epoch) => void (bound = 0.5 / (epoch + 1)),
        inStep: () => kernel.write(kernel.read().minimum(stepParameter(() => bound))),
      };
      const seen: number[] = [];
      const watching: FitCallback = { onEpochEnd: () => void seen.push(Math.max(...kernel.read().dataSync())) };
      const options = { epochs: 3, batchSize: 8, seed: 1, verbose: 0, execution } as const;
      const { history } = await fit(model, x, classes, { ...options, callbacks: [clipping, watching] });
      const weights = weightsOf(model);
      free(model);
      return { seen, weights, loss: history.loss! };
    };
    const [compiled, eager] = [await largest('compiled-or-eager'), await largest('eager')];
    assert.deepEqual(compiled.seen, [0.5, 0.25, 0.5 / 3].map(Math.fround));
    assert.deepEqual(eager.seen, compiled.seen);
    assertClose(compiled.weights, eager.weights, 1e-4);
    assertClose([compiled.loss], [eager.loss], 1e-4);
  });

  test('one that stops the training among batches ends the epoch there, which stays in the history', async () => {
    const { x, classes } = examples(64);
    const model = classifier();
    const ended: number[] = [];
    const history = await fit(model, x, classes, {
      epochs: 3,
      batchSize: 1,
      validationSplit: 0.5,
      callbacks: {
        onBatchEnd: () => void (model.stopTraining = true),
        onEpochEnd: (epoch) => void ended.push(epoch),
      },
      ...eager,
    });
    assert.equal(history.stoppedBy, 'early stopping');
    assert.deepEqual(history.epoch, [0]);
    assert.deepEqual(Object.keys(history.history), ['loss', 'acc']);
    assert.deepEqual(ended, [0]);
    free(model);
  });

  test('an error of one passes through, and the model can be trained again', async () => {
    const { x, classes } = examples(8);
    const model = classifier();
    await fit(model, x, classes, eager);
    const { numTensors } = tensorFlowJs().memory();
    const onEpochEnd = () => {
      throw new Error('from the callback');
    };
    await assert.rejects(fit(model, x, classes, { callbacks: { onEpochEnd }, ...eager }), /from the callback/);
    assert.equal(tensorFlowJs().memory().numTensors, numTensors);
    await fit(model, x, classes, eager);
    free(model);
  });

  test('what is no callback is refused', async () => {
    const { x, classes } = examples(8);
    const model = classifier();
    await assert.rejects(
      fit(model, x, classes, { callbacks: [{}, 'log' as never], ...eager }),
      /callbacks\[1\] is log; it must be an object/,
    );
    free(model);
  });
});

describe('a loss that becomes NaN', () => {
  const diverging = () => classifier({ optimizer: () => tensorFlowJs().train.sgd(1e30) });
  const { warn } = console;
  after(() => void (console.warn = warn));

  test('does not end the training by itself', async () => {
    const { x, classes } = examples(16);
    const model = diverging();
    const history = await fit(model, x, classes, { epochs: 3, batchSize: 4, ...eager });
    assert.equal(history.stoppedBy, 'epochs');
    assert.ok(Number.isNaN(history.history.loss!.at(-1)));
    free(model);
  });

  test('ends it with terminateOnNaN, which says at which batch', async () => {
    const { x, classes } = examples(16);
    const model = diverging();
    const said: string[] = [];
    console.warn = (text: string) => said.push(text);
    const history = await fit(model, x, classes, { epochs: 3, batchSize: 4, callbacks: terminateOnNaN(), ...eager });
    console.warn = warn;
    assert.equal(history.stoppedBy, 'early stopping');
    assert.equal(history.epoch.length, 1);
    assert.equal(said.length, 1);
    assert.match(said[0]!, /^Batch \d+: the loss is (NaN|-?Infinity); the training ends\.$/);
    free(model);
  });
});

describe('modelCheckpoint', () => {
  test('saves after the epochs after which Keras’s saves, under the same names', async () => {
    const model = classifier();
    for (const { values, options, saved } of keras.modelCheckpoint) {
      const {
        save_best_only: saveBestOnly,
        initial_value_threshold: initialValueThreshold,
        mode,
      } = options as Record<string, never>;
      const table = await mkdtemp(join(folder, 'table-'));
      const path = join(table, '{epoch:02d}-{loss:.3f}');
      const callback = modelCheckpoint({ path, monitor: 'loss', mode, saveBestOnly, initialValueThreshold });
      callback.setParams!({ metrics: ['loss'] } as unknown as FitParameters);
      callback.setModel!(model);
      for (const [epoch, value] of values.entries()) await callback.onEpochEnd!(epoch, { loss: Number(value) });
      assert.deepEqual(readdirSync(table).sort(), saved, `${values} with ${JSON.stringify(options)}`);
    }
    free(model);
  });

  test('what it saves is read by TensorFlow.js, is replaced as a whole, and leaves nothing else', async () => {
    const { x, classes } = examples(24);
    const model = classifier();
    const path = join(folder, 'nested', 'best');
    const options = { epochs: 3, callbacks: modelCheckpoint({ path, includeOptimizer: true }), ...eager };
    await fit(model, x, classes, options);
    const loaded = await loadModel(path);
    assert.deepEqual(weightsOf(loaded), weightsOf(model));
    const files = readdirSync(path).sort();
    assert.equal(files.length, 2);
    assert.match(files.join(' '), /^model\.json weights-[0-9a-f]{16}\.bin$/);
    loaded.compile({ optimizer: loaded.optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    await fit(model, x, classes, { ...eager, shuffle: false });
    await fit(loaded, x, classes, { ...eager, shuffle: false });
    assertClose(weightsOf(loaded), weightsOf(model));
    free(model, loaded);
  });

  test('options that cannot be are refused by name, also by fit before it begins', async () => {
    const refused: [ModelCheckpointOptions, RegExp][] = [
      [{ path: '' }, /path is ''; it must name a folder/],
      [{ path: 5 as never }, /path is 5/],
      [{ path: 'x', saveFreq: 100 as never }, /saveFreq is 100; it must be 'epoch'/],
      [{ path: 'x', initialValueThreshold: NaN }, /initialValueThreshold is NaN/],
      [{ path: 'x', saveBestOnly: true, mode: 'most' as never }, /modelCheckpoint: mode is 'most'/],
    ];
    for (const [options, message] of refused)
      assert.throws(() => modelCheckpoint(options), { name: 'RangeError', message });
    const { x, classes } = examples(8);
    const model = classifier();
    const begin = (options: ModelCheckpointOptions) =>
      fit(model, x, classes, { callbacks: modelCheckpoint(options), ...eager });
    const at = (name: string) => join(folder, 'refused', name);
    await assert.rejects(begin({ path: at('{val_loss:.2f}') }), /'val_loss' names nothing; there is loss, acc, epoch/);
    await assert.rejects(begin({ path: at('{epoch:x}') }), /the format ':x' cannot be used/);
    await assert.rejects(
      begin({ path: at('x'), saveBestOnly: true }),
      /modelCheckpoint: monitor is 'val_loss', but the training has loss, acc/,
    );
    assert.ok(!existsSync(join(folder, 'refused')));
    free(model);
  });
});
