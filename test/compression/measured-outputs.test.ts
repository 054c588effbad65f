import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { compress, denseSVD, fit, liveHandles, loadBackend, type CompressOptions, type LowRankConv2D, type LowRankDense } from '../../src';
import { OutputMoments } from '../../src/compression/output-moments';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { denseModel, inputsOf, models, predictions } from './models';

before(loadBackend);

const state = () => [tensorFlowJs().memory().numTensors, liveHandles()];

/** Compresses and disposes, with a check that nothing is left and the original is the same. */
function compressed<T>(model: tf.LayersModel, options: CompressOptions, look: (result: ReturnType<typeof compress>) => T): T {
  const [predicted, weights] = [predictions(model), model.getWeights().map((weight) => weight.dataSync().slice())];
  const start = state();
  const result = compress(model, options);
  const seen = look(result);
  // TensorFlow.js itself does not dispose layers that are called several times.
  new Set(result.model.weights).forEach((weight) => weight.dispose());
  assert.deepEqual(state(), start);
  assert.deepEqual(model.getWeights().map((weight) => weight.dataSync()), weights);
  assert.deepEqual(predictions(model), predicted);
  return seen;
}

/** In float64, row by row. */
type Rows = readonly (readonly number[])[];

/** Of all axes but the last. */
function rowsOf(x: tf.Tensor): Rows {
  const [values, width] = [x.dataSync(), x.shape.at(-1)!];
  return Array.from({ length: x.size / width }, (_, i) => Array.from(values.subarray(i * width, (i + 1) * width)));
}

/** What a model predicts, all outputs below each other. */
function shown(model: tf.LayersModel, inputs: tf.Tensor | tf.Tensor[]): Rows {
  const outputs = tensorFlowJs().tidy(() => [model.predict(inputs)].flat());
  const rows = outputs.flatMap(rowsOf);
  tensorFlowJs().dispose(outputs);
  return rows;
}

const product = (a: Rows, b: Rows): Rows => a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, i) => sum + value * b[i]![j]!, 0)));
const transpose = (a: Rows): Rows => a[0]!.map((_, j) => a.map((row) => row[j]!));
const meanOf = (a: Rows): number[] => a[0]!.map((_, j) => a.reduce((sum, row) => sum + row[j]!, 0) / a.length);
const minus = (a: Rows, b: Rows): Rows => a.map((row, i) => row.map((value, j) => value - b[i % b.length]![j]!));
const squares = (a: Rows): number => a.flat().reduce((sum, value) => sum + value ** 2, 0);

/** Σ_{j>rank} σ², below which no rows of this rank can come (Eckart and Young), and the right singular vectors. */
function decomposed(y: Rows): { dropped(rank: number): number; leading(rank: number): Rows; s: number[] } {
  const [rows, columns] = [y.length, y[0]!.length];
  const { s, v } = denseSVD(y.flat(), rows, columns);
  const width = s.length;
  return {
    dropped: (rank) => s.slice(rank).reduce((sum, value) => sum + value ** 2, 0),
    leading: (rank) => Array.from({ length: columns }, (_, i) => Array.from(v.slice(i * width, i * width + rank))),
    s: Array.from(s),
  };
}

const isClose = (actual: Rows, expected: Rows, tolerance: number) => {
  const error = Math.sqrt(squares(minus(actual, expected)) / squares(expected));
  assert.ok(error < tolerance, `a relative difference of ${error}`);
};

/** Correlated inputs with a mean, in an order that makes every batch another one. */
function examples(count: number, columns: number): tf.Tensor2D {
  const { randomNormal, range, tidy } = tensorFlowJs();
  return tidy(() => {
    const scales = range(0, columns).add(1).pow(-0.7).expandDims<tf.Tensor2D>(0);
    const mixed = randomNormal([count, columns], 0, 1, 'float32', 1).mul(scales).matMul(randomNormal([columns, columns], 0, 1, 'float32', 2));
    return mixed.add(range(0, count).div(count).expandDims(1).mul(randomNormal([1, columns], 0, 4, 'float32', 3))).add(1) as tf.Tensor2D;
  });
}

function linearModel(inputs: number, units: number, useBias = true): tf.Sequential {
  const { initializers, layers, sequential } = tensorFlowJs();
  const initial = { kernelInitializer: initializers.glorotNormal({ seed: 4 }), biasInitializer: initializers.randomNormal({ seed: 5 }) };
  return sequential({ layers: [layers.dense({ units, useBias, inputShape: [inputs], name: 'linear', ...initial })] });
}

const weightsOf = (model: tf.LayersModel, name: string): [kernel: Rows, bias: Rows] => {
  const [kernel, bias] = model.getLayer(name).getWeights();
  return [rowsOf(kernel!), bias === undefined ? [[]] : [Array.from(bias.dataSync())]];
};

describe('compress with inputs', () => {
  test('outputs that lie in a subspace are reproduced at its rank, whatever the weights are', () => {
    const { randomNormal, tidy } = tensorFlowJs();
    for (const useBias of [true, false]) {
      const model = linearModel(30, 20, useBias);
      const inputs = tidy(() => {
        const within = randomNormal([100, 3], 0, 1, 'float32', 1).matMul(randomNormal([3, 30], 0, 1, 'float32', 2));
        return useBias ? within.add(randomNormal([1, 30], 0, 3, 'float32', 3)) : within;
      });
      compressed(model, { rank: 3, inputs }, ({ model: cut, report: { layers: [layer] } }) => {
        isClose(shown(cut, inputs), shown(model, inputs), 1e-5);
        assert.ok(layer!.energyKept > 1 - 1e-6);
        const dense = (cut.layers[0] as LowRankDense).toDense();
        const [kernel, cutKernel] = [model.layers[0]!, dense].map((each) => rowsOf(each.getWeights()[0]!)) as [Rows, Rows];
        assert.ok(squares(minus(cutKernel, kernel)) > 0.5 * squares(kernel), 'the weights are not reproduced');
        dense.weights.forEach((weight) => weight.dispose());
      });
      inputs.dispose();
      model.dispose();
    }
  });

  test('no approximation of the rank, with whatever bias, has outputs nearer to the layer’s; the report says how near', () => {
    const { randomNormal, tidy } = tensorFlowJs();
    // More examples than a batch has, and a layer with more units than inputs.
    for (const [count, rows, columns, useBias] of [[1500, 24, 16, true], [1500, 24, 16, false], [300, 12, 18, true], [300, 12, 18, false]] as const) {
      const model = linearModel(rows, columns, useBias);
      const inputs = examples(count, rows);
      const y = shown(model, inputs);
      const about = useBias ? minus(y, [meanOf(y)]) : y;
      for (const rank of [1, 4]) {
        const best = decomposed(about).dropped(rank);
        const errorOf = (z: Rows) => squares(useBias ? minus(minus(y, z), [meanOf(minus(y, z))]) : minus(y, z));
        const plain = compressed(model, { rank }, ({ model: cut }) => errorOf(shown(cut, inputs)));
        compressed(model, { rank, inputs }, ({ model: cut, report: { layers: [layer] } }) => {
          const z = shown(cut, inputs);
          const error = squares(minus(y, z));
          assert.ok(Math.abs(error / best - 1) < 1e-3, `${error}, at best ${best}`);
          assert.ok(plain > 1.2 * error, 'the best approximation of the weights is another one');
          if (useBias) isClose([meanOf(z)], [meanOf(y)], 1e-5);
          assert.equal(layer!.measuredOn, 'outputs');
          assert.ok(Math.abs(layer!.relativeError - Math.sqrt(best / squares(about))) < 1e-4);
          assert.ok(Math.abs(layer!.energyKept - (1 - best / squares(about))) < 1e-4);
          for (let seed = 1; seed <= 5; seed++) {
            const random = linearModel(rows, columns, useBias);
            const factor = (shape: [number, number], of: number) => randomNormal(shape, 0, 0.3, 'float32', of);
            tidy(() => {
              random.layers[0]!.weights[0]!.write(factor([rows, rank], seed).matMul(factor([rank, columns], seed + 9)));
            });
            assert.ok(errorOf(shown(random, inputs)) > error);
            random.dispose();
          }
        });
      }
      inputs.dispose();
      model.dispose();
    }
  });

  test('kernel and bias are those of the formula in float64, for each layer on its inputs in the original model', () => {
    const { initializers, layers, model: functional } = tensorFlowJs();
    const base = denseModel();
    const dropout = layers.dropout({ rate: 0.5 }).apply(base.outputs[0]!) as tf.SymbolicTensor;
    const last = layers.dense({ units: 7, name: 'last', kernelInitializer: initializers.glorotUniform({ seed: 5 }) }).apply(dropout) as tf.SymbolicTensor;
    const model = functional({ inputs: base.inputs, outputs: last });
    const inputs = inputsOf(model, 200) as tf.Tensor;
    compressed(model, { rank: 2, inputs }, ({ model: cut, report }) => {
      for (const name of ['first', 'second', 'third', 'last']) {
        const at = functional({ inputs: model.inputs, outputs: model.getLayer(name).input as tf.SymbolicTensor });
        const x = name === 'first' ? rowsOf(inputs) : shown(at, inputs);
        const [kernel, bias] = weightsOf(model, name);
        const y = product(x, kernel);
        const mean = [meanOf(y)];
        const v = decomposed(minus(y, mean)).leading(2);
        const projection = product(v, transpose(v));
        const dense = (cut.getLayer(name) as LowRankDense).toDense();
        const [cutKernel, cutBias] = dense.getWeights();
        isClose(rowsOf(cutKernel!), product(kernel, projection), 1e-4);
        isClose([Array.from(cutBias!.dataSync())], minus(bias, minus(product(mean, projection), mean)), 1e-4);
        dense.weights.forEach((weight) => weight.dispose());
      }
      assert.deepEqual(report.layers.map(({ rank, measuredOn }) => [rank, measuredOn]), [[2, 'outputs'], [2, 'outputs'], [2, 'outputs'], [2, 'outputs']]);
    });
    inputs.dispose();
  });

  test('on white inputs it is the best approximation of the weights', () => {
    const { concat, eye, randomNormal, tidy } = tensorFlowJs();
    const model = linearModel(20, 12);
    const exact = tidy(() => concat([eye(20), eye(20).neg()]));
    const random = randomNormal([20_000, 20], 0, 1, 'float32', 6);
    const kernelOf = (options: CompressOptions) =>
      compressed(model, options, ({ model: cut }) => {
        const dense = (cut.layers[0] as LowRankDense).toDense();
        const kernel = rowsOf(dense.getWeights()[0]!);
        dense.weights.forEach((weight) => weight.dispose());
        return kernel;
      });
    for (const rank of [1, 5]) {
      const plain = kernelOf({ rank });
      isClose(kernelOf({ rank, inputs: exact }), plain, 1e-4);
      isClose(kernelOf({ rank, inputs: random }), plain, 0.1);
    }
    tensorFlowJs().dispose([exact, random]);
    model.dispose();
  });

  for (const settings of [
    { strides: 2, padding: 'same' }, { padding: 'valid', dilationRate: 2 }, { padding: 'same', dataFormat: 'channelsFirst' }, { padding: 'valid', useBias: false },
  ] as const) {
    test(`a convolution, over all positions: ${JSON.stringify(settings)}`, () => {
      const { initializers, layers, randomNormal, sequential, tidy } = tensorFlowJs();
      const isChannelsFirst = 'dataFormat' in settings;
      const inputShape = isChannelsFirst ? [3, 9, 8] : [9, 8, 3];
      const initial = { kernelInitializer: initializers.glorotNormal({ seed: 4 }), biasInitializer: initializers.randomNormal({ seed: 5 }) };
      const model = sequential({ layers: [layers.conv2d({ filters: 10, kernelSize: 3, inputShape, ...initial, ...settings })] });
      const inputs = tidy(() => randomNormal([20, ...inputShape], 0, 1, 'float32', 1).cumsum(2).add(1));
      const show = (each: tf.LayersModel) => {
        const y = tidy(() => (each.predict(inputs) as tf.Tensor).transpose(isChannelsFirst ? [0, 2, 3, 1] : [0, 1, 2, 3]));
        const rows = rowsOf(y);
        y.dispose();
        return rows;
      };
      const y = show(model);
      const isCentred = !('useBias' in settings);
      const best = decomposed(isCentred ? minus(y, [meanOf(y)]) : y).dropped(3);
      compressed(model, { rank: 3, inputs }, ({ model: cut, report: { layers: [layer] } }) => {
        const error = squares(minus(y, show(cut)));
        assert.ok(Math.abs(error / best - 1) < 1e-3, `${error}, at best ${best}`);
        assert.deepEqual([(cut.layers[0] as LowRankConv2D).form, layer!.measuredOn], ['channel', 'outputs']);
      });
      const spatial = compressed(model, { rank: 3, inputs, convolutions: 'spatial' }, ({ report }) => report.layers[0]!);
      assert.deepEqual(spatial, compressed(model, { rank: 3, convolutions: 'spatial' }, ({ report }) => report.layers[0]!));
      assert.equal(spatial.measuredOn, 'weights');
      inputs.dispose();
      model.dispose();
    });
  }

  test('a shared layer: over all its calls', () => {
    const { input, layers, model: functional, tidy } = tensorFlowJs();
    const [a, b] = ['a', 'b'].map((name) => input({ shape: [16], name })) as [tf.SymbolicTensor, tf.SymbolicTensor];
    const shared = layers.dense({ units: 12, name: 'shared' });
    const model = functional({ inputs: [a, b], outputs: [shared.apply(a), shared.apply(b)] as tf.SymbolicTensor[] });
    const inputs = tidy(() => [examples(200, 16), examples(200, 16).reverse(1).mul(2)]);
    const y = shown(model, inputs);
    const best = decomposed(minus(y, [meanOf(y)])).dropped(3);
    compressed(model, { rank: 3, inputs }, ({ model: cut }) => {
      const error = squares(minus(y, shown(cut, inputs)));
      assert.ok(Math.abs(error / best - 1) < 1e-3, `${error}, at best ${best}`);
    });
    tensorFlowJs().dispose(inputs);
  });

  test('energy, a budget and a rule of one’s own go by the outputs', () => {
    const { tidy } = tensorFlowJs();
    const model = denseModel();
    const inputs = tidy(() => examples(300, 16).cumsum(1));
    const y = product(rowsOf(inputs), weightsOf(model, 'first')[0]);
    const { s } = decomposed(minus(y, [meanOf(y)]));
    const seen: number[] = [];
    compressed(model, { inputs, rule: ({ name, s }) => (name === 'first' ? seen.push(...s) && 1 : 'keep') }, () => undefined);
    assert.equal(seen.length, 16);
    isClose([seen], [s.slice(0, 16).map((value) => value / Math.sqrt(300))], 1e-4);
    const share = (rank: number) => s.slice(0, rank).reduce((sum, value) => sum + value ** 2, 0) / s.reduce((sum, value) => sum + value ** 2, 0);
    const first = (options: CompressOptions) => compressed(model, options, ({ report }) => report.layers[0]!);
    const { rank, energyKept } = first({ energy: 0.9, inputs });
    assert.ok(share(rank!) >= 0.9 && share(rank! - 1) < 0.9 && Math.abs(energyKept - share(rank!)) < 1e-4);
    assert.ok(rank! < (first({ energy: 0.9 }).rank ?? 16), 'by the weights it is another one');
    const least = (options: CompressOptions) =>
      compressed(model, { ...options, inputs }, ({ model: cut, report }) => {
        assert.ok(cut.countParams() <= 400);
        return Math.min(...report.layers.map(({ energyKept }) => energyKept));
      });
    const byWeights = compressed(model, { maxParameters: 400 }, ({ report }) =>
      Object.fromEntries(report.layers.map(({ name, rank }) => [name, rank ?? ('keep' as const)])));
    assert.ok(least({ maxParameters: 400 }) > least({ perLayer: byWeights }));
    inputs.dispose();
    model.dispose();
  });

  test('two factors hold the norms as they are told, and three apart; the right one is orthonormal', () => {
    const model = linearModel(16, 12);
    const inputs = examples(100, 16);
    const factors = (options: Partial<CompressOptions>) =>
      compressed(model, { rank: 3, inputs, ...options }, ({ model: cut }) => cut.layers[0]!.getWeights().slice(0, -1).map(rowsOf));
    const norms = (columns: Rows) => [transpose(columns).map((column) => Math.sqrt(squares([column])))];
    const [left, v] = factors({ singularValues: 'left' }) as [Rows, Rows];
    isClose(product(v, transpose(v)), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], 1e-5);
    isClose(left, product(weightsOf(model, 'linear')[0], transpose(v)), 1e-4);
    const [u, right] = factors({ singularValues: 'right' }) as [Rows, Rows];
    isClose(norms(u), [[1, 1, 1]], 1e-5);
    isClose(product(u, right), product(left, v), 1e-4);
    const balanced = factors({}) as [Rows, Rows];
    isClose(norms(balanced[0]), norms(transpose(balanced[1])), 1e-4);
    isClose(product(...balanced), product(left, v), 1e-4);
    const three = factors({ factors: 3 }) as [Rows, Rows, Rows];
    isClose(three[1].map(([s]) => [s!]), transpose(norms(left)), 1e-4);
    isClose(three[2], transpose(v), 1e-4);
    inputs.dispose();
    model.dispose();
  });

  test('models of every kind: what cannot be measured is approximated by its weights', () => {
    const measured: Record<string, Record<string, string>> = {};
    for (const [what, make] of Object.entries(models)) {
      const model = make();
      if (!predictionsHaveKernels(model)) continue;
      const inputs = inputsOf(model, 40);
      measured[what] = compressed(model, { rank: 1, inputs }, ({ report, model: cut }) => {
        assert.ok(predictions(cut).flat().every(Number.isFinite));
        return Object.fromEntries(report.layers.map(({ name, measuredOn }) => [name, measuredOn]));
      });
      tensorFlowJs().dispose(inputs);
    }
    const kinds = (what: string) => Object.values(measured[what]!);
    assert.deepEqual(kinds('a sequence of dense layers'), ['outputs', 'outputs', 'outputs']);
    assert.deepEqual(kinds('convolutions'), ['outputs', 'outputs', 'outputs']);
    assert.deepEqual(kinds('a shared layer, two inputs and two outputs'), ['outputs', 'outputs', 'outputs']);
    assert.deepEqual(kinds('layers on top of a frozen model'), ['outputs', 'outputs', 'outputs', 'outputs']);
    assert.deepEqual(kinds('a model that is called twice in another one'), ['weights', 'outputs']);
    assert.deepEqual(kinds('recurrent layers, one with the state of the other'), ['outputs']);
    assert.equal(measured['sequences in a sequence']!['second/inner'], 'weights');
  });

  test('outputs that do not vary, and a bias that is constrained', () => {
    const { constraints, dispose, fill, layers, sequential } = tensorFlowJs();
    const model = linearModel(16, 12);
    const constant = fill([50, 16], 0.3);
    compressed(model, { rank: 2, inputs: constant }, ({ report }) => {
      assert.deepEqual(report.layers, compressed(model, { rank: 2 }, (other) => other.report.layers));
      assert.equal(report.layers[0]!.measuredOn, 'weights');
    });
    const few = examples(3, 16);
    compressed(model, { rank: 5, inputs: few }, ({ model: cut }) => isClose(shown(cut, few), shown(model, few), 1e-5));
    const positive = sequential({ layers: [layers.dense({ units: 12, inputShape: [16], biasConstraint: constraints.nonNeg() })] });
    compressed(positive, { rank: 1, inputs: constant }, ({ model: cut, report }) => {
      assert.deepEqual(cut.getWeights().at(-1)!.dataSync(), positive.getWeights().at(-1)!.dataSync());
      assert.equal(report.layers[0]!.measuredOn, 'outputs');
      isClose(shown(cut, constant), shown(positive, constant), 1e-5);
    });
    dispose([constant, few]);
    [model, positive].forEach((each) => each.dispose());
  });

  test('huge and tiny outputs', () => {
    const { tidy } = tensorFlowJs();
    const model = linearModel(16, 12, false);
    const inputs = examples(40, 16);
    const ranks = [1e17, 1, 1e-17].map((scale) => {
      const scaled = tidy(() => inputs.mul(scale));
      const { rank, energyKept } = compressed(model, { energy: 0.9, inputs: scaled }, ({ report }) => report.layers[0]!);
      scaled.dispose();
      return [rank, energyKept.toFixed(4)];
    });
    assert.deepEqual(ranks[0], ranks[1]);
    assert.deepEqual(ranks[2], ranks[1]);
    inputs.dispose();
    model.dispose();
  });

  test('only layers that may be compressed are measured', () => {
    const { layers, ones, sequential } = tensorFlowJs();
    // The covariance of its outputs would have 10¹⁰ elements.
    const model = sequential({ layers: [layers.dense({ units: 8, inputShape: [8] }), layers.dense({ units: 100_000, useBias: false, name: 'large' })] });
    const inputs = ones([4, 8]);
    compressed(model, { rank: 1, inputs, layers: ({ name }) => name !== 'large' }, ({ report }) => assert.equal(report.layers[1]!.rank, null));
    inputs.dispose();
    model.dispose();
  });

  test('a model with a state is not run', () => {
    const { layers, sequential, zeros } = tensorFlowJs();
    const reader = layers.simpleRNN({ units: 4, stateful: true, batchInputShape: [6, 5, 3] });
    const model = sequential({ layers: [reader, layers.dense({ units: 9 }), layers.dense({ units: 9 })] });
    const inputs = zeros([6, 5, 3]);
    const states = () => (reader as unknown as { readonly states_: readonly tf.Tensor[] }).states_.map(({ id }) => id);
    const start = states();
    const { model: cut, report } = compress(model, { rank: 1, inputs });
    assert.deepEqual(report.layers.map(({ measuredOn }) => measuredOn), ['weights', 'weights']);
    assert.deepEqual(states(), start);
    cut.dispose();
    inputs.dispose();
  });

  test('what comes out can be trained on', async () => {
    const { ones, zeros } = tensorFlowJs();
    const model = denseModel();
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const [x, y] = [ones([8, 16]), zeros([8, 4])];
    const inputs = examples(50, 16);
    const { model: cut } = compress(model, { energy: 0.8, inputs });
    const { loss } = (await fit(cut, x, y, { epochs: 5, verbose: 0 })).history as { loss: number[] };
    assert.ok(loss.at(-1)! < loss[0]!);
    [cut, model].forEach((each) => each.dispose());
    tensorFlowJs().dispose([x, y, inputs]);
  });

  describe('refuses, and leaves nothing behind:', () => {
    const cases: readonly (readonly [() => unknown, 'TypeError' | 'RangeError', string])[] = [
      [() => 3, 'TypeError', "compress: inputs is a number; it must be a tensor of numbers, or one for each of the model's inputs"],
      [() => null, 'TypeError', "compress: inputs is null; it must be a tensor of numbers, or one for each of the model's inputs"],
      [() => [], 'TypeError', "compress: inputs is an empty array; it must be a tensor of numbers, or one for each of the model's inputs"],
      [() => tensorFlowJs().tensor(['a']), 'TypeError', "compress: inputs is a tensor of type string; it must be a tensor of numbers, or one for each of the model's inputs"],
      [() => [tensorFlowJs().zeros([2, 4])], 'RangeError', "compress: inputs has 1 tensor; the model has the inputs 'b', 'a'"],
      [() => [tensorFlowJs().zeros([2, 4]), tensorFlowJs().zeros([2, 5])], 'RangeError', "compress: inputs for 'a' has the shape [2,5]; it must be [examples, 4]"],
      [() => [tensorFlowJs().zeros([4]), tensorFlowJs().zeros([2, 4])], 'RangeError', "compress: inputs for 'b' has the shape [4]; it must be [examples, 4]"],
      [() => [tensorFlowJs().zeros([2, 4]), tensorFlowJs().zeros([3, 4])], 'RangeError', "compress: inputs has 2 examples for 'b' and 3 for 'a'; there must be as many"],
      [() => [tensorFlowJs().zeros([0, 4]), tensorFlowJs().zeros([0, 4])], 'RangeError', 'compress: inputs has no examples; there must be one or more'],
      [() => [tensorFlowJs().fill([2, 4], NaN), tensorFlowJs().zeros([2, 4])], 'RangeError', "compress: inputs for 'b' has NaN elements; all must be finite"],
      [() => [tensorFlowJs().tensor2d([[1e30, 0, 0, 0], [-1e30, 0, 0, 0]]), tensorFlowJs().zeros([2, 4])], 'RangeError',
        "compress: the outputs of layer 'shared' on the inputs are not finite, or their squares are not"],
    ];
    for (const [make, name, message] of cases) {
      test(message, () => {
        const model = models['a shared layer, two inputs and two outputs']!();
        const inputs = make();
        const start = state();
        assert.throws(() => compress(model, { rank: 1, inputs } as CompressOptions), { name, message });
        assert.deepEqual(state(), start);
        tensorFlowJs().dispose(inputs as tf.Tensor[]);
      });
    }

    test('examples of another shape, by the name of the input of a sequential model', () => {
      const model = tensorFlowJs().sequential({ layers: [tensorFlowJs().layers.dense({ name: 'first', units: 2, inputShape: [4] })] });
      const inputs = tensorFlowJs().zeros([5, 3]);
      const message = "compress: inputs for 'first_input' has the shape [5,3]; it must be [examples, 4]";
      assert.throws(() => compress(model, { rank: 1, inputs }), { name: 'RangeError', message });
      inputs.dispose();
      model.dispose();
    });
  });
});

describe('OutputMoments', () => {
  test('of batches are those of all rows, also where the mean is large beside the differences', () => {
    const { randomNormal, tidy } = tensorFlowJs();
    const y = tidy(() => randomNormal([90, 5], 0, 1, 'float32', 1).add(randomNormal([1, 5], 0, 1000, 'float32', 2)) as tf.Tensor2D);
    const rows = rowsOf(y);
    const about = minus(rows, [meanOf(rows)]);
    const centred = new OutputMoments(5, true);
    const plain = new OutputMoments(5, false);
    tidy(() => [0, 40, 41].forEach((from, at) => [centred, plain].forEach((each) => each.add(y.slice([from], [[40, 1, 49][at]!]) as tf.Tensor2D))));
    isClose([Array.from(centred.mean)], [meanOf(rows)], 1e-6);
    isClose([Array.from(centred.covariance())], [product(transpose(about), about).flat().map((sum) => sum / 90)], 1e-4);
    isClose([Array.from(plain.covariance())], [product(transpose(rows), rows).flat().map((sum) => sum / 90)], 1e-5);
    assert.deepEqual(Array.from(plain.mean), [0, 0, 0, 0, 0]);
    y.dispose();
  });
});

function predictionsHaveKernels(model: tf.LayersModel): boolean {
  const has = (each: tf.LayersModel): boolean => each.layers.some((layer) =>
    ['Dense', 'Conv2D'].includes(layer.getClassName()) || ('layers' in layer && has(layer as tf.LayersModel)));
  return has(model);
}
