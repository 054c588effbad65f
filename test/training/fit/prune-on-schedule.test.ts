import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { evaluate, fit, loadBackend, pruneOnSchedule, pruneSingularValues, svdDense, svdLayers, type FitCallback, type PruneScheduleOptions } from '../../../src';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';
import { leavesNothing, near, seeded } from '../../layers/low-rank-checks';

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
    [{ maxParameters: 5 }, 'TypeError', 'pruneOnSchedule: there is no option maxParameters; the options are energy, keep, startFromEpoch, everyEpochs, everyStep'],
    [{ keep: 1, everyStep: 1 as never }, 'TypeError', 'pruneOnSchedule: everyStep is 1; it must be true or false'],
    [{ keep: 1, everyStep: true, everyEpochs: 1 }, 'TypeError', 'pruneOnSchedule: everyStep and everyEpochs exclude each other; give at most one of them'],
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

/** Plain gradient descent on the loss of `svdModel`, one step after another, from its weights; what is pruned after a step is cut off. */
class Reference {
  readonly #layers: { u: tf.Tensor2D; s: tf.Tensor1D; v: tf.Tensor2D; bias: tf.Tensor1D; columns: number[] }[];

  constructor(model: tf.Sequential) {
    this.#layers = svdLayers(model).map((layer) => {
      const [u, s, v, bias] = layer.getWeights().map((weight) => weight.clone()) as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D, tf.Tensor1D];
      return { u, s, v, bias, columns: [...Array(s.size).keys()] };
    });
  }

  step(x: tf.Tensor, y: tf.Tensor, learningRate: number): void {
    const tf = tensorFlowJs();
    const loss = (...[u1, s1, v1, bias1, u2, s2, v2, bias2]: tf.Tensor[]) => {
      const layer = (h: tf.Tensor, u: tf.Tensor, s: tf.Tensor, v: tf.Tensor, bias: tf.Tensor) => h.matMul(u).mul(s).matMul(v, false, true).add(bias).tanh();
      const unlikeIdentity = (q: tf.Tensor) => q.matMul(q, true).sub(tf.eye(q.shape[1]!)).square().sum();
      const penalties = ([[u1, s1, v1], [u2, s2, v2]] as tf.Tensor[][]).map(([u, s, v]) =>
        unlikeIdentity(u!).add(unlikeIdentity(v!)).mul(0.1).add(s!.abs().sum().div(s!.square().sum().sqrt()).mul(0.05)));
      const output = layer(layer(x, u1!, s1!, v1!, bias1!), u2!, s2!, v2!, bias2!);
      return output.sub(y).square().mean().add(penalties[0]!).add(penalties[1]!);
    };
    const weights = this.#weights();
    tf.tidy(() => {
      const gradients = tf.grads(loss)(weights);
      const next = weights.map((weight, i) => tf.keep(weight.sub(gradients[i]!.mul(learningRate))));
      this.#layers.forEach((layer, at) => {
        const [u, s, v, bias] = next.slice(4 * at, 4 * at + 4);
        Object.assign(layer, { u, s, v, bias });
      });
    });
    tf.dispose(weights);
  }

  prune({ energy, keep = Infinity }: { energy?: number; keep?: number }): void {
    const tf = tensorFlowJs();
    for (const layer of this.#layers) {
      const squares = Array.from(layer.s.dataSync(), (value) => value ** 2);
      const order = [...squares.keys()].sort((a, b) => squares[b]! - squares[a]!);
      const sum = (of: number[]) => of.reduce((total, at) => total + squares[at]!, 0);
      let count = energy === undefined ? keep : 1;
      while (energy !== undefined && sum(order.slice(0, count)) < energy * sum(order)) count++;
      const kept = order.slice(0, count).sort((a, b) => a - b);
      const { u, s, v } = layer;
      Object.assign(layer, { u: tf.gather(u, kept, 1), s: tf.gather(s, kept), v: tf.gather(v, kept, 1), columns: kept.map((at) => layer.columns[at]!) });
      tf.dispose([u, s, v]);
    }
  }

  get columns(): number[][] {
    return this.#layers.map(({ columns }) => columns);
  }

  /** The columns that are left are those that the model has in use, and the weights are the same. */
  checkAgainst(model: tf.Sequential): void {
    const tf = tensorFlowJs();
    assert.deepEqual(columnsInUse(model), this.columns);
    tf.tidy(() => svdLayers(model).forEach((layer, at) => {
      const [u, s, v, bias] = layer.getWeights();
      const mine = this.#layers[at]!;
      near(tf.gather(u!, mine.columns, 1), mine.u, 1e-4);
      near(tf.gather(s!, mine.columns), mine.s, 1e-4);
      near(tf.gather(v!, mine.columns, 1), mine.v, 1e-4);
      near(bias!, mine.bias, 1e-4);
      assert.equal(s!.notEqual(0).sum().dataSync()[0], mine.columns.length);
    }));
  }

  dispose(): void {
    tensorFlowJs().dispose(this.#weights());
  }

  #weights(): tf.Tensor[] {
    return this.#layers.flatMap(({ u, s, v, bias }) => [u, s, v, bias]);
  }
}

const columnsInUse = (model: tf.Sequential) => svdLayers(model).map(({ active }) => [...active.keys()].filter((at) => active[at]));

describe('pruneOnSchedule, after every step', () => {
  const data = () => [seeded([44, 8], 1), seeded([44, 6], 2)] as const;
  const sgd = () => tensorFlowJs().train.sgd(0.05);
  // The last batch of an epoch has 4 examples.
  const settings = { batchSize: 10, shuffle: false, verbose: 0 } as const;

  for (const execution of ['compiled-or-eager', 'eager'] as const) {
    for (const [choice, startFromEpoch] of [[{ energy: 0.97 }, 0], [{ energy: 0.9 }, 2], [{ keep: 4 }, 1]] as const) {
      const options = { ...choice, startFromEpoch };
      test(`${execution}, ${JSON.stringify(options)}: the columns and weights of a plain loop that prunes after each step`, async () => {
        const tf = tensorFlowJs();
        const [x, y] = data();
        const model = svdModel(sgd);
        const reference = new Reference(model);
        const [seen, expected]: number[][][][] = [[], []];
        for (let epoch = 0; epoch < 4; epoch++) {
          for (let first = 0; first < 44; first += 10) {
            const batch = [x, y].map((all) => all.slice([first, 0], [Math.min(10, 44 - first), -1]));
            reference.step(batch[0]!, batch[1]!, 0.05);
            if (epoch >= startFromEpoch) reference.prune(choice);
            tf.dispose(batch);
          }
          expected!.push(reference.columns);
        }
        const watch = { onEpochEnd: () => void seen!.push(columnsInUse(model)) };
        const { execution: how } = await fit(model, x, y, { ...settings, epochs: 4, execution, callbacks: [pruneOnSchedule({ ...options, everyStep: true }), watch] });
        if (tf.getBackend() === 'tensorflow') assert.equal(how, execution === 'eager' ? 'eager' : 'compiled');
        assert.deepEqual(seen, expected);
        if (startFromEpoch > 0) assert.deepEqual(seen![startFromEpoch - 1]!.map(({ length }) => length), [8, 6]);
        assert.ok(columnsInUse(model).every(({ length }, at) => length < [8, 6][at]!));
        reference.checkAgainst(model);
        reference.dispose();
        release(model);
        tf.dispose([x, y]);
      });
    }

    test(`${execution}: a step prunes once, after its update`, async () => {
      const [x, y] = data();
      const model = svdModel(sgd);
      const reference = new Reference(model);
      reference.step(x, y, 0.05);
      reference.prune({ energy: 0.6 });
      await fit(model, x, y, { ...settings, batchSize: 44, execution, callbacks: pruneOnSchedule({ energy: 0.6, everyStep: true }) });
      reference.checkAgainst(model);
      // The same share of what is left is less: a second pruning, before the step or at the end, would show.
      const before = reference.columns;
      reference.prune({ energy: 0.6 });
      assert.notDeepEqual(reference.columns, before);
      reference.dispose();
      release(model);
      tensorFlowJs().dispose([x, y]);
    });
  }

  test('Adam: no moment revives a column within an epoch, and each that is left has more than the share that may be dropped', async () => {
    const tf = tensorFlowJs();
    const [x, y] = data();
    const model = svdModel();
    const callbacks = pruneOnSchedule({ energy: 0.95, everyStep: true });
    await fit(model, x, y, { epochs: 6, batchSize: 10, seed: 1, verbose: 0, callbacks });
    svdLayers(model).forEach((layer, at) => {
      const s = layer.spectrum().filter((value) => value > 0);
      const energy = s.reduce((sum, value) => sum + value ** 2, 0);
      assert.ok(s.length < [8, 6][at]! && s.at(-1)! ** 2 > 0.05 * energy, String(s));
    });
    assert.deepEqual(stored(model), svdLayers(model).map(({ active }) => active));
    release(model);
    tf.dispose([x, y]);
  });

  test('a training that is resumed from a checkpoint ends with the columns and weights of an unbroken one, bit for bit', async () => {
    const [x, y] = data();
    const folder = mkdtempSync(join(tmpdir(), 'prune-'));
    try {
      const path = join(folder, 'training.ckpt');
      const train = (model: tf.Sequential, epochs: number, checkpoint?: { path: string }) =>
        fit(model, x, y, { epochs, batchSize: 10, seed: 1, verbose: 0, checkpoint, callbacks: [pruneOnSchedule({ energy: 0.97, everyStep: true, startFromEpoch: 1 })] });
      const [whole, first, second] = [svdModel(), svdModel(), svdModel()];
      await train(whole, 5);
      await train(first, 2, { path });
      assert.notDeepEqual(columnsInUse(first), columnsInUse(whole));
      assert.ok(columnsInUse(first)[0]!.length < 8);
      const { resumedEpochs } = await train(second, 5, { path });
      assert.equal(resumedEpochs, 2);
      assert.deepEqual(columnsInUse(second), columnsInUse(whole));
      second.getWeights().forEach((weight, i) => assert.deepEqual(weight.dataSync(), whole.getWeights()[i]!.dataSync()));
      release(whole, first, second);
    } finally {
      rmSync(folder, { recursive: true });
    }
    tensorFlowJs().dispose([x, y]);
  });

  test('the validation of an epoch is that of the pruned model', async () => {
    const [x, y] = data();
    const model = svdModel();
    const validated = await fit(model, x, y, { ...settings, epochs: 1, validationData: [x, y], callbacks: pruneOnSchedule({ keep: 1, everyStep: true }) });
    const { loss } = await evaluate(model, x, y);
    assert.ok(Math.abs(validated.history.val_loss![0]! - loss!) < 1e-6);
    release(model);
    tensorFlowJs().dispose([x, y]);
  });

  test('an interrupted training keeps what it has pruned', async () => {
    const [x, y] = data();
    const model = svdModel();
    const controller = new AbortController();
    const callbacks = [pruneOnSchedule({ keep: 2, everyStep: true }), { onBatchEnd: () => controller.abort() }];
    const { stoppedBy } = await fit(model, x, y, { ...settings, batchSize: 1, epochs: 50, signal: controller.signal, callbacks });
    assert.equal(stoppedBy, 'interrupt');
    assert.deepEqual(columnsInUse(model).map(({ length }) => length), [2, 2]);
    assert.deepEqual(stored(model), svdLayers(model).map(({ active }) => active));
    release(model);
    tensorFlowJs().dispose([x, y]);
  });

  test('a layer that became NaN is not pruned, and the others are', async () => {
    const tf = tensorFlowJs();
    const [x, y] = data();
    const model = svdModel();
    tf.tidy(() => model.layers[1]!.setWeights(model.layers[1]!.getWeights().map((weight) => tf.fill(weight.shape, NaN))));
    model.layers[0]!.trainable = false;
    model.compile({ optimizer: model.optimizer, loss: 'meanSquaredError' });
    const { epoch } = await fit(model, x, y, { ...settings, epochs: 2, callbacks: pruneOnSchedule({ energy: 0.5, everyStep: true }) });
    assert.equal(epoch.length, 2);
    const [first, second] = columnsInUse(model);
    assert.ok(first!.length < 8 && second!.length === 6);
    release(model);
    tf.dispose([x, y]);
  });

  test('live tensors: as many after 40 epochs as after one, and none is left', () => leavesNothing(async () => {
    const [x, y] = data();
    const model = svdModel();
    const counts: number[] = [];
    const count = { onEpochEnd: () => void counts.push(tensorFlowJs().memory().numTensors) };
    await fit(model, x, y, { ...settings, batchSize: 22, epochs: 40, callbacks: [pruneOnSchedule({ energy: 0.95, everyStep: true }), count] });
    assert.equal(counts[39], counts[0]);
    release(model);
    tensorFlowJs().dispose([x, y]);
  }));
});
