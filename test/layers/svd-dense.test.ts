import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { compileStep, evaluate, fit, loadBackend, lowRank, lowRankDense, orthogonality, sparsity, svdDense, svdLayers } from '../../src';
import type { LowRankDenseLayerArgs, SvdDense, SvdDenseLayerArgs } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { builtDense, inputs, kernelOf, units } from './dense-checks';
import { dispose, gradients, initializers, leavesNothing, near, savedAndLoaded, seeded, summaryOf } from './low-rank-checks';
import { centralDifferences, orthogonalityOf, sparsityOf } from './svd-formulas';

before(loadBackend);

const rank = 4;

function built(args: Partial<SvdDenseLayerArgs> = {}): SvdDense {
  const layer = svdDense({ units, rank, ...initializers(), ...args });
  layer.build([null, inputs]);
  return layer;
}

/** With singular values in no order, one of them below 0, and vectors that are not orthonormal. */
function trained(args: Partial<SvdDenseLayerArgs> = {}): SvdDense {
  const layer = built(args);
  tensorFlowJs().tidy(() => {
    const [u, , v, bias] = layer.getWeights();
    const [du, dv] = [seeded(u!.shape, 1).mul(0.1), seeded(v!.shape, 2).mul(0.1)];
    layer.setWeights([u!.add(du), tensorFlowJs().tensor1d([0.5, -2, 0.1, 1]), v!.add(dv), bias!]);
  });
  return layer;
}


describe('svdDense: symbolic', () => {
  test('its weights, of the rank of all singular values by default', () => {
    const shapes = (layer: SvdDense) => layer.weights.map((weight) => [weight.originalName.split('/').at(-1), ...weight.shape]);
    const [whole, low] = [svdDense({ units }), built({ useBias: false })];
    assert.ok(Number.isNaN(whole.rank));
    const y = whole.apply(tensorFlowJs().input({ shape: [3, inputs] })) as tf.SymbolicTensor;
    assert.deepEqual(y.shape, [null, 3, units]);
    assert.deepEqual(shapes(whole), [['u', 12, 10], ['s', 10], ['v', 10, 10], ['bias', 10]]);
    assert.deepEqual(shapes(low), [['u', 12, 4], ['s', 4], ['v', 10, 4]]);
    assert.equal(low.countParams(), 4 * (12 + 10 + 1));
    assert.equal(whole.rank, 10);
    whole.dispose();
    dispose(low);
  });

  test('summary counts its parameters', () => {
    const lines = summaryOf(svdDense({ units, rank, inputShape: [inputs], name: 'small' }));
    assert.ok(lines.some((line) => /^small \(SvdDense\) .*\[null,10\] +102 /.test(line)), lines.join('\n'));
  });
});

describe('svdDense: tensors', () => {
  for (const execution of ['factorised', 'reconstructed'] as const) {
    test(`${execution}: output and gradients are those of a dense layer, with singular values below 0 too`, () => {
      const layer = trained({ execution, activation: 'tanh' });
      const dense = layer.toDense();
      tensorFlowJs().tidy(() => {
        const [u, s, v] = layer.getWeights() as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
        near(kernelOf(dense), u.mul<tf.Tensor2D>(s).matMul(v, false, true));
        const x = seeded([7, inputs], 1);
        near(layer.apply(x) as tf.Tensor, dense.apply(x) as tf.Tensor);
        const [dx, du, ds, dv, db] = gradients(layer, x) as tf.Tensor[];
        const [dxDense, dKernel, dBias] = gradients(dense, x) as [tf.Tensor, tf.Tensor2D, tf.Tensor];
        near(dx!, dxDense);
        near(db!, dBias);
        near(du!, dKernel.matMul(v).mul(s));
        near(ds!, u.mul(dKernel.matMul(v)).sum(0), 2e-5);
        near(dv!, dKernel.matMul(u, true).mul(s));
      });
      dispose(layer, dense);
    });
  }

  test('plain numbers: the spectrum, and how far U and V are from orthonormal', () => {
    const layer = trained();
    assert.deepEqual([...layer.spectrum()], [2, 1, 0.5, 0.1].map(Math.fround));
    const [u, , v] = layer.getWeights().map((weight) => weight.arraySync() as number[][]);
    const { u: ofU, v: ofV } = layer.orthogonalityErrors();
    assert.ok(Math.abs(ofU - Math.sqrt(orthogonalityOf([u!]))) < 1e-5 && Math.abs(ofV - Math.sqrt(orthogonalityOf([v!]))) < 1e-5);
    assert.ok(ofU > 0.1 && ofV > 0.1);
    dispose(layer);
  });
});

describe('svdDense: initial weights', () => {
  test('of full rank: the kernel that a dense layer would start from; of a lower one: its best approximation, with its norm', () => {
    const [whole, low, dense] = [built({ rank: undefined }), built(), builtDense()];
    const [product, approximation] = [whole.toDense(), low.toDense()];
    tensorFlowJs().tidy(() => {
      near(kernelOf(product), kernelOf(dense));
      near(kernelOf(approximation).norm(), kernelOf(dense).norm());
      const best = lowRank(kernelOf(dense), rank);
      near(kernelOf(approximation), best.mul(kernelOf(dense).norm().div(best.norm())), 1e-4);
    });
    for (const { u, v } of [whole, low].map((layer) => layer.orthogonalityErrors())) assert.ok(u < 1e-5 && v < 1e-5, `${u}, ${v}`);
    dispose(whole, low, dense, product, approximation);
  });

  test('of a kernel of zeros a gradient step moves the singular values', () => {
    const layer = built({ kernelInitializer: 'zeros' });
    tensorFlowJs().tidy(() => {
      const [, , ds] = gradients(layer, seeded([5, inputs], 1));
      assert.ok((ds!.arraySync() as number[]).every((value) => Math.abs(value) > 1e-4));
    });
    dispose(layer);
  });
});

describe('svdDense: penalties', () => {
  const kinds: [string, Partial<SvdDenseLayerArgs>, (u: number[][], s: number[], v: number[][]) => number][] = [
    ['orthogonality, sum', { orthogonality: 0.3 }, (u, _, v) => 0.3 * orthogonalityOf([u, v])],
    ['orthogonality, mean', { orthogonality: 0.3, orthogonalityReduction: 'mean' }, (u, _, v) => (0.3 / rank ** 2) * orthogonalityOf([u, v])],
    ['sparsity, l1', { sparsity: 0.2, sparsityNorm: 'l1' }, (_, s) => 0.2 * sparsityOf(s, 'l1')],
    ['sparsity, hoyer', { sparsity: 0.2 }, (_, s) => 0.2 * sparsityOf(s, 'hoyer')],
    ['sparsity, hoyer-square', { sparsity: 0.2, sparsityNorm: 'hoyer-square' }, (_, s) => 0.2 * sparsityOf(s, 'hoyer-square')],
  ];
  for (const [name, args, formula] of kinds) {
    test(`${name}: the formula, and its central differences`, () => {
      const tf = tensorFlowJs();
      const layer = trained(args);
      const values = layer.getWeights().map((weight) => weight.arraySync()) as [number[][], number[], number[][], number[]];
      const [u, s, v] = values;
      assert.equal(layer.losses.length, 1);
      tf.tidy(() => {
        near(layer.losses[0]!(), tf.scalar(formula(u, s, v)));
        const variables = layer.trainableWeights.slice(0, 3).map((weight) => weight.read() as tf.Variable);
        const { grads } = tf.variableGrads(() => layer.losses[0]!(), variables);
        const isOfVectors = name.startsWith('orthogonality');
        const expected = centralDifferences([u, [s], v], ([u2, s2, v2]) => formula(u2!, s2![0]!, v2!));
        variables.forEach(({ name: of, shape }, at) => {
          const wanted = tf.tensor(expected[at]!.flat(), shape);
          if ((at !== 1) === isOfVectors) near(grads[of]!, wanted, 2e-5);
          else if (grads[of] !== undefined) near(grads[of]!, tf.zeros(shape), 0);
        });
      });
      dispose(layer);
    });
  }

  for (const sparsityNorm of ['l1', 'hoyer', 'hoyer-square'] as const) {
    test(`${sparsityNorm}: of zeros it is 0, and a zero gets no gradient`, () => {
      const tf = tensorFlowJs();
      const layer = built({ sparsity: 1, sparsityNorm });
      const gradient = () => {
        const s = layer.weights[1]!.read() as tf.Variable;
        return tf.variableGrads(() => layer.losses[0]!(), [s]).grads[s.name]!.arraySync() as number[];
      };
      tf.tidy(() => {
        const [u, , v, bias] = layer.getWeights();
        layer.setWeights([u!, tf.zeros([rank]), v!, bias!]);
        near(layer.losses[0]!(), tf.scalar(0), 0);
        assert.deepEqual(gradient().map(Math.abs), [0, 0, 0, 0]);
        layer.setWeights([u!, tf.tensor1d([3, 0, -4, 0]), v!, bias!]);
        const [first, second, third, fourth] = gradient();
        assert.deepEqual([second, fourth].map((each) => Math.abs(each!)), [0, 0]);
        assert.ok([first, third].every((each) => Number.isFinite(each) && each !== 0));
        // ‖s‖₁ = 7, ‖s‖₂ = 5.
        near(layer.losses[0]!(), tf.scalar({ l1: 7, hoyer: 1.4, 'hoyer-square': 1.96 }[sparsityNorm]), 1e-6);
      });
      dispose(layer);
    });
  }

  test('a λ of 0 adds nothing; a regulariser of the kernel stays beside them', () => {
    const [none, all] = [built(), built({ orthogonality: 1, sparsity: 1, kernelRegularizer: 'l1l2' })];
    assert.deepEqual([none.losses.length, all.losses.length], [0, 3]);
    dispose(none, all);
  });

  test('of columns that are out of use they are those of the others', () => {
    const layer = trained({ orthogonality: 1, orthogonalityReduction: 'mean', sparsity: 1 });
    const [u, s, v] = layer.getWeights().map((weight) => weight.arraySync()) as [number[][], number[], number[][]];
    layer.setActive([true, true, false, true]);
    const without = (rows: number[][]) => rows.map(([a, b, , d]) => [a!, b!, d!]);
    tensorFlowJs().tidy(() => {
      const { scalar } = tensorFlowJs();
      near(layer.losses[0]!(), scalar(orthogonalityOf([without(u), without(v)]) / 9));
      near(layer.losses[1]!(), scalar(sparsityOf(without([s])[0]!, 'hoyer')));
    });
    layer.dispose();
  });
});

describe('svdDense: training', () => {
  const regularization = { orthogonality: 0.05, sparsity: 0.01 };

  function model(optimizer: () => tf.Optimizer = () => tensorFlowJs().train.sgd(0.2)): tf.Sequential {
    const tf = tensorFlowJs();
    const kernelInitializer = (seed: number) => tf.initializers.glorotUniform({ seed });
    const net = tf.sequential({
      layers: [
        svdDense({ units: 16, activation: 'relu', inputShape: [inputs], kernelInitializer: kernelInitializer(1), ...regularization }),
        svdDense({ units: 2, activation: 'softmax', kernelInitializer: kernelInitializer(2), ...regularization }),
      ],
    });
    net.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy', metrics: ['accuracy', orthogonality(net), sparsity(net)] });
    return net;
  }

  function examples(count: number): [x: tf.Tensor2D, y: tf.Tensor2D] {
    const x = seeded([count, inputs], 7) as tf.Tensor2D;
    const tf = tensorFlowJs();
    return [x, tf.tidy(() => tf.oneHot(x.slice([0, 0], [count, 1]).greater(0).cast('int32').reshape([count]), 2).cast('float32')) as tf.Tensor2D];
  }

  const release = (...nets: tf.Sequential[]) => nets.forEach((net) => {
    (net.optimizer as tf.Optimizer).dispose();
    net.dispose();
  });

  for (const name of ['sgd', 'adam'] as const) {
    test(`${name}: fit, compiled and eager, and model.fit make the same steps, and the loss falls`, async () => {
      const tf = tensorFlowJs();
      const [x, y] = examples(90);
      const optimizer = () => (name === 'sgd' ? tf.train.sgd(0.2) : tf.train.adam(0.01));
      const nets = [model(optimizer), model(optimizer), model(optimizer)];
      const before = await evaluate(nets[0]!, x, y);
      const options = { epochs: 4, batchSize: 30, shuffle: false, verbose: 0 } as const;
      await fit(nets[0]!, x, y, options);
      await fit(nets[1]!, x, y, { ...options, execution: 'eager' });
      await nets[2]!.fit(x, y, options);
      for (const net of nets.slice(1)) net.getWeights().forEach((weight, i) => near(weight, nets[0]!.getWeights()[i]!, 1e-4));
      const after = await evaluate(nets[0]!, x, y);
      assert.ok(after.loss! < 0.8 * before.loss!, `the loss went from ${before.loss} to ${after.loss}`);
      release(...nets);
      tf.dispose([x, y]);
    });
  }

  test('the loss is that of the data and the penalties, which the metrics show apart in fit, model.fit and evaluate', async () => {
    const tf = tensorFlowJs();
    const [x, y] = examples(30);
    const nets = [model(), model(), model()];
    // Weights that are not orthonormal.
    for (const net of nets) net.setWeights(net.getWeights().map((weight, i) => weight.add(seeded(weight.shape, i + 1).mul(0.1))));
    const expected = tf.tidy(() => {
      const sum = (penalty: (layer: SvdDense) => tf.Scalar) => tf.addN(nets[0]!.layers.map((layer) => penalty(layer as SvdDense))).dataSync()[0]!;
      return { orthogonality: sum((layer) => layer.orthogonalityPenalty()), sparsity: sum((layer) => layer.sparsityPenalty()) };
    });
    const close = (actual: number, wanted: number) => assert.ok(Math.abs(actual - wanted) < 1e-4 * wanted, `${actual} is not ${wanted}`);
    const data = await evaluate(nets[0]!, x, y);
    const evaluated = (nets[0]!.evaluate(x, y) as tf.Scalar[]).map((each) => each.dataSync()[0]!);
    const options = { epochs: 1, batchSize: 30, verbose: 0 } as const;
    const histories = [
      await fit(nets[0]!, x, y, { ...options, validationData: [x, y] }),
      await fit(nets[1]!, x, y, { ...options, execution: 'eager' }),
      await nets[2]!.fit(x, y, options),
    ].map(({ history }) => history as Record<string, number[]>);
    for (const name of ['orthogonality', 'sparsity'] as const) {
      const shown = [data[name]!, evaluated[name === 'sparsity' ? 3 : 2]!, ...histories.map((history) => history[name]![0]!)];
      shown.forEach((actual) => close(actual, expected[name]));
      assert.notEqual(histories[0]![`val_${name}`]![0], histories[0]![name]![0]);
    }
    for (const { loss } of histories) {
      close(loss![0]!, data.loss! + regularization.orthogonality * expected.orthogonality + regularization.sparsity * expected.sparsity);
    }
    release(...nets);
    tf.dispose([x, y]);
  });

  test('a strong orthogonality penalty makes U and V orthonormal again, and a sparsity penalty the spectrum steeper', async () => {
    const tf = tensorFlowJs();
    const [x, y] = examples(60);
    const trainedWith = async (orthogonality: number, sparsity: number) => {
      const layer = svdDense({ units: 8, inputShape: [inputs], kernelInitializer: initializers().kernelInitializer, orthogonality, sparsity });
      const net = tf.sequential({ layers: [layer, tf.layers.dense({ units: 2, kernelInitializer: tf.initializers.ones() })] });
      layer.setWeights(layer.getWeights().map((weight, i) => (i === 1 ? weight : weight.add(seeded(weight.shape, i + 1).mul(0.05)))));
      net.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
      const before = layer.orthogonalityErrors().u;
      await fit(net, x, y, { epochs: 40, batchSize: 60, seed: 1, verbose: 0 });
      const errors = layer.orthogonalityErrors();
      const hoyer = sparsityOf([...layer.spectrum()], 'hoyer');
      release(net);
      return { before, ...errors, hoyer };
    };
    const [free, orthonormal, sparse] = [await trainedWith(0, 0), await trainedWith(1, 0), await trainedWith(1, 3)];
    assert.ok(orthonormal.u < 0.5 * orthonormal.before && orthonormal.u < 0.2 * free.u, JSON.stringify({ free, orthonormal }));
    assert.ok(sparse.hoyer < 0.9 * orthonormal.hoyer, JSON.stringify({ orthonormal, sparse }));
    tf.dispose([x, y]);
  });

  test('nothing leaks', () => leavesNothing(async () => {
    const tf = tensorFlowJs();
    const net = model();
    const [x, y] = examples(20);
    await fit(net, x, y, { epochs: 2, batchSize: 8, verbose: 0 });
    await net.fit(x, y, { epochs: 1, verbose: 0 });
    const layer = net.layers[0] as SvdDense;
    layer.setActive(layer.active.map((_, i) => i < 3));
    layer.spectrum();
    layer.orthogonalityErrors();
    const triplets = layer.triplets(2);
    dispose(layer.toDense(), ...layer.toDenseLayers(), layer.toLowRankDense(), layer.toLowRankDense({ factors: 3 }), layer.withTriplets(triplets));
    tf.dispose({ ...triplets });
    release(net);
    tf.dispose([x, y]);
  }));
});

describe('svdDense: columns out of use', () => {
  test('their singular values are 0, have no gradient, and no moment of Adam revives them', async () => {
    const tf = tensorFlowJs();
    const layer = svdDense({ units, inputShape: [inputs], rank, ...initializers(), orthogonality: 0.1, sparsity: 0.1 });
    const net = tf.sequential({ layers: [layer] });
    net.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
    const [x, y] = [seeded([40, inputs], 1), seeded([40, units], 2)];
    const train = (execution: 'compiled-or-eager' | 'eager') => fit(net, x, y, { epochs: 2, batchSize: 10, verbose: 0, seed: 1, execution });
    await train('compiled-or-eager');
    const active = [true, false, true, false];
    layer.setActive(active);
    const before = layer.getWeights().map((weight) => weight.arraySync()) as [number[][], number[], number[][], number[]];
    assert.deepEqual(before[1].map((value) => value !== 0), active);
    for (const execution of ['compiled-or-eager', 'eager'] as const) {
      await train(execution);
      assert.deepEqual([...layer.spectrum()].slice(2), [0, 0]);
      // The moments go on moving what the mask hides.
      assert.ok((layer.getWeights()[1]!.arraySync() as number[]).every((value) => value !== 0));
      const dense = layer.toDense();
      tf.tidy(() => {
        const [u, s, v] = layer.getWeights() as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
        near(kernelOf(dense), u.mul<tf.Tensor2D>(s.mul(tf.tensor1d(active.map(Number)))).matMul(v, false, true));
        gradients(layer, x).slice(1, 4).forEach((gradient) => {
          const columns = gradient.reshape<tf.Tensor2D>([-1, rank]).abs().sum(0).arraySync() as number[];
          assert.deepEqual(columns.map((value) => value !== 0), active);
        });
      });
      dispose(dense);
    }
    layer.setActive(layer.active);
    assert.deepEqual((layer.getWeights()[1]!.arraySync() as number[]).map((value) => value !== 0), active);
    layer.keepLargest(1);
    assert.equal(layer.active.filter(Boolean).length, 1);
    assert.ok(layer.spectrum()[0]! > 0);
    (net.optimizer as tf.Optimizer).dispose();
    net.dispose();
    tf.dispose([x, y]);
  });

  test('restrictActive in a compiled step: a column that is out of use stays so, whatever the rule says', async () => {
    const tf = tensorFlowJs();
    const layer = trained();
    layer.setActive([true, true, false, true]);
    const given: tf.Tensor[] = [];
    const step = compileStep(() => {
      layer.restrictActive((s, active) => {
        given.push(tf.keep(s.clone()), tf.keep(active.clone()));
        return tf.tensor1d([1, 1, 1, 0]);
      });
      return tf.scalar(0);
    });
    await step.run([], { steps: 3 });
    assert.deepEqual(layer.active, [true, true, false, false]);
    assert.deepEqual(given.slice(0, 2).map((each) => each.arraySync()), [[0.5, -2, 0, 1], [1, 1, 0, 1]]);
    assert.deepEqual([...layer.spectrum()], [2, 0.5, 0, 0]);
    assert.equal((layer.getWeights()[1]!.arraySync() as number[])[3], 1);
    step.dispose();
    tf.dispose(given);
    layer.dispose();
  });

  test('what is not one boolean for each column is refused', () => {
    const layer = built();
    const message = 'svdDense: active has 1 elements; it must have 4, of which one is true at the least';
    assert.throws(() => layer.setActive([true]), { name: 'RangeError', message });
    assert.throws(() => layer.setActive([false, false, false, false]), /svdDense: active is false for all 4 columns; one must be true at the least/);
    assert.deepEqual(layer.active, [true, true, true, true]);
    dispose(layer);
  });
});

describe('svdDense: other layers and back', () => {
  test('from a dense layer and to it again', () => {
    const dense = builtDense({ activation: 'relu', name: 'hidden', trainable: false });
    const layer = svdDense.fromDense(dense, { orthogonality: 0.5, sparsityNorm: 'l1' });
    const back = layer.toDense();
    assert.deepEqual([layer.name, layer.rank, layer.trainable], ['hidden', 10, false]);
    assert.deepEqual([layer.getConfig().orthogonality, layer.getConfig().sparsityNorm], [0.5, 'l1']);
    assert.deepEqual(back.getConfig(), dense.getConfig());
    back.getWeights().forEach((weight, i) => near(weight, dense.getWeights()[i]!));
    const low = svdDense.fromDense(dense, { rank: { energy: 0.8 } });
    const spectrum = layer.spectrum();
    assert.ok(low.rank < 10);
    low.spectrum().forEach((value, i) => assert.ok(Math.abs(value - spectrum[i]!) < 1e-5));
    dispose(dense, layer, back, low);
  });

  for (const options of [{}, { singularValues: 'left' }, { factors: 3 }] as const) {
    test(`to a low-rank layer, ${JSON.stringify(options)}: the same outputs`, () => {
      const layer = trained({ activation: 'relu', name: 'hidden', orthogonality: 1, kernelRegularizer: 'l1l2' });
      const low = layer.toLowRankDense(options);
      assert.deepEqual([low.name, low.rank, low.factors, low.getClassName()], ['hidden', rank, 'factors' in options ? 3 : 2, 'LowRankDense']);
      assert.equal(low.losses.length, 1);
      tensorFlowJs().tidy(() => {
        const x = seeded([5, inputs], 1);
        near(low.apply(x) as tf.Tensor, layer.apply(x) as tf.Tensor);
      });
      if ('factors' in options) assert.deepEqual(low.getWeights()[1]!.arraySync(), [2, 1, 0.5, 0.1].map(Math.fround));
      const expected = lowRankDense({ ...layer.getConfig(), rank, factors: low.factors } as unknown as LowRankDenseLayerArgs).getConfig();
      assert.deepEqual(low.getConfig(), expected);
      dispose(layer, low);
    });
  }

  test('the leading triplets, as trained or recomputed', () => {
    const layer = trained();
    const [plain, exact, whole] = [layer.triplets(2), layer.triplets(2, true), layer.triplets(rank)];
    const dense = layer.toDense();
    tensorFlowJs().tidy(() => {
      const productOf = ({ u, s, v }: typeof plain) => (u.mul(s) as tf.Tensor2D).matMul(v as tf.Tensor2D, false, true);
      near(productOf(whole), kernelOf(dense));
      assert.deepEqual(plain.s.arraySync(), [2, 1]);
      near(productOf(exact), lowRank(kernelOf(dense), 2));
      const error = (triplets: typeof plain) => kernelOf(dense).sub(productOf(triplets)).norm().dataSync()[0]!;
      assert.ok(error(exact) < error(plain));
      tensorFlowJs().dispose([plain, exact, whole].flatMap(({ u, s, v }) => [u, s, v]));
    });
    dispose(layer, dense);
  });
});

describe('svdDense: saving and loading', () => {
  const args = { units, activation: 'relu', orthogonality: 0.1, orthogonalityReduction: 'mean', sparsity: 0.2, sparsityNorm: 'hoyer-square' } as const;

  test('from its configuration, built or not', () => {
    const layer = svdDense({ ...args, name: 'one' });
    const again = () => svdDense(JSON.parse(JSON.stringify(layer.getConfig())) as SvdDenseLayerArgs);
    assert.deepEqual(again().getConfig(), layer.getConfig());
    layer.build([null, 6]);
    assert.equal(again().rank, 6);
    dispose(layer);
  });

  for (const kind of ['sequential', 'functional'] as const) {
    test(`in a ${kind} model`, async () => {
      const tf = tensorFlowJs();
      const layers = () => [svdDense({ ...args, inputShape: [inputs] }), svdDense({ units: 4, rank: 2 })];
      const input = tf.input({ shape: [inputs] });
      const model = kind === 'sequential'
        ? tf.sequential({ layers: layers() })
        : tf.model({ inputs: input, outputs: layers().reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input) });
      const loaded = await savedAndLoaded(model);
      assert.deepEqual(loaded.layers.map((layer) => layer.getConfig()), model.layers.map((layer) => layer.getConfig()));
      assert.equal(svdLayers(loaded).length, 2);
      const x = seeded([5, inputs], 1);
      tf.tidy(() => near(loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor, 1e-6));
      x.dispose();
      [model, loaded].forEach((net) => net.dispose());
    });
  }
});

describe('svdDense: errors', () => {
  for (const [args, message] of [
    [{ orthogonality: -1 }, 'svdDense: orthogonality is -1; it must be a finite number from 0'],
    [{ orthogonality: NaN }, 'svdDense: orthogonality is NaN; it must be a finite number from 0'],
    [{ sparsity: Infinity }, 'svdDense: sparsity is Infinity; it must be a finite number from 0'],
    [{ sparsity: NaN }, 'svdDense: sparsity is NaN; it must be a finite number from 0'],
    [{ sparsityNorm: 'l2' as 'l1' }, "svdDense: sparsityNorm is l2; it must be 'l1' or 'hoyer' or 'hoyer-square'"],
    [{ orthogonalityReduction: 'rank' as 'sum' }, "svdDense: orthogonalityReduction is rank; it must be 'sum' or 'mean'"],
    [{ rank: 0 }, 'svdDense: rank is 0; for 10 units it must be an integer from 1 to 10'],
    [{ rank: 11 }, 'svdDense: rank is 11; for 10 units it must be an integer from 1 to 10'],
    [{ execution: 'fast' as 'auto' }, "svdDense: execution is \"fast\"; it must be 'auto', 'factorised' or 'reconstructed'"],
    [
      { kernelConstraint: 'maxNorm' },
      'svdDense: kernelConstraint is MaxNorm; the layer holds factors of its kernel, which cannot be constrained, so it must be null',
    ],
  ] as [Partial<SvdDenseLayerArgs>, string][]) {
    test(message, () => assert.throws(() => svdDense({ units, rank, ...args }), { name: 'RangeError', message }));
  }

  test('a rank above the inputs, no dense layer, weights that are not finite, a model without such layers', () => {
    const tf = tensorFlowJs();
    assert.throws(() => svdDense({ units, rank: 5 }).build([null, 4]), {
      name: 'RangeError', message: 'svdDense: rank is 5; for a [4,10] matrix it must be an integer from 1 to 4',
    });
    assert.throws(() => svdDense.fromDense(tf.layers.flatten()), /svdDense.fromDense: layer is a Flatten layer; it must be a Dense layer/);
    const broken = builtDense({ name: 'broken', kernelInitializer: tf.initializers.constant({ value: NaN }) });
    assert.throws(() => svdDense.fromDense(broken), /svdDense.fromDense: the kernel of the layer 'broken' has NaN elements; all must be finite/);
    const plain = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    assert.throws(() => sparsity(plain), { name: 'RangeError', message: 'sparsity: the model has no svdDense or svdConv2d layer' });
    assert.throws(() => svdDense({ units, rank, name: 'raw' }).spectrum(), /svdDense: the layer 'raw' is not built/);
    plain.dispose();
    dispose(broken);
  });
});
