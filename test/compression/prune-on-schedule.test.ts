import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { fit, loadBackend, pruneOnSchedule, pruneSingularValues, svdDense, svdLayers, type FitCallback, type PruneScheduleOptions } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { leavesNothing, near, seeded } from '../layers/low-rank-checks';

before(loadBackend);

function svdModel(optimizer: () => tf.Optimizer = () => tensorFlowJs().train.adam(0.02)): tf.Sequential {
  const tf = tensorFlowJs();
  const layer = (units: number, seed: number, inputShape?: number[]) =>
    svdDense({ units, inputShape, activation: 'tanh', orthogonality: 0.1, sparsity: 0.05, kernelInitializer: tf.initializers.glorotUniform({ seed }) });
  const model = tf.sequential({ layers: [layer(10, 1, [8]), layer(6, 2)] });
  model.compile({ optimizer: optimizer(), loss: 'meanSquaredError' });
  return model;
}

function release(...models: tf.Sequential[]): void {
  for (const model of models) {
    (model.optimizer as tf.Optimizer).dispose();
    model.dispose();
  }
}

const live = (model: tf.Sequential) => svdLayers(model).map((layer) => layer.spectrum().filter((value) => value > 0).length);
/** What the weights themselves say, without the mask. */
const stored = (model: tf.Sequential) => svdLayers(model).map((layer) => (layer.getWeights()[1]!.arraySync() as number[]).map((value) => value !== 0));

function watching(model: tf.Sequential): FitCallback & { readonly seen: boolean[][][] } {
  const seen: boolean[][][] = [];
  return { seen, onEpochEnd: () => void seen.push(stored(model)) };
}

describe('pruneOnSchedule', () => {
  const data = () => [seeded([40, 8], 1), seeded([40, 6], 2)] as const;

  for (const execution of ['compiled-or-eager', 'eager'] as const) {
    for (const name of ['adam', 'momentum', 'rmsprop'] as const) {
      test(`${execution}, ${name}: what is pruned stays 0 to the end, and pruneSingularValues takes it out without a change`, async () => {
        const tf = tensorFlowJs();
        const [x, y] = data();
        const optimizer = { adam: () => tf.train.adam(0.02), momentum: () => tf.train.momentum(0.02, 0.9), rmsprop: () => tf.train.rmsprop(0.01) }[name];
        const model = svdModel(optimizer);
        const watch = watching(model);
        const callbacks = [pruneOnSchedule({ keep: 3, startFromEpoch: 1, everyEpochs: 10 }), watch];
        const { history } = await fit(model, x, y, { epochs: 6, batchSize: 10, seed: 1, verbose: 0, execution, callbacks });
        assert.deepEqual(watch.seen.map((epoch) => epoch.map((flags) => flags.filter(Boolean).length)), [[8, 6], [3, 3], [3, 3], [3, 3], [3, 3], [3, 3]]);
        for (const epoch of watch.seen.slice(2)) assert.deepEqual(epoch, watch.seen[1]);
        assert.deepEqual(live(model), [3, 3]);
        assert.ok(history.loss![5]! < history.loss![2]!, 'those that are left are trained');
        const { model: pruned } = pruneSingularValues(model, { energy: 1 });
        assert.deepEqual(svdLayers(pruned).map(({ rank }) => rank), [3, 3]);
        tf.tidy(() => near(pruned.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor));
        release(model);
        pruned.dispose();
        tf.dispose([x, y]);
      });
    }
  }

  test('training on is that of the pruned model: what is out of use has no part in it', async () => {
    const tf = tensorFlowJs();
    const [x, y] = data();
    const sgd = () => tf.train.sgd(0.05);
    const masked = svdModel(sgd);
    for (const layer of svdLayers(masked)) layer.keepLargest(3);
    const { model: pruned } = pruneSingularValues(masked, { energy: 1 });
    for (const model of [masked, pruned]) await fit(model, x, y, { epochs: 3, batchSize: 10, seed: 1, verbose: 0 });
    tf.tidy(() => near(masked.predict(x) as tf.Tensor, pruned.predict(x) as tf.Tensor, 1e-4));
    release(masked);
    pruned.dispose();
    tf.dispose([x, y]);
  });

  test('by energy: after each epoch some may leave, and none comes back', async () => {
    const tf = tensorFlowJs();
    const [x, y] = data();
    const model = svdModel();
    const watch = watching(model);
    await fit(model, x, y, { epochs: 5, batchSize: 10, seed: 1, verbose: 0, callbacks: [pruneOnSchedule({ energy: 0.9 }), watch] });
    watch.seen.forEach((epoch, i) => epoch.forEach((flags, layer) => flags.forEach((flag, at) => {
      assert.ok(i === 0 || !flag || watch.seen[i - 1]![layer]![at], 'one came back');
    })));
    const counts = live(model);
    assert.ok(counts[0]! < 8 && counts[1]! < 6, String(counts));
    // A later training without the callback leaves them out too.
    await fit(model, x, y, { epochs: 2, batchSize: 10, seed: 2, verbose: 0 });
    assert.deepEqual(live(model), counts);
    release(model);
    tf.dispose([x, y]);
  });

  test('a training that is resumed from a checkpoint goes on with the same columns, to the same weights', async () => {
    const tf = tensorFlowJs();
    const [x, y] = data();
    const folder = mkdtempSync(join(tmpdir(), 'prune-'));
    try {
      const path = join(folder, 'training.ckpt');
      const train = (model: tf.Sequential, epochs: number, checkpoint?: { path: string }) =>
        fit(model, x, y, { epochs, batchSize: 10, seed: 1, verbose: 0, checkpoint, callbacks: [pruneOnSchedule({ keep: 2, everyEpochs: 3 })] });
      const [whole, first, second] = [svdModel(), svdModel(), svdModel()];
      await train(whole, 6);
      await train(first, 2, { path });
      assert.ok(existsSync(path));
      const { resumedEpochs } = await train(second, 6, { path });
      assert.equal(resumedEpochs, 2);
      assert.deepEqual(live(second), [2, 2]);
      second.getWeights().forEach((weight, i) => near(weight, whole.getWeights()[i]!, 1e-6));
      release(whole, first, second);
    } finally {
      rmSync(folder, { recursive: true });
    }
    tf.dispose([x, y]);
  });

  test('a training that became NaN goes on, as without it', async () => {
    const tf = tensorFlowJs();
    const [x, y] = data();
    const model = svdModel();
    tf.tidy(() => model.layers[0]!.setWeights(model.layers[0]!.getWeights().map((weight) => tf.fill(weight.shape, NaN))));
    const { epoch } = await fit(model, x, y, { epochs: 2, batchSize: 10, verbose: 0, callbacks: pruneOnSchedule({ energy: 0.5 }) });
    assert.equal(epoch.length, 2);
    assert.ok(svdLayers(model)[0]!.active.every(Boolean));
    release(model);
    tf.dispose([x, y]);
  });

  test('nothing leaks', () => leavesNothing(async () => {
    const [x, y] = data();
    const model = svdModel();
    await fit(model, x, y, { epochs: 3, batchSize: 20, verbose: 0, callbacks: pruneOnSchedule({ energy: 0.8 }) });
    release(model);
    tensorFlowJs().dispose([x, y]);
  }));

  for (const [options, name, message] of [
    [{ energy: 2 }, 'RangeError', 'pruneOnSchedule: energy is 2; it must be above 0 and at most 1'],
    [{ keep: 0 }, 'RangeError', 'pruneOnSchedule: keep is 0; it must be an integer from 1 on'],
    [{}, 'TypeError', 'pruneOnSchedule: no option tells how much stays; give exactly one of energy, keep'],
    [{ keep: 1, startFromEpoch: -1 }, 'RangeError', 'pruneOnSchedule: startFromEpoch is -1; it must be an integer from 0 on'],
    [{ keep: 1, everyEpochs: 0 }, 'RangeError', 'pruneOnSchedule: everyEpochs is 0; it must be an integer from 1 on'],
    [{ maxParameters: 5 }, 'TypeError', 'pruneOnSchedule: there is no option maxParameters; the options are energy, keep, startFromEpoch, everyEpochs'],
  ] as [PruneScheduleOptions, string, string][]) {
    test(message, () => assert.throws(() => pruneOnSchedule(options), { name, message }));
  }

  test('a model without such layers is refused before it is trained', async () => {
    const tf = tensorFlowJs();
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 6, inputShape: [8] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const [x, y] = data();
    const message = 'pruneOnSchedule: the model has no svdDense or svdConv2d layer';
    await assert.rejects(fit(model, x, y, { verbose: 0, callbacks: pruneOnSchedule({ keep: 1 }) }), { name: 'RangeError', message });
    await assert.rejects(model.fit(x, y, { verbose: 0, callbacks: pruneOnSchedule({ keep: 1 }) as never }), /use it with fit of this library, not with model.fit/);
    release(model);
    tf.dispose([x, y]);
  });
});
