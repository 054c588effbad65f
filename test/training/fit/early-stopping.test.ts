import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';
import { earlyStopping, fit, type EarlyStoppingOptions, type FitParameters } from '../../../src/training';
import { classifier, examples, free, ready, weightsOf } from './models';
import keras from './keras-callbacks.json';

before(() => ready);

const eager = { verbose: 0, execution: 'eager' } as const;

function ours(options: (typeof keras.earlyStopping)[number]['options']): EarlyStoppingOptions {
  const { min_delta: minDelta, start_from_epoch: startFromEpoch, mode, ...same } = options as Record<string, never>;
  return { monitor: 'loss', minDelta, startFromEpoch, mode, ...same };
}

function pythonFloat(text: string): number {
  return Number(text.replace('inf', 'Infinity'));
}

describe('earlyStopping', () => {
  test('does what Keras’s does, on sequences that fall, rise, rest and break', () => {
    const tf = tensorFlowJs();
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, useBias: false, inputShape: [1] })] });
    for (const { values, options, stopped, restored } of keras.earlyStopping) {
      const callback = earlyStopping({ ...ours(options), restoreBestWeights: true });
      callback.setParams!({ metrics: ['loss'] } as unknown as FitParameters);
      callback.setModel!(model);
      callback.onTrainBegin!();
      let stop = false;
      const watched = Object.create(model, { stopTraining: { set: () => void (stop = true) } }) as tf.LayersModel;
      callback.setModel!(watched);
      let epochs = 0;
      for (const value of values) {
        model.setWeights([tf.fill([1, 1], epochs)]);
        callback.onEpochEnd!(epochs++, { loss: pythonFloat(value) });
        if (stop) break;
      }
      callback.onTrainEnd!();
      const best = stopped.best === null ? undefined : pythonFloat(stopped.best);
      assert.deepEqual(
        { epochs, bestEpoch: callback.bestEpoch, best: callback.best, restored: weightsOf(model)[0]![0] },
        { epochs: stopped.epochs, bestEpoch: stopped.bestEpoch, best, restored },
        `${values} with ${JSON.stringify(options)}`,
      );
      assert.equal(callback.stoppedEpoch, stop ? epochs - 1 : undefined);
    }
    model.dispose();
  });

  test('ends a fit, whose history says so, with the last weights or the best', async () => {
    const { x, classes } = examples(24);
    const seen: Float32Array[][] = [];
    for (const restoreBestWeights of [false, true]) {
      const model = classifier({ optimizer: () => tensorFlowJs().train.sgd(20) });
      const stopping = earlyStopping({ monitor: 'loss', patience: 2, restoreBestWeights });
      const weights: Float32Array[][] = [];
      const history = await fit(model, x, classes, {
        epochs: 30,
        seed: 1,
        callbacks: [{ onEpochEnd: () => void weights.push(weightsOf(model)) }, stopping],
        ...eager,
      });
      assert.equal(history.stoppedBy, 'early stopping');
      assert.equal(history.epoch.length, stopping.stoppedEpoch! + 1);
      assert.ok(stopping.bestEpoch < stopping.stoppedEpoch!);
      assert.equal(history.history.loss![stopping.bestEpoch], Math.min(...history.history.loss!));
      assert.deepEqual(weightsOf(model), weights[restoreBestWeights ? stopping.bestEpoch : stopping.stoppedEpoch!]);
      seen.push(weightsOf(model));
      free(model);
    }
    assert.notDeepEqual(seen[0], seen[1]);
  });

  test('restores the best weights of a training that was not stopped early too, and leaves no tensor', async () => {
    const { x, classes } = examples(24);
    const model = classifier({ optimizer: () => tensorFlowJs().train.sgd(20) });
    const stopping = earlyStopping({ monitor: 'loss', patience: 100, restoreBestWeights: true });
    const options = { epochs: 5, seed: 1, callbacks: stopping, ...eager };
    await fit(model, x, classes, options);
    const { numTensors } = tensorFlowJs().memory();
    await fit(model, x, classes, options);
    assert.equal(tensorFlowJs().memory().numTensors, numTensors);
    free(model);
  });

  test('TensorFlow.js’s own works too', async () => {
    const { x, classes } = examples(24);
    const [theirs, ours] = [0, 1].map(() => classifier({ optimizer: () => tensorFlowJs().train.sgd(20) }));
    const callbacks = () => tensorFlowJs().callbacks.earlyStopping({ monitor: 'loss', patience: 2 });
    const expected = await theirs!.fit(x, classes, {
      epochs: 30,
      verbose: 0,
      shuffle: false,
      callbacks: [callbacks()],
    });
    const history = await fit(ours!, x, classes, { epochs: 30, shuffle: false, callbacks: callbacks(), ...eager });
    assert.ok(history.epoch.length < 30);
    assert.deepEqual(history.epoch, expected.epoch);
    free(theirs!, ours!);
  });

  test('whether less or more is better is known by the name, or asked for', () => {
    const direction = (monitor: string) => {
      const { kind } = earlyStopping({ monitor }).getState!();
      return (JSON.parse(kind.slice('earlyStopping '.length)) as { mode: string }).mode;
    };
    for (const name of ['loss', 'val_loss', 'size_loss', 'ce', 'meanSquaredError', 'val_mse', 'cosineProximity']) {
      assert.equal(direction(name), 'min', name);
    }
    for (const name of ['acc', 'val_acc', 'kind_acc', 'acc_1', 'binaryAccuracy', 'precision', 'recall']) {
      assert.equal(direction(name), 'max', name);
    }
    assert.throws(
      () => earlyStopping({ monitor: 'speed' }),
      /monitor is 'speed', and whether less or more of it is better is not known; say mode: 'min' or 'max'/,
    );
  });

  test('options that cannot be are refused by name', () => {
    const refused: [EarlyStoppingOptions, RegExp][] = [
      [{ patience: -1 }, /patience is -1; it must be an integer from 0 on/],
      [{ patience: 1.5 }, /patience is 1.5/],
      [{ startFromEpoch: NaN }, /startFromEpoch is NaN/],
      [{ minDelta: Infinity }, /minDelta is Infinity; it must be a finite number/],
      [{ baseline: NaN }, /baseline is NaN; it must be a finite number/],
      [{ mode: 'least' as never }, /mode is 'least'; it must be 'auto', 'min' or 'max'/],
      [{ monitor: '' }, /monitor is ''; it must be the name of a loss or metric/],
    ];
    for (const [options, message] of refused)
      assert.throws(() => earlyStopping(options), { name: 'RangeError', message });
  });

  test('a quantity that the training will not have is refused before it begins', async () => {
    const { x, classes } = examples(8);
    const model = classifier();
    const before = weightsOf(model);
    await assert.rejects(
      fit(model, x, classes, { callbacks: earlyStopping(), ...eager }),
      /monitor is 'val_loss', but the training has loss, acc; give fit validationData or a validationSplit/,
    );
    assert.deepEqual(weightsOf(model), before);
    free(model);
  });
});
