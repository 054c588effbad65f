import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { evaluate, fit, loadBackend, loadModel, lowRank, orthogonality, pruneSingularValues, saveModel, sparsity } from '../../src';
import { svdConv2d, svdDense, svdLayers, toLowRank, toPlainModel, type PruneOptions, type SvdLayer } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { leavesNothing, near, seeded } from '../layers/low-rank-checks';

before(loadBackend);

/** 16-12-10-4, of full rank, with spectra 1, 1/2, 1/4 … in no order and of both signs, and vectors that are not quite orthonormal. */
function svdModel(): tf.Sequential {
  const tf = tensorFlowJs();
  const layer = (units: number, name: string, seed: number, inputShape?: number[]) => svdDense({
    units, name, inputShape, activation: 'tanh', orthogonality: 0.1, sparsity: 0.02,
    kernelInitializer: tf.initializers.glorotUniform({ seed }), biasInitializer: tf.initializers.randomNormal({ seed }),
  });
  const model = tf.sequential({ layers: [layer(12, 'first', 1, [16]), tf.layers.dropout({ rate: 0.1 }), layer(10, 'second', 2), layer(4, 'third', 3)] });
  svdLayers(model).forEach(roughen);
  return model;
}

function roughen(layer: SvdLayer): void {
  const tf = tensorFlowJs();
  tf.tidy(() => {
    const [u, , v, bias] = layer.getWeights();
    const s = Array.from({ length: layer.rank }, (_, i) => (-1) ** i * 2 ** -((i * 7) % layer.rank));
    layer.setWeights([u!.add(seeded(u!.shape, 5).mul(0.03)), tf.tensor1d(s), v!.add(seeded(v!.shape, 6).mul(0.03)), bias!]);
  });
}

function compiled(model: tf.Sequential): tf.Sequential {
  model.compile({ optimizer: tensorFlowJs().train.adam(0.01), loss: 'meanSquaredError', metrics: [orthogonality(model), sparsity(model)] });
  return model;
}

const ranks = (model: tf.LayersModel) => svdLayers(model).map((layer) => layer.rank);
const count = (model: tf.LayersModel) => model.weights.reduce((sum, { shape }) => sum + shape.reduce<number>((all, n) => all * n!, 1), 0);
const energyOf = (s: ArrayLike<number>, k: number) => Array.from(s).slice(0, k).reduce((sum, value) => sum + value ** 2, 0);

function kernelOf(layer: SvdLayer): tf.Tensor2D {
  const [u, s, v] = layer.getWeights() as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
  return u.mul<tf.Tensor2D>(s).matMul(v, false, true) as tf.Tensor2D;
}

describe('pruneSingularValues', () => {
  for (const energy of [0.5, 0.9, 0.99, 1]) {
    test(`energy ${energy}: each layer keeps the fewest singular values that have it, the largest ones, by |s|`, () => {
      const model = svdModel();
      const { model: pruned, report } = pruneSingularValues(model, { energy });
      svdLayers(model).forEach((layer, i) => {
        const [s, k] = [layer.spectrum(), ranks(pruned)[i]!];
        assert.ok(energyOf(s, k) >= energy * energyOf(s, s.length) && energyOf(s, k - 1) < energy * energyOf(s, s.length));
        const smaller = svdLayers(pruned)[i]!;
        assert.deepEqual(smaller.getWeights()[1]!.arraySync(), [...s.slice(0, k)]);
        assert.ok(Math.abs(report.layers[i]!.energyKept - energyOf(s, k) / energyOf(s, s.length)) < 1e-6);
        tensorFlowJs().tidy(() => {
          // The kernel is the sum of the terms that stay.
          const [u, values, v] = layer.getWeights().map((weight) => weight.arraySync()) as [number[][], number[], number[][]];
          const kept = values.flatMap((value, j) => (Math.abs(value) >= s[k - 1]! ? [j] : []));
          const sum = u.map((row) => v.map((column) => kept.reduce((total, j) => total + row[j]! * values[j]! * column[j]!, 0)));
          near(kernelOf(smaller), tensorFlowJs().tensor2d(sum));
          const error = kernelOf(layer).sub(kernelOf(smaller)).norm().div(kernelOf(layer).norm()).dataSync()[0]!;
          assert.ok(Math.abs(report.layers[i]!.relativeError - error) < 1e-5);
        });
        const { name, trainable, getConfig } = layer;
        assert.deepEqual({ ...smaller.getConfig(), rank: 0 }, { ...getConfig.call(layer), rank: 0 });
        assert.deepEqual([smaller.name, smaller.trainable], [name, trainable]);
      });
      assert.deepEqual([report.parametersBefore, report.parametersAfter], [count(model), count(pruned)]);
      [model, pruned].forEach((net) => net.dispose());
    });
  }

  test('the report', () => {
    const model = svdModel();
    const { model: pruned, report } = pruneSingularValues(model, { keep: 4 });
    assert.deepEqual(ranks(pruned), [4, 4, 4]);
    const { name, kind, shape, rank, fullRank, measuredOn, parametersBefore, parametersAfter, multiplyAddsBefore, multiplyAddsAfter } = report.layers[0]!;
    const expected = { name: 'first', kind: 'Dense', shape: [16, 12], rank: 4, fullRank: 12, measuredOn: 'weights' };
    assert.deepEqual({ name, kind, shape, rank, fullRank, measuredOn }, expected);
    assert.deepEqual([parametersBefore, parametersAfter], [12 * 29 + 12, 4 * 29 + 12]);
    assert.deepEqual([multiplyAddsBefore, multiplyAddsAfter], [12 * 29, 4 * 29]);
    assert.equal(report.layers[2]!.kept, 'all its singular values stay');
    assert.equal(report.layers[0]!.kept, undefined);
    [model, pruned].forEach((net) => net.dispose());
  });

  test('recomputed: the best approximations of the kernels, with orthonormal vectors', () => {
    const model = svdModel();
    const [plain, exact] = [false, true].map((recompute) => pruneSingularValues(model, { keep: 3, recompute }));
    svdLayers(model).forEach((layer, i) => tensorFlowJs().tidy(() => {
      const smaller = svdLayers(exact!.model)[i]!;
      near(kernelOf(smaller), lowRank(kernelOf(layer), 3), 1e-4);
      const { u, v } = smaller.orthogonalityErrors();
      assert.ok(u < 1e-5 && v < 1e-5);
      assert.ok(svdLayers(plain!.model)[i]!.orthogonalityErrors().u > 1e-3);
      assert.ok(exact!.report.layers[i]!.relativeError < plain!.report.layers[i]!.relativeError);
    }));
    [model, plain!.model, exact!.model].forEach((net) => net.dispose());
  });

  test('a budget is kept, and more of it never lowers the least energy kept', () => {
    const model = svdModel();
    // 16 × 12, 12 × 10 and 10 × 4, with biases.
    const least = 29 + 23 + 15 + 26;
    let last = 0;
    for (const maxParameters of [least, least + 40, least + 200, least + 400, count(model), 10 ** 6]) {
      const { model: pruned, report } = pruneSingularValues(model, { maxParameters });
      assert.ok(count(pruned) <= maxParameters);
      const energy = Math.min(...report.layers.map(({ energyKept }) => energyKept));
      assert.ok(energy >= last);
      last = energy;
      pruned.dispose();
    }
    assert.equal(last, 1);
    assert.throws(() => pruneSingularValues(model, { maxParameters: least - 1 }), {
      name: 'RangeError',
      message: 'pruneSingularValues: maxParameters is 92; with one singular value in each layer the model has 93 parameters, so it must be at least that',
    });
    model.dispose();
  });

  test('the pruned model is compiled likewise, its metrics are its own, and it can be trained on', () => leavesNothing(async () => {
    const tf = tensorFlowJs();
    const model = compiled(svdModel());
    const [x, y] = [seeded([40, 16], 1), seeded([40, 4], 2)];
    const { model: pruned } = pruneSingularValues(model, { energy: 0.9 });
    const before = await evaluate(pruned, x, y);
    const expected = tf.tidy(() => tf.addN(svdLayers(pruned).map((layer) => layer.sparsityPenalty())).dataSync()[0]!);
    assert.ok(Math.abs(before.sparsity! - expected) < 1e-5, `${before.sparsity} is not ${expected}`);
    const original = model.getWeights().map((weight) => weight.dataSync().slice());
    const { history } = await fit(pruned, x, y, { epochs: 5, batchSize: 20, verbose: 0, seed: 1 });
    assert.ok(history.loss![4]! < history.loss![0]!);
    assert.deepEqual(model.getWeights().map((weight) => weight.dataSync()), original);
    const low = toLowRank(pruned);
    assert.deepEqual(low.metrics, []);
    (model.optimizer as tf.Optimizer).dispose();
    [low, pruned, model].forEach((net) => net.dispose());
    tf.dispose([x, y]);
  }));

  test('columns that are out of use leave', () => {
    const model = svdModel();
    svdLayers(model)[0]!.keepLargest(5);
    const { model: pruned } = pruneSingularValues(model, { energy: 1 });
    assert.deepEqual(ranks(pruned), [5, 10, 4]);
    const kept = pruneSingularValues(model, { keep: 8 });
    assert.deepEqual(ranks(kept.model), [5, 8, 4]);
    const x = seeded([3, 16], 1);
    tensorFlowJs().tidy(() => near(pruned.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor));
    x.dispose();
    [model, pruned, kept.model].forEach((net) => net.dispose());
  });

  test('a layer of zeros keeps one singular value', () => {
    const tf = tensorFlowJs();
    const model = tf.sequential({ layers: [svdDense({ units: 4, inputShape: [5], kernelInitializer: 'zeros' })] });
    for (const options of [{ energy: 0.9 }, { keep: 2 }, { maxParameters: 30 }]) {
      const { model: pruned, report } = pruneSingularValues(model, options);
      assert.deepEqual([ranks(pruned), report.layers[0]!.energyKept, report.layers[0]!.relativeError], [[1], 1, 0]);
      pruned.dispose();
    }
    model.dispose();
  });

  test('shared layers, convolutions and models within the model', () => {
    const tf = tensorFlowJs();
    const image = tf.input({ shape: [6, 6, 2] });
    const conv = svdConv2d({ filters: 6, kernelSize: 3, padding: 'same', form: 'spatial', name: 'conv', inputShape: [6, 6, 2] });
    const encoder = tf.sequential({ layers: [conv, tf.layers.globalAveragePooling2d({} as never)], name: 'encoder' });
    const shared = svdDense({ units: 6, name: 'shared' });
    const hidden = encoder.apply(image) as tf.SymbolicTensor;
    const model = tf.model({ inputs: image, outputs: shared.apply(shared.apply(hidden)) as tf.SymbolicTensor });
    svdLayers(model).forEach(roughen);
    const { model: pruned, report } = pruneSingularValues(model, { keep: 2 });
    assert.deepEqual(report.layers.map(({ name, kind, rank }) => [name, kind, rank]), [['encoder/conv', 'Conv2D', 2], ['shared', 'Dense', 2]]);
    assert.deepEqual(ranks(pruned), [2, 2]);
    assert.deepEqual(report.layers[1]!.multiplyAddsAfter, 2 * 2 * 13);
    const low = toLowRank(pruned);
    const x = seeded([2, 6, 6, 2], 1);
    tf.tidy(() => near(low.predict(x) as tf.Tensor, pruned.predict(x) as tf.Tensor));
    x.dispose();
    [model, pruned, low].forEach((net) => net.dispose());
  });

  const wrong: [unknown, string, string][] = [
    [{ energy: 0 }, 'RangeError', 'pruneSingularValues: energy is 0; it must be above 0 and at most 1'],
    [{ energy: 1.5 }, 'RangeError', 'pruneSingularValues: energy is 1.5; it must be above 0 and at most 1'],
    [{ energy: NaN }, 'RangeError', 'pruneSingularValues: energy is NaN; it must be above 0 and at most 1'],
    [{ keep: 0 }, 'RangeError', 'pruneSingularValues: keep is 0; it must be an integer from 1 on'],
    [{ keep: 1.5 }, 'RangeError', 'pruneSingularValues: keep is 1.5; it must be an integer from 1 on'],
    [{ maxParameters: 0.5 }, 'RangeError', 'pruneSingularValues: maxParameters is 0.5; it must be an integer from 1 on'],
    [{ keep: 1, recompute: 1 }, 'TypeError', 'pruneSingularValues: recompute is 1; it must be true or false'],
    [{}, 'TypeError', 'pruneSingularValues: no option tells how much stays; give exactly one of energy, keep, maxParameters'],
    [{ energy: 1, keep: 1 }, 'TypeError', 'pruneSingularValues: energy and keep exclude each other; give exactly one of energy, keep, maxParameters'],
    [{ rank: 1 }, 'TypeError', 'pruneSingularValues: there is no option rank; the options are energy, keep, maxParameters, recompute'],
    [undefined, 'TypeError', 'pruneSingularValues: options is undefined; it must be an object with one of energy, keep, maxParameters'],
  ];
  for (const [options, name, message] of wrong) {
    test(message, () => {
      const model = svdModel();
      const before = tensorFlowJs().memory().numTensors;
      assert.throws(() => pruneSingularValues(model, options as PruneOptions), { name, message });
      assert.equal(tensorFlowJs().memory().numTensors, before);
      model.dispose();
    });
  }

  test('a model without such layers, or with weights that are not finite', () => {
    const tf = tensorFlowJs();
    const plain = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    assert.throws(() => pruneSingularValues(plain, { keep: 1 }), /^RangeError: pruneSingularValues: the model has no svdDense or svdConv2d layer$/);
    assert.throws(() => toLowRank(plain), /^RangeError: toLowRank: the model has no svdDense or svdConv2d layer$/);
    const model = svdModel();
    tf.tidy(() => {
      const [u, , ...others] = model.layers[0]!.getWeights();
      model.layers[0]!.setWeights([u!, tf.fill([12], NaN), ...others]);
    });
    assert.throws(() => pruneSingularValues(model, { energy: 0.9 }), /pruneSingularValues: a weight of layer 'first' has NaN elements; all must be finite/);
    [plain, model].forEach((net) => net.dispose());
  });
});

describe('toLowRank', () => {
  for (const factors of [2, 3] as const) {
    test(`${factors} factors: the same outputs, plain layers where they are as small, saved, loaded and made plain`, async () => {
      const tf = tensorFlowJs();
      const model = svdModel();
      const { model: pruned } = pruneSingularValues(model, { keep: 4 });
      const low = toLowRank(pruned, { factors });
      // 4·(16 + 12) < 16·12, 4·(12 + 10) < 12·10, 4·(10 + 4) > 10·4.
      const kinds = low.layers.map((layer) => layer.getClassName());
      assert.deepEqual(kinds, ['LowRankDense', 'Dropout', 'LowRankDense', 'Dense']);
      assert.equal(count(low), 4 * (28 + factors - 2) + 12 + 4 * (22 + factors - 2) + 10 + 44);
      const folder = mkdtempSync(join(tmpdir(), 'svd-'));
      try {
        await Promise.all([saveModel(low, join(folder, 'low')), saveModel(pruned, join(folder, 'svd'))]);
        const others = [await loadModel(join(folder, 'low')), await loadModel(join(folder, 'svd')), toPlainModel(low)];
        const x = seeded([5, 16], 1);
        tf.tidy(() => [low, ...others].forEach((net) => near(net.predict(x) as tf.Tensor, pruned.predict(x) as tf.Tensor)));
        assert.deepEqual(ranks(others[1]!), [4, 4, 4]);
        x.dispose();
        [model, pruned, low, ...others].forEach((net) => net.dispose());
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  test('an option that there is not', () => {
    const model = svdModel();
    const pruned = pruneSingularValues(model, { keep: 2 }).model;
    const before = tensorFlowJs().memory().numTensors;
    assert.throws(() => toLowRank(pruned, { factors: 4 as 3 }), /factors is 4; it must be 2 or 3/);
    assert.throws(() => toLowRank(pruned, { singularValues: 'both' as 'left' }), /singularValues is "both"; it must be 'left', 'balanced' or 'right'/);
    assert.equal(tensorFlowJs().memory().numTensors, before);
    [model, pruned].forEach((net) => net.dispose());
  });
});
