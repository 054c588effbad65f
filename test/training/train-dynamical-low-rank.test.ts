import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Matrix, QrDecomposition, SingularValueDecomposition } from 'ml-matrix';
import type * as tf from '@tensorflow/tfjs';
import { evaluate, liveHandles, loadBackend, trainDynamicalLowRank, type DynamicalLowRankOptions } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { clusters } from './clusters';

const [examples, inputs, hidden, classes, batchSize] = [240, 24, 20, 4, 60];

describe('dynamical low-rank training', () => {
  let x: tf.Tensor2D;
  let y: tf.Tensor2D;

  before(async () => {
    await loadBackend();
    ({ x, y } = clusters(examples, inputs, classes));
  });
  after(() => tensorFlowJs().dispose([x, y]));

  function network(): tf.Sequential {
    const { initializers, layers, sequential } = tensorFlowJs();
    const dense = (name: string, units: number, seed: number, activation: 'relu' | 'softmax', inputShape?: number[]) =>
      layers.dense({ name, units, activation, inputShape, kernelInitializer: initializers.glorotUniform({ seed }) });
    return sequential({ layers: [
      dense('first', hidden, 1, 'relu', [inputs]), dense('second', hidden, 2, 'relu'), layers.dropout({ rate: 0 }), dense('last', classes, 3, 'softmax'),
    ] });
  }

  const kernels = (model: tf.Sequential) => ['first', 'second', 'last'].map((name) => {
    const layer = model.getLayer(name) as tf.layers.Layer & { toDense?(): tf.layers.Layer };
    const dense = layer.toDense?.() ?? layer;
    const [kernel, bias] = dense.getWeights();
    return { kernel: new Matrix(kernel!.arraySync() as number[][]), bias: Array.from(bias!.dataSync()) };
  });

  /** Algorithm 1 for one batch, with dense matrices and QR decompositions in float64. */
  function reference(start: ReturnType<typeof kernels>, rank: number, rate: number, tolerance: number) {
    const rows = (all: tf.Tensor2D) => new Matrix(all.slice([0, 0], [batchSize, all.shape[1]]).arraySync());
    const [xs, ys] = [rows(x), rows(y)];
    const truncated = start.map(({ kernel }, at) => (at === 2 ? undefined : leading(kernel, rank)));
    const weights = start.map(({ kernel }, at) => (truncated[at] === undefined ? kernel : product(truncated[at]!)));
    const hs = [xs];
    for (const [at, { bias }] of start.entries()) {
      const z = hs[at]!.mmul(weights[at]!).addRowVector(bias);
      hs.push(at < 2 ? z.apply(relu) : softmax(z));
    }
    let delta = Matrix.sub(hs[3]!, ys).div(batchSize);
    const updated: { kernel: Matrix; bias: number[]; rank?: number }[] = [];
    for (let at = 2; at >= 0; at--) {
      const gradient = hs[at]!.transpose().mmul(delta);
      const bias = start[at]!.bias.map((value, i) => value - rate * delta.getColumn(i).reduce((a, b) => a + b, 0));
      updated.unshift({ bias, ...(truncated[at] === undefined ? { kernel: Matrix.sub(weights[at]!, Matrix.mul(gradient, rate)) } : step(truncated[at]!, gradient)) });
      delta = delta.mmul(weights[at]!.transpose());
      if (at > 0) delta = Matrix.mul(delta, hs[at]!.clone().apply(function (i, j) { this.set(i, j, this.get(i, j) > 0 ? 1 : 0); }));
    }
    return updated;

    function step({ u, s, v }: Triplets, gradient: Matrix) {
      const k = Matrix.sub(u.mmul(Matrix.diag(s)), Matrix.mul(gradient.mmul(v), rate));
      const l = Matrix.sub(v.mmul(Matrix.diag(s)), Matrix.mul(gradient.transpose().mmul(u), rate));
      const basis = (a: Matrix, b: Matrix) => new QrDecomposition(Matrix.from1DArray(a.rows, 2 * rank, Array.from({ length: a.rows }, (_, i) => [...b.getRow(i), ...a.getRow(i)]).flat())).orthogonalMatrix.subMatrix(0, a.rows - 1, 0, 2 * rank - 1);
      const [left, right] = [basis(k, u), basis(l, v)];
      const core = left.transpose().mmul(Matrix.sub(u.mmul(Matrix.diag(s)).mmul(v.transpose()), Matrix.mul(gradient, rate))).mmul(right);
      const all = new SingularValueDecomposition(core);
      const squares = all.diagonal.map((value) => value ** 2);
      const total = squares.reduce((a, b) => a + b, 0);
      const kept = Math.min(rank, squares.findIndex((_, at) => squares.slice(at).reduce((a, b) => a + b, 0) <= tolerance ** 2 * total) >>> 0);
      const cut = new SingularValueDecomposition(core);
      const inner = cut.leftSingularVectors.mmul(Matrix.diag(cut.diagonal.map((value, at) => (at < kept ? value : 0)))).mmul(cut.rightSingularVectors.transpose());
      return { kernel: left.mmul(inner).mmul(right.transpose()), rank: kept };
    }
  }

  const oneStep: DynamicalLowRankOptions = { tolerance: 0.05, maxRank: { first: 5, second: 5 }, epochs: 1, batchSize, learningRate: 0.5, shuffle: false };
  const firstBatch = () => [x.slice([0, 0], [batchSize, inputs]), y.slice([0, 0], [batchSize, classes])] as const;

  for (const tolerance of [0, 0.05, 0.3]) {
    test(`one step with τ = ${tolerance} is that of the published algorithm`, async () => {
      const model = network();
      const [xs, ys] = firstBatch();
      const { model: trained, epochs } = await trainDynamicalLowRank(model, xs, ys, { ...oneStep, tolerance });
      const expected = reference(kernels(model), 5, 0.5, tolerance);
      for (const [at, { kernel, bias }] of kernels(trained).entries()) {
        const error = Matrix.sub(kernel, expected[at]!.kernel).norm() / expected[at]!.kernel.norm();
        assert.ok(error < 2e-5, `layer ${at} differs by ${error}`);
        bias.forEach((value, i) => assert.ok(Math.abs(value - expected[at]!.bias[i]!) < 1e-6));
      }
      assert.deepEqual(epochs[0]!.ranks, { first: expected[0]!.rank, second: expected[1]!.rank });
      for (const each of [trained, model]) each.dispose();
      tensorFlowJs().dispose([xs, ys]);
    });
  }

  test('the ranks grow up to the largest where the tolerance is small, and fall where it is large', async () => {
    const model = network();
    const ranksAt = async (tolerance: number) => {
      const { model: trained, epochs } = await trainDynamicalLowRank(model, x, y, { tolerance, maxRank: { first: 8, second: 8 }, epochs: 6, batchSize, learningRate: 0.2 });
      trained.dispose();
      return epochs.map(({ ranks }) => ranks.first! + ranks.second!);
    };
    const [small, middle, large] = [await ranksAt(0), await ranksAt(0.4), await ranksAt(0.6)];
    assert.ok(small.every((sum) => sum === 16), `${small}`);
    assert.ok(middle.at(-1)! < 16 && large.at(-1)! < middle.at(-1)!, `${middle} and ${large}`);
    assert.ok(large.every((sum) => sum >= 2));
    model.dispose();
  });

  test('it learns, the loss falls, and the net has the ranks that it reports', async () => {
    const tf = tensorFlowJs();
    const model = network();
    const before = [tf.memory().numTensors, liveHandles()];
    const { model: trained, epochs, stoppedBy } = await trainDynamicalLowRank(model, x, y, { tolerance: 0.1, maxRank: 4, epochs: 12, batchSize, learningRate: 0.2 });
    assert.equal(stoppedBy, 'epochs');
    assert.ok(epochs.at(-1)!.loss < 0.5 * epochs[0]!.loss, epochs.map(({ loss }) => loss.toFixed(3)).join(' '));
    trained.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const { acc } = await evaluate(trained, x, y);
    assert.ok(acc! > 0.9, `accuracy ${acc}`);
    assert.deepEqual(trained.layers.filter((layer) => layer.getClassName() === 'LowRankDense').map((layer) => layer.getConfig().rank), [epochs.at(-1)!.ranks.first, epochs.at(-1)!.ranks.second]);
    trained.dispose();
    assert.deepEqual([tf.memory().numTensors, liveHandles()], before);
    model.dispose();
  });

  test('interrupted it gives what was learnt', async () => {
    const model = network();
    const stop = new AbortController();
    const onEpoch = ({ epoch }: { epoch: number }) => epoch === 1 && stop.abort();
    const { model: trained, epochs, stoppedBy } = await trainDynamicalLowRank(model, x, y, { ...oneStep, epochs: 50, onEpoch, signal: stop.signal });
    assert.deepEqual([stoppedBy, epochs.length], ['interrupt', 2]);
    for (const each of [trained, model]) each.dispose();
  });

  describe('refuses, before anything is changed', () => {
    const cases: [string, Partial<DynamicalLowRankOptions>, RegExp][] = [
      ['a tolerance of 1', { tolerance: 1 }, /tolerance is 1; it must be at least 0 and below 1/],
      ['a rank of 0', { maxRank: 0 }, /maxRank is 0/],
      ['a rate of 0', { learningRate: () => 0 }, /learningRate is 0 in epoch 0/],
      ['a layer that is none', { maxRank: { third: 3 } }, /maxRank names 'third', which is no dense layer; there are first, second, last/],
      ['no layer at all', { maxRank: {} }, /maxRank must name one/],
    ];
    for (const [name, options, message] of cases) {
      test(name, async () => {
        const model = network();
        await assert.rejects(trainDynamicalLowRank(model, x, y, { ...oneStep, ...options }), { name: 'RangeError', message });
        model.dispose();
      });
    }

    test('a layer with weights that is not dense', async () => {
      const { layers, sequential } = tensorFlowJs();
      const model = sequential({ layers: [layers.dense({ units: 3, inputShape: [inputs] }), layers.batchNormalization({ name: 'norm' }), layers.dense({ units: classes })] });
      await assert.rejects(trainDynamicalLowRank(model, x, y, oneStep), { name: 'RangeError', message: /layer 'norm' is a BatchNormalization/ });
      model.dispose();
    });
  });

  test('a loss that becomes NaN is said with the rate', async () => {
    const model = network();
    await assert.rejects(trainDynamicalLowRank(model, x, y, { ...oneStep, epochs: 4, learningRate: 1e20 }), { name: 'RangeError' });
    model.dispose();
  });
});

interface Triplets {
  readonly u: Matrix;
  readonly s: number[];
  readonly v: Matrix;
}

function leading(kernel: Matrix, rank: number): Triplets {
  const all = new SingularValueDecomposition(kernel, { autoTranspose: true });
  const columns = (of: Matrix) => of.subMatrix(0, of.rows - 1, 0, rank - 1);
  return { u: columns(all.leftSingularVectors), s: all.diagonal.slice(0, rank), v: columns(all.rightSingularVectors) };
}

function product({ u, s, v }: Triplets): Matrix {
  return u.mmul(Matrix.diag(s)).mmul(v.transpose());
}

function relu(this: Matrix, i: number, j: number): void {
  this.set(i, j, Math.max(0, this.get(i, j)));
}

function softmax(z: Matrix): Matrix {
  return new Matrix(z.to2DArray().map((row) => {
    const powers = row.map((value) => Math.exp(value - Math.max(...row)));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  }));
}
