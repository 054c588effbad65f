import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { compress, fit, liveHandles, loadBackend, svd, type CompressOptions, type LowRankConv2D, type LowRankDense } from '../../src';
import { runsNatively } from '../../src/tensorflow/backend';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { convolutionModel, denseModel, largestDifference, models, predictions } from './models';

before(loadBackend);

const tensors = () => tensorFlowJs().memory().numTensors;

/** Compresses and disposes, with a check that nothing is left and the original is the same. */
function compressed<T>(model: tf.LayersModel, options: CompressOptions, look: (result: ReturnType<typeof compress>) => T): T {
  const weights = model.getWeights().map((weight) => weight.dataSync().slice());
  const before = [tensors(), liveHandles()];
  const result = compress(model, options);
  const seen = look(result);
  result.model.dispose();
  assert.deepEqual([tensors(), liveHandles()], before);
  assert.deepEqual(model.getWeights().map((weight) => weight.dataSync()), weights);
  return seen;
}

const ranksOf = (result: ReturnType<typeof compress>) => result.report.layers.map(({ rank }) => rank);

function spectrumOf(layer: tf.layers.Layer): number[] {
  return tensorFlowJs().tidy(() => Array.from(svd(layer.getWeights()[0] as tf.Tensor2D, { computeUV: false }).dataSync()));
}

const squares = (values: readonly number[]) => values.reduce((sum, value) => sum + value ** 2, 0);

describe('compress', () => {
  test('by rank: kernels are their best approximations, all else is the same', () => {
    const { tidy } = tensorFlowJs();
    const model = denseModel();
    compressed(model, { rank: 3 }, ({ model: cut, report }) => {
      assert.equal(cut.constructor, model.constructor);
      assert.deepEqual(cut.layers.map(({ name }) => name), model.layers.map(({ name }) => name));
      assert.deepEqual(cut.layers.map((layer) => layer.getClassName()), ['LowRankDense', 'BatchNormalization', 'LowRankDense', 'Dense']);
      for (const { name, shape, rank, energyKept, relativeError } of report.layers.slice(0, 2)) {
        const s = spectrumOf(model.getLayer(name));
        assert.deepEqual([rank, shape], [3, model.getLayer(name).getWeights()[0]!.shape]);
        assert.ok(Math.abs(energyKept - squares(s.slice(0, 3)) / squares(s)) < 1e-5);
        assert.ok(Math.abs(relativeError - Math.sqrt(squares(s.slice(3)) / squares(s))) < 1e-5);
        const error = tidy(() => {
          const dense = (cut.getLayer(name) as LowRankDense).toDense();
          const [kernel, bias] = dense.getWeights();
          const [whole, wholeBias] = model.getLayer(name).getWeights();
          assert.deepEqual(bias!.dataSync(), wholeBias!.dataSync());
          const difference = kernel!.sub(whole!).norm().dataSync()[0]! / whole!.norm().dataSync()[0]!;
          dense.weights.forEach((weight) => weight.dispose());
          return difference;
        });
        assert.ok(Math.abs(relativeError - error) < 1e-5, `${relativeError} in the report, ${error} in truth`);
      }
      assert.match(report.layers[2]!.kept!, /^factors of rank 3 would have 48 parameters for 48$/);
      assert.equal(report.parametersAfter, cut.countParams());
      assert.equal(report.parametersBefore, model.countParams());
    });
    model.dispose();
  });

  test('the parameters of the assignments: 784-100-50-10 at three sets of ranks, 784-5×1024-10 at rank 20', () => {
    const { layers, sequential } = tensorFlowJs();
    const network = (...units: number[]) => {
      const dense = (count: number, at: number) => layers.dense({ units: count, name: `layer_${at}`, inputShape: at === 0 ? [784] : undefined });
      return sequential({ layers: units.map(dense) });
    };
    const small = network(100, 50, 10);
    assert.equal(small.countParams(), 84_060);
    for (const [ranks, parameters] of [[[50, 25, 5], 48_410], [[25, 12, 2], 24_180], [[12, 6, 1], 11_728]] as const) {
      const perLayer = Object.fromEntries(ranks.map((rank, at) => [`layer_${at}`, rank]));
      compressed(small, { perLayer }, ({ model, report }) => assert.deepEqual([model.countParams(), report.parametersAfter], [parameters, parameters]));
    }
    small.dispose();
    // In plain JavaScript it takes long.
    if (!runsNatively()) return;
    const large = network(1024, 1024, 1024, 1024, 1024, 10);
    compressed(large, { rank: 20 }, ({ report }) => assert.deepEqual([report.parametersBefore, report.parametersAfter], [5_012_490, 215_370]));
    large.dispose();
  });

  test('a rank that a layer does not exceed leaves it, and one beyond all layers leaves the model', () => {
    const model = denseModel();
    const reasons = (rank: number) => compressed(model, { rank }, ({ report }) => report.layers.map(({ kept }) => kept));
    assert.deepEqual(reasons(4), [undefined, undefined, 'it has 4 singular values']);
    assert.deepEqual(reasons(1000), ['it has 16 singular values', 'it has 12 singular values', 'it has 4 singular values']);
    model.dispose();
  });

  test('a large kernel is approximated without a full decomposition, nearly as well', () => {
    const { layers, sequential, tidy, randomNormal } = tensorFlowJs();
    const model = sequential({ layers: [layers.dense({ units: 200, inputShape: [180], useBias: false })] });
    tidy(() => {
      const spikes = randomNormal([180, 6], 0, 1, 'float32', 2).matMul(randomNormal([6, 200], 0, 3, 'float32', 3));
      model.setWeights([randomNormal([180, 200], 0, 1, 'float32', 1).add(spikes)]);
    });
    const s = spectrumOf(model.layers[0]!);
    for (const rank of [2, 10]) {
      const { relativeError, energyKept } = compressed(model, { rank }, ({ report }) => report.layers[0]!);
      const best = Math.sqrt(squares(s.slice(rank)) / squares(s));
      assert.ok(relativeError >= best * (1 - 1e-5) && relativeError <= best * (1 + 3e-4), `rank ${rank}: ${relativeError}, at best ${best}`);
      assert.ok(Math.abs(energyKept - (1 - relativeError ** 2)) < 1e-6);
    }
    model.dispose();
  });

  test('a kernel of exactly this rank loses nothing', () => {
    const { layers, sequential, tidy, randomNormal } = tensorFlowJs();
    const model = sequential({ layers: [layers.dense({ units: 150, inputShape: [160], useBias: false })] });
    tidy(() => model.setWeights([randomNormal([160, 4], 0, 1, 'float32', 2).matMul(randomNormal([4, 150], 0, 1, 'float32', 3))]));
    const shown = predictions(model);
    compressed(model, { rank: 4 }, ({ model: cut, report }) => {
      assert.ok(report.layers[0]!.relativeError < 3e-6, `an error of ${report.layers[0]!.relativeError}`);
      assert.ok(largestDifference(predictions(cut), shown) < 1e-3);
    });
    model.dispose();
  });

  test('by energy: each layer has the smallest rank that keeps so much', () => {
    const model = denseModel();
    for (const energy of [0.3, 0.6]) {
      compressed(model, { energy }, ({ report }) => {
        for (const { name, rank, energyKept, kept } of report.layers) {
          const s = spectrumOf(model.getLayer(name));
          const smallest = 1 + s.findIndex((_, k) => squares(s.slice(0, k + 1)) >= energy * squares(s));
          if (kept === undefined) assert.equal(rank, smallest);
          else assert.match(kept, new RegExp(`^factors of rank ${smallest} would have`));
          assert.ok(energyKept >= energy);
        }
      });
    }
    compressed(model, { energy: 1 }, ({ model: cut }) => assert.ok(largestDifference(predictions(cut), predictions(model)) < 1e-5));
    model.dispose();
  });

  test('by ratio and by parameters: the whole model keeps to the budget, and uses most of it', () => {
    for (const model of [denseModel(), convolutionModel(), models['a model that is called twice in another one']!()]) {
      const all = model.countParams();
      for (const ratio of [1, 1.2, 1.4]) {
        const after = compress(model, { ratio });
        assert.ok(after.model.countParams() <= all / ratio);
        assert.ok(after.report.ratio >= ratio);
        const same = compress(model, { maxParameters: Math.floor(all / ratio) });
        assert.deepEqual(same.report.toJSON(), after.report.toJSON());
        const largestStep = Math.max(...after.report.layers.map(({ shape: [rows, columns] }) => rows + columns));
        assert.ok(after.model.countParams() > all / ratio - largestStep, `${after.model.countParams()} of ${all / ratio}`);
      }
      const least = Number(/the model has (\d+)/.exec(messageOf(() => compress(model, { maxParameters: 1 })))![1]);
      assert.equal(compress(model, { maxParameters: least }).model.countParams(), least);
      assert.throws(() => compress(model, { maxParameters: least - 1 }), { name: 'RangeError' });
    }
  });

  test('per layer: by name before pattern, in order; what is not named stays', () => {
    const model = denseModel();
    const { report } = compress(model, { perLayer: { '*ir*': 2, third: 'keep' } });
    assert.deepEqual(report.layers.map(({ rank, kept }) => rank ?? kept), [2, 'not named in perLayer', 'kept by perLayer']);
    assert.deepEqual(compressed(model, { perLayer: { 's*': { tolerance: 0.6 }, '*': { parameters: 40 } } }, ranksOf).slice(0, 1), [1]);
    assert.deepEqual(compressed(model, { perLayer: { first: ({ s }) => s.length - 9, second: { ratio: 4 } } }, ranksOf), [7, 1, null]);
    model.dispose();
    const nested = models['a model that is called twice in another one']!();
    assert.deepEqual(ranksOf(compress(nested, { perLayer: { 'encoder/*': 1 } })), [1, null]);
  });

  test('by a rule of one’s own, which sees each layer and its spectrum', () => {
    const model = denseModel();
    const seen: unknown[] = [];
    const ranks = compressed(model, {
      rule: ({ name, kind, s, rows, columns }) => {
        seen.push([name, kind, s.length, rows, columns]);
        return name === 'second' ? 'keep' : 1;
      },
    }, ranksOf);
    assert.deepEqual(seen, [['first', 'Dense', 16, 16, 20], ['second', 'Dense', 12, 20, 12], ['third', 'Dense', 4, 12, 4]]);
    assert.deepEqual(ranks, [1, null, 1]);
    model.dispose();
  });

  test('convolutions: both forms have the products’ effect, and may be kept', () => {
    const model = convolutionModel();
    for (const convolutions of ['channel', 'spatial'] as const) {
      // The largest rank with a saving.
      const rule: CompressOptions['rule'] = ({ name, rows, columns }) => (name === 'second' ? Math.floor((rows * columns - 1) / (rows + columns)) : 'keep');
      compressed(model, { rule, convolutions }, ({ model: cut, report }) => {
        const layer = cut.getLayer('second') as LowRankConv2D;
        assert.deepEqual([layer.getClassName(), layer.form, layer.rank], ['LowRankConv2D', convolutions, report.layers[1]!.rank]);
        assert.deepEqual(report.layers[1]!.shape, convolutions === 'channel' ? [72, 16] : [24, 48]);
        const plain = layer.toConv2d();
        const error = tensorFlowJs().tidy(() => {
          const whole = model.getLayer('second').getWeights()[0]!;
          return plain.getWeights()[0]!.sub(whole).norm().div(whole.norm()).dataSync()[0]!;
        });
        plain.weights.forEach((weight) => weight.dispose());
        assert.ok(Math.abs(error - report.layers[1]!.relativeError) < 1e-5, `${error}, in the report ${report.layers[1]!.relativeError}`);
        assert.ok(error > 0.01 && error < 0.5);
      });
    }
    const kept = compressed(model, { rank: 1, convolutions: 'keep' }, ({ report }) => report.layers.map(({ rank, kept }) => rank ?? kept));
    assert.deepEqual(kept, ['convolutions are kept', 'convolutions are kept', 1]);
    model.dispose();
  });

  test('three factors, singular values on the right, reconstruction, and a choice of layers', () => {
    const model = denseModel();
    const shown = compressed(model, { rank: 2 }, ({ model: cut }) => predictions(cut));
    compressed(model, { rank: 2, factors: 3, execution: 'reconstructed' }, ({ model: cut }) => {
      assert.deepEqual(cut.layers[0]!.getWeights().map(({ shape }) => shape), [[16, 2], [2], [20, 2], [20]]);
      assert.equal(cut.layers[0]!.getConfig().execution, 'reconstructed');
      assert.ok(largestDifference(predictions(cut), shown) < 1e-5);
    });
    compressed(model, { rank: 2, singularValues: 'right' }, ({ model: cut }) => {
      const norms = tensorFlowJs().tidy(() => Array.from(cut.layers[0]!.getWeights()[0]!.norm(2, 0).dataSync()));
      norms.forEach((norm) => assert.ok(Math.abs(norm - 1) < 1e-4));
    });
    assert.deepEqual(compressed(model, { rank: 2, layers: ({ name }) => name !== 'first' }, ranksOf), [null, 2, 2]);
    model.dispose();
  });

  test('a layer with a kernel constraint is kept', () => {
    const { constraints, layers, sequential } = tensorFlowJs();
    const model = sequential({ layers: [layers.dense({ units: 9, inputShape: [9], kernelConstraint: constraints.maxNorm({}) }), layers.dense({ units: 9 })] });
    const reports = compressed(model, { rank: 1 }, ({ report }) => report.layers.map(({ rank, kept }) => rank ?? kept));
    assert.deepEqual(reports, ['its kernel has a constraint, which factors cannot keep', 1]);
    model.dispose();
  });

  test('what is compressed can be trained on as it is compiled, and a frozen layer stays frozen', async () => {
    const tf = tensorFlowJs();
    const model = models['layers on top of a frozen model']!();
    const optimizer = tf.train.sgd(0.1);
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const { model: cut } = compress(model, { rank: 1 });
    assert.deepEqual(cut.trainableWeights.map(({ originalName }) => originalName.split('/')[0]), ['head', 'head', 'head']);
    const frozen = cut.nonTrainableWeights.map((weight) => weight.read().dataSync().slice());
    const [x, y] = [tf.ones([8, 16]), tf.ones([8, 2])];
    await fit(cut, x, y, { epochs: 1, verbose: 0 });
    assert.deepEqual(cut.nonTrainableWeights.map((weight) => weight.read().dataSync()).slice(0, 4), frozen.slice(0, 4));
    [cut, optimizer, model].forEach((each) => each.dispose());
    tf.dispose([x, y]);
  });

  describe('refuses, and leaves nothing behind:', () => {
    const one = ['rank', 'energy', 'ratio', 'maxParameters', 'perLayer', 'rule'].join(', ');
    const cases: readonly (readonly [unknown, 'TypeError' | 'RangeError', string | RegExp])[] = [
      [undefined, 'TypeError', `compress: options is undefined; it must be an object with one of ${one}`],
      [{}, 'TypeError', `compress: no option tells the ranks; give exactly one of ${one}`],
      [{ rank: 2, energy: 0.9 }, 'TypeError', `compress: rank and energy exclude each other; give exactly one of ${one}`],
      [{ rank: 2, form: 'x' }, 'TypeError', /^compress: there is no option form; the options are rank, .*inputs$/],
      [{ rank: 0 }, 'RangeError', 'compress: rank is 0; it must be an integer above 0'],
      [{ rank: 1.5 }, 'RangeError', 'compress: rank is 1.5; it must be an integer above 0'],
      [{ rank: '3' }, 'RangeError', 'compress: rank is "3"; it must be an integer above 0'],
      [{ energy: 0 }, 'RangeError', 'compress: energy is 0; it must be above 0 and at most 1'],
      [{ energy: 1.01 }, 'RangeError', 'compress: energy is 1.01; it must be above 0 and at most 1'],
      [{ energy: NaN }, 'RangeError', 'compress: energy is NaN; it must be above 0 and at most 1'],
      [{ ratio: 0.9 }, 'RangeError', 'compress: ratio is 0.9; it must be a finite number, at least 1'],
      [{ ratio: 100 }, 'RangeError', /^compress: ratio is 100; with the layers at rank 1 the model has 200 of its 724 parameters, so it must be at most 724\/200 = 3\.620$/],
      [{ maxParameters: 199 }, 'RangeError', 'compress: maxParameters is 199; with the layers at rank 1 the model has 200 parameters, so it must be at least that'],
      [{ maxParameters: 0.5 }, 'RangeError', 'compress: maxParameters is 0.5; it must be an integer above 0'],
      [{ perLayer: {} }, 'TypeError', 'compress: perLayer names no layer; it must be an object of rules by the names of layers'],
      [{ perLayer: { frist: 2 } }, 'RangeError', "compress: perLayer names 'frist', which is no layer that can be compressed; there are 'first', 'second', 'third'"],
      [{ perLayer: { '*norm*': 2 } }, 'RangeError', /^compress: perLayer names '\*norm\*'/],
      [{ perLayer: { first: 17 } }, 'RangeError', "compress: layer 'first': rank is 17; for a 16 × 20 matrix it must be an integer from 1 to 16"],
      [{ perLayer: { first: { energy: 2 } } }, 'RangeError', "compress: layer 'first': energy is 2; it must be above 0 and at most 1"],
      [{ perLayer: { first: { share: 2 } } }, 'TypeError', /^compress: layer 'first': rank is {"share":2}; it must be/],
      [{ perLayer: { first: 'keep' } }, 'RangeError', "compress: convolutions, layers and perLayer leave nothing to compress; there are 'first', 'second', 'third'"],
      [{ rank: 2, layers: () => false }, 'RangeError', /leave nothing to compress/],
      [{ rank: 2, layers: true }, 'TypeError', 'compress: layers is true; it must be a function'],
      [{ rule: 3 }, 'TypeError', 'compress: rule is 3; it must be a function'],
      [{ rule: () => 0 }, 'RangeError', "compress: layer 'first': the rank function's result is 0; for a 16 × 20 matrix it must be an integer from 1 to 16"],
      [{ rank: 2, convolutions: 'both' }, 'RangeError', 'compress: convolutions is "both"; it must be "channel" or "spatial" or "keep"'],
      [{ rank: 2, factors: 4 }, 'RangeError', 'compress: factors is 4; it must be 2 or 3'],
      [{ rank: 2, singularValues: 'up' }, 'RangeError', 'compress: singularValues is "up"; it must be "left" or "balanced" or "right"'],
      [{ rank: 2, execution: 'fast' }, 'RangeError', 'compress: execution is "fast"; it must be "auto" or "factorised" or "reconstructed"'],
    ];
    for (const [options, name, message] of cases) {
      test(typeof message === 'string' ? message : String(message), () => {
        const model = denseModel();
        const before = [tensors(), liveHandles()];
        assert.throws(() => compress(model, options as CompressOptions), { name, message });
        assert.deepEqual([tensors(), liveHandles()], before);
        model.dispose();
      });
    }

    test('weights that are NaN, by the layer', () => {
      const { tidy, fill } = tensorFlowJs();
      const model = denseModel();
      tidy(() => model.getLayer('second').setWeights([fill([20, 12], NaN), fill([12], 0)]));
      const before = [tensors(), liveHandles()];
      const message = "compress: a weight of layer 'second' has NaN elements; all must be finite";
      for (const options of [{ rank: 2 }, { energy: 0.9 }]) assert.throws(() => compress(model, options), { name: 'RangeError', message });
      assert.deepEqual([tensors(), liveHandles()], before);
      model.dispose();
    });

    test('a model without layers, and one with none that it could compress', () => {
      const { layers, sequential } = tensorFlowJs();
      assert.throws(() => compress(sequential(), { rank: 2 }), { name: 'TypeError', message: /^compress: the model is not built/ });
      const model = sequential({ layers: [layers.flatten({ inputShape: [2, 2] })] });
      assert.throws(() => compress(model, { rank: 2 }), { name: 'RangeError', message: 'compress: the model has no Dense or Conv2D layer' });
      model.dispose();
    });
  });
});

function messageOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}
