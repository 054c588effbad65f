import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { fit, loadBackend, lowRank, lowRankDense, svd, type LowRankDense, type LowRankDenseLayerArgs } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { builtDense, inputs, kernelOf, units } from './dense-checks';
import { dispose, gradients, initializers, leavesNothing, near, savedAndLoaded, seeded, shapesComputed, summaryOf, trainAlike } from './low-rank-checks';

before(loadBackend);

const rank = 3;

function built(args: Partial<LowRankDenseLayerArgs> = {}, inputShape: tf.Shape = [null, inputs]): LowRankDense {
  const layer = lowRankDense({ units, rank, ...initializers(), ...args });
  layer.build(inputShape);
  return layer;
}

const kinds = ([2, 3] as const).flatMap((factors) => (['factorised', 'reconstructed'] as const).map((execution) => ({ factors, execution })));

describe('lowRankDense: symbolic', () => {
  for (const inputShape of [[null, 8], [5, 8], [null, 4, 8], [null, 3, 4, 8]]) {
    test(`an input [${inputShape.map(String)}]`, () => {
      const layer = lowRankDense({ units, rank });
      const y = layer.apply(tensorFlowJs().input({ batchShape: inputShape })) as tf.SymbolicTensor;
      assert.deepEqual(y.shape, [...inputShape.slice(0, -1), units]);
      assert.deepEqual(layer.computeOutputShape(inputShape), y.shape);
      layer.dispose();
    });
  }

  test('its weights', () => {
    const shapes = (layer: LowRankDense) => layer.weights.map((weight) => [weight.originalName.split('/').at(-1), ...weight.shape]);
    const [two, three] = [built(), built({ factors: 3, useBias: false })];
    assert.deepEqual(shapes(two), [['left', 12, 3], ['right', 3, 10], ['bias', 10]]);
    assert.deepEqual(shapes(three), [['u', 12, 3], ['s', 3], ['v', 10, 3]]);
    assert.equal(two.countParams(), 3 * (12 + 10) + 10);
    two.trainable = false;
    assert.deepEqual([two.trainableWeights.length, two.nonTrainableWeights.length], [0, 3]);
    assert.equal(two.getConfig().trainable, false);
    dispose(two, three);
  });

  test('inputDim, inputShape and batchSize make a first layer', () => {
    for (const args of [{ inputDim: inputs }, { inputShape: [inputs] }, { batchInputShape: [null, inputs] }]) {
      const model = tensorFlowJs().sequential({ layers: [lowRankDense({ units, rank, ...args })] });
      assert.deepEqual(model.layers[0]!.batchInputShape, [null, inputs]);
      assert.deepEqual(model.outputs[0]!.shape, [null, units]);
      model.dispose();
    }
  });

  test('summary counts its parameters', () => {
    const lines = summaryOf(lowRankDense({ units, rank, inputShape: [inputs], name: 'small' }));
    assert.ok(lines.some((line) => /^small \(LowRankDense\) .*\[null,10\] +76 /.test(line)), lines.join('\n'));
  });
});

describe('lowRankDense: tensors', () => {
  for (const { factors, execution } of kinds) {
    for (const [activation, useBias, shape] of [
      ['relu', true, [7, inputs]], [undefined, false, [2, 3, inputs]], ['softmax', true, [2, 3, 2, inputs]],
    ] as const) {
      test(`${factors} factors, ${execution}, ${activation}, [${shape}]: output and gradients are those of a dense layer`, () => {
        const tf = tensorFlowJs();
        const layer = built({ factors, execution, activation, useBias });
        const dense = layer.toDense();
        tf.tidy(() => {
          const x = seeded([...shape], 1);
          near(layer.apply(x) as tf.Tensor, dense.apply(x) as tf.Tensor);
          const [dx, ...dWeights] = gradients(layer, x);
          const [dxDense, dKernel, ...dBias] = gradients(dense, x) as [tf.Tensor, tf.Tensor2D, ...tf.Tensor[]];
          near(dx!, dxDense);
          const [left, ...rest] = layer.getWeights() as [tf.Tensor2D, ...tf.Tensor[]];
          if (factors === 2) {
            const right = rest[0] as tf.Tensor2D;
            [dKernel.matMul(right, false, true), left.matMul(dKernel, true), ...dBias].forEach((expected, i) => near(dWeights[i]!, expected));
          } else {
            const [s, v] = rest as [tf.Tensor1D, tf.Tensor2D];
            const [gv, gu] = [dKernel.matMul(v), dKernel.matMul(left, true)];
            [gv.mul(s), left.mul(gv).sum(0), gu.mul(s), ...dBias].forEach((expected, i) => near(dWeights[i]!, expected, 2e-5));
          }
        });
        dispose(layer, dense);
      });
    }
  }

  test('multiply-adds of 784 × 100 at rank 10', () => {
    const count = (factors: 2 | 3, shape: tf.Shape) => lowRankDense({ units: 100, rank: 10, factors }).multiplyAdds(shape);
    assert.deepEqual(count(2, [32, 784]), { dense: 2_508_800, factorised: 282_880, reconstructed: 3_292_800 });
    assert.deepEqual(count(3, [32, 784]), { dense: 2_508_800, factorised: 283_200, reconstructed: 3_292_800 });
    assert.deepEqual(count(2, [4, 8, 784]), count(2, [32, 784]));
    assert.deepEqual(count(2, [null, 784]), count(2, [1, 784]));
  });

  // 480 multiply-adds a row against 3840 and 256 a row: 3840/224 = 17.1.
  for (const [execution, rows, isReconstructed] of [
    ['auto', 17, false], ['auto', 18, true], ['factorised', 18, false], ['reconstructed', 17, true],
  ] as const) {
    test(`${execution}: ${rows} rows of 16 × 16 at rank 15 ${isReconstructed ? 'form' : 'do not form'} the kernel`, async () => {
      const layer = built({ units: 16, rank: 15, execution, useBias: false }, [null, 16]);
      const shapes = await shapesComputed(layer, [rows, 16]);
      assert.equal(shapes.includes('[16,16]'), isReconstructed);
      assert.equal(shapes.includes(`[${rows},15]`), !isReconstructed);
      dispose(layer);
    });
  }
});

describe('lowRankDense: initial weights', () => {
  const names = ['glorotNormal', 'glorotUniform', 'heNormal', 'leCunUniform', 'randomUniform', 'truncatedNormal', 'orthogonal', 'ones'] as const;
  for (const name of names) {
    const initializer = () => (name === 'ones' ? name : tensorFlowJs().initializers[name]({ seed: 5 }));
    for (const factors of [2, 3] as const) {
      test(`${name}, ${factors} factors: the best approximation of a dense kernel, with its norm`, () => {
        const kernelInitializer = initializer() as never;
        const [layer, reference] = [built({ kernelInitializer, factors }), builtDense({ kernelInitializer: initializer() as never })];
        const dense = layer.toDense();
        tensorFlowJs().tidy(() => {
          const [product, draw] = [kernelOf(dense), kernelOf(reference)];
          near(product.norm(), draw.norm());
          // The approximation of an orthogonal matrix is not unique.
          if (name !== 'orthogonal') {
            const best = lowRank(draw, rank);
            near(product, best.mul(draw.norm().div(best.norm())), 1e-4);
          }
          const [left, right, v] = layer.getWeights() as tf.Tensor2D[];
          const orthonormal = (vectors: tf.Tensor2D) => near(vectors.matMul(vectors, true), tensorFlowJs().eye(rank), name === 'ones' ? 1e-3 : 1e-5);
          if (factors === 3) [left!, v!].forEach(orthonormal);
          else if (name !== 'ones') near(left!.matMul(left!, true), right!.matMul(right!, false, true), 1e-4);
        });
        dispose(layer, reference, dense);
      });
    }
  }

  for (const factors of [2, 3] as const) {
    for (const [kernelInitializer, rankOfDraw] of [['zeros', 0], ['ones', 1]] as const) {
      test(`${kernelInitializer}, ${factors} factors: the product has rank ${rankOfDraw}, and a gradient step gives it rank ${rank}`, () => {
        const layer = built({ kernelInitializer, factors });
        const rankNow = () => {
          const dense = layer.toDense();
          const s = svd(kernelOf(dense), { computeUV: false });
          const count = (s.arraySync() as number[]).filter((value) => value > 1e-4).length;
          s.dispose();
          dispose(dense);
          return count;
        };
        assert.equal(rankNow(), rankOfDraw);
        tensorFlowJs().tidy(() => {
          const [, ...steps] = gradients(layer, seeded([40, inputs], 1));
          layer.setWeights(layer.getWeights().map((weight, i) => weight.sub(steps[i]!.mul(0.01))));
        });
        assert.equal(rankNow(), rank);
        dispose(layer);
      });
    }
  }

  test('a seed fixes them', () => {
    const [one, other] = [built(), built()];
    one.getWeights().forEach((weight, i) => near(weight, other.getWeights()[i]!, 0));
    dispose(one, other);
  });
});

describe('lowRankDense: regularisers and constraints', () => {
  for (const [name, args] of [['l2', { l2: 0.3 }], ['l1', { l1: 0.2 }], ['l1l2', { l1: 0.2, l2: 0.3 }]] as const) {
    for (const factors of [2, 3] as const) {
      test(`${name} of ${factors} factors is that of the dense kernel, and so is its gradient`, () => {
        const tf = tensorFlowJs();
        const layer = built({ factors, kernelRegularizer: (tf.regularizers as unknown as Record<string, (args: object) => never>)[name]!(args) });
        const dense = layer.toDense();
        tf.tidy(() => {
          const penalty = ({ losses }: tf.layers.Layer) => losses.map((loss) => loss()).reduce((sum, loss) => sum.add(loss));
          near(penalty(layer), penalty(dense));
          const gradient = (of: tf.layers.Layer) => {
            const variables = of.trainableWeights.slice(0, of === dense ? 1 : factors).map((weight) => weight.read() as tf.Variable);
            const { grads } = tf.variableGrads(() => penalty(of), variables);
            return variables.map((variable) => grads[variable.name]!) as tf.Tensor2D[];
          };
          const [dKernel] = gradient(dense);
          const [dLeft] = gradient(layer);
          const [, s, right] = layer.getWeights() as tf.Tensor2D[];
          near(dLeft!, factors === 2 ? dKernel!.matMul(s!, false, true) : dKernel!.matMul(right!).mul(s!));
        });
        dispose(layer, dense);
      });
    }
  }

  test('plain L2 forms no product', async () => {
    const tf = tensorFlowJs();
    const layer = built({ kernelRegularizer: tf.regularizers.l2({ l2: 1 }) });
    const { kernels } = await tf.profile(() => layer.losses[0]!());
    assert.ok(!kernels.some(({ outputShapes }) => outputShapes.some((shape) => `${shape}` === `${[inputs, units]}`)));
    dispose(layer);
  });

  test("it is a part of the model's loss", async () => {
    const tf = tensorFlowJs();
    const kernelRegularizer = tf.regularizers.l2({ l2: 0.5 });
    const model = tf.sequential({ layers: [lowRankDense({ units, rank, inputShape: [inputs], kernelRegularizer })] });
    const [x, y] = [seeded([6, inputs], 1), seeded([6, units], 2)];
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const expected = tf.tidy(() => tf.losses.meanSquaredError(y, model.predict(x) as tf.Tensor).add(model.layers[0]!.losses[0]!()));
    const loss = tf.scalar((await model.trainOnBatch(x, y)) as number);
    near(loss, expected);
    tf.dispose([x, y, expected, loss]);
    model.dispose();
  });

  test('the bias keeps its own', () => {
    const tf = tensorFlowJs();
    const layer = built({ biasInitializer: 'ones', biasRegularizer: tf.regularizers.l1({ l1: 0.1 }), biasConstraint: tf.constraints.nonNeg() });
    tf.tidy(() => {
      near(layer.losses[0]!(), tf.scalar(0.1 * units));
      layer.setWeights([...layer.getWeights().slice(0, 2), tf.fill([units], -1)]);
    });
    assert.deepEqual(layer.getWeights()[2]!.arraySync(), Array(units).fill(0));
    dispose(layer);
  });
});

describe('lowRankDense: training', () => {
  function model(kind: { factors: 2 | 3; execution: 'factorised' | 'reconstructed' }): tf.Sequential {
    const tf = tensorFlowJs();
    const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
    const net = tf.sequential({
      layers: [
        lowRankDense({
          units: 16, rank: 4, activation: 'relu', inputShape: [inputs],
          kernelInitializer, kernelRegularizer: tf.regularizers.l2({ l2: 1e-3 }), ...kind,
        }),
        tf.layers.dense({ units: 2, activation: 'softmax', kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) }),
      ],
    });
    net.compile({ optimizer: tf.train.sgd(0.3), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    return net;
  }

  for (const kind of kinds) {
    test(`${kind.factors} factors, ${kind.execution}: fit and model.fit make the same steps, and the loss falls`, async () => {
      const tf = tensorFlowJs();
      const x = seeded([100, inputs], 7) as tf.Tensor2D;
      const y = tf.tidy(() => tf.oneHot(x.slice([0, 0], [100, 1]).greater(0).cast('int32').reshape([100]), 2).cast('float32')) as tf.Tensor2D;
      await trainAlike([model(kind), model(kind)], x, y, { epochs: 5, batchSize: 30, tolerance: 1e-4, lossShare: 0.7 });
      tf.dispose([x, y]);
    });
  }

  test('nothing leaks', () => leavesNothing(async () => {
    const tf = tensorFlowJs();
    const net = model({ factors: 3, execution: 'factorised' });
    const [x, y] = [tf.ones([20, inputs]), tf.ones([20, 2])];
    await net.fit(x, y, { epochs: 1, verbose: 0 });
    const dense = lowRankDense.fromDense(net.layers[1]!, { rank: 1 });
    const [low, plain, halves] = [net.layers[0] as LowRankDense, dense.toDense(), dense.toDenseLayers()];
    dispose(low.toDense(), ...low.toDenseLayers(), plain, ...halves);
    assert.equal(dense.dispose().numDisposedVariables, 3);
    (net.optimizer as tf.Optimizer).dispose();
    net.dispose();
    tf.dispose([x, y]);
  }));
});

describe('lowRankDense: dense layers and back', () => {
  const rankFull = Math.min(inputs, units);

  for (const factors of [2, 3] as const) {
    test(`of full rank, ${factors} factors: the same outputs, and the same dense layer again`, () => {
      const dense = builtDense({ activation: 'tanh' });
      const layer = lowRankDense.fromDense(dense, { rank: rankFull, factors });
      const back = layer.toDense();
      tensorFlowJs().tidy(() => {
        const x = seeded([5, inputs], 1);
        near(layer.apply(x) as tf.Tensor, dense.apply(x) as tf.Tensor);
        back.getWeights().forEach((weight, i) => near(weight, dense.getWeights()[i]!));
      });
      assert.deepEqual(back.getConfig(), dense.getConfig());
      dispose(dense, layer, back);
    });

    test(`of rank ${rank}, ${factors} factors: the best approximation, and two dense layers that act like it`, () => {
      const dense = builtDense({ activation: 'relu', name: 'hidden', biasRegularizer: 'l1l2', trainable: false });
      const layer = lowRankDense.fromDense(dense, { rank, factors });
      const [plain, pair] = [layer.toDense(), layer.toDenseLayers()];
      tensorFlowJs().tidy(() => {
        near(kernelOf(plain), lowRank(kernelOf(dense), rank));
        const x = seeded([5, inputs], 1);
        near(pair[1]!.apply(pair[0]!.apply(x)) as tf.Tensor, layer.apply(x) as tf.Tensor);
      });
      assert.deepEqual(pair.map(({ name }) => name), ['hidden_left', 'hidden']);
      assert.deepEqual(pair.map((half) => half.countParams()), [rank * inputs, (rank + 1) * units]);
      for (const each of [layer, plain, ...pair]) assert.equal(each.trainable, false);
      assert.equal(pair[1]!.losses.length, 1);
      dispose(dense, layer, plain, ...pair);
    });
  }

  for (const singularValues of ['left', 'balanced', 'right'] as const) {
    test(`singular values: ${singularValues}`, () => {
      const dense = builtDense();
      const layer = lowRankDense.fromDense(dense, { rank, singularValues });
      tensorFlowJs().tidy(() => {
        const { s } = svd(kernelOf(dense));
        const power = { left: 2, balanced: 1, right: 0 }[singularValues];
        const [left, right] = layer.getWeights() as tf.Tensor2D[];
        const wanted = (exponent: number) => tensorFlowJs().diag(s.slice(0, rank).pow(exponent)) as tf.Tensor2D;
        near(left!.matMul(left!, true), wanted(power));
        near(right!.matMul(right!, false, true), wanted(2 - power));
      });
      dispose(dense, layer);
    });
  }

  test('of a large kernel: an error that is next to the least one', () => {
    const tf = tensorFlowJs();
    const dense = tf.layers.dense({ units: 200, ...initializers() });
    dense.build([null, 300]);
    const layer = lowRankDense.fromDense(dense, { rank: 10 });
    const plain = layer.toDense();
    tf.tidy(() => {
      const s = svd(kernelOf(dense), { computeUV: false });
      near(kernelOf(plain).sub(kernelOf(dense)).norm(), s.slice(10).norm(), 1e-4);
    });
    dispose(dense, layer, plain);
  });

  test('takes a rank rule, and a decomposition that was made already', () => {
    const tf = tensorFlowJs();
    const dense = builtDense();
    const factors = tf.tidy(() => ({ ...svd(kernelOf(dense)) }));
    const spectrum = factors.s.arraySync() as number[];
    const total = spectrum.reduce((sum, s) => sum + s * s, 0);
    const energy = (spectrum[0]! ** 2 + spectrum[1]! ** 2) / total - 1e-3;
    const layers = [
      lowRankDense.fromDense(dense, { rank: { energy } }),
      lowRankDense.fromDense(dense, { rank: { energy }, svd: factors }),
      lowRankDense.fromDense(dense, { rank: ({ s, rows, columns }) => s.length + rows + columns - 30 }),
      lowRankDense.fromDense(dense, { rank: { ratio: 2 } }),
    ];
    assert.deepEqual(layers.map((layer) => layer.rank), [2, 2, 2, 2]);
    // Another matrix's factors show that they are taken.
    const other = { u: tf.ones([inputs, 2]), s: tf.tensor1d([9, 8]), v: tf.ones([units, 2]) };
    layers.push(lowRankDense.fromDense(dense, { rank: 1, factors: 3, svd: other }));
    assert.deepEqual(layers.at(-1)!.getWeights()[1]!.arraySync(), [9]);
    dispose(dense, ...layers);
    tf.dispose([factors, other]);
  });

  test('keeps the input shape, and can be saved and loaded beside others of its kind', async () => {
    const tf = tensorFlowJs();
    const dense = tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [inputs], batchSize: 4 }), tf.layers.dense({ units: 6 })] });
    const layers = dense.layers.map((layer) => lowRankDense.fromDense(layer, { rank }));
    assert.deepEqual(layers[0]!.batchInputShape, [4, inputs]);
    const plain = tf.sequential({ layers: layers.map((layer) => layer.toDense()) });
    const twice = tf.sequential({ layers: layers.flatMap((layer) => layer.toDenseLayers()) });
    const model = tf.sequential({ layers });
    const x = seeded([4, inputs], 1);
    for (const net of [model, plain, twice]) {
      const loaded = await savedAndLoaded(net);
      tf.tidy(() => {
        near(loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
        near(net.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
      });
      loaded.dispose();
    }
    [dense, model, plain, twice].forEach((net) => net.dispose());
    x.dispose();
  });
});

describe('lowRankDense: saving and loading', () => {
  const args = {
    units, rank, factors: 3, execution: 'reconstructed', activation: 'relu',
    kernelInitializer: 'heNormal', kernelRegularizer: 'l1l2', biasConstraint: 'nonNeg',
  } as const;

  test('from its configuration', () => {
    const layer = lowRankDense({ ...args, name: 'one', inputShape: [inputs] });
    const again = lowRankDense(JSON.parse(JSON.stringify(layer.getConfig())) as LowRankDenseLayerArgs);
    assert.deepEqual(again.getConfig(), layer.getConfig());
    const { rank: rankSaved, factors, execution } = layer.getConfig();
    assert.deepEqual({ rankSaved, factors, execution }, { rankSaved: rank, factors: 3, execution: 'reconstructed' });
  });

  for (const kind of ['sequential', 'functional'] as const) {
    test(`in a ${kind} model`, async () => {
      const tf = tensorFlowJs();
      const layers = () => [lowRankDense({ ...args, inputShape: [inputs] }), lowRankDense({ units: 4, rank: 2 })];
      const input = tf.input({ shape: [inputs] });
      const model = kind === 'sequential'
        ? tf.sequential({ layers: layers() })
        : tf.model({ inputs: input, outputs: layers().reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input) });
      const loaded = await savedAndLoaded(model);
      assert.deepEqual(loaded.layers.map((layer) => layer.getConfig()), model.layers.map((layer) => layer.getConfig()));
      const x = seeded([5, inputs], 1);
      tf.tidy(() => near(loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor, 1e-6));
      x.dispose();
      [model, loaded].forEach((net) => net.dispose());
    });
  }

  test('setWeights and getWeights', () => {
    const [from, to] = [built(), built()];
    to.setWeights(from.getWeights());
    to.getWeights().forEach((weight, i) => near(weight, from.getWeights()[i]!, 0));
    assert.throws(() => to.setWeights(from.getWeights().slice(1)), /expecting 3 weights/);
    dispose(from, to);
  });
});

describe('lowRankDense: errors', () => {
  for (const [args, message] of [
    [{ rank: 0 }, 'lowRankDense: rank is 0; for 10 units it must be an integer from 1 to 10'],
    [{ rank: 11 }, 'lowRankDense: rank is 11; for 10 units it must be an integer from 1 to 10'],
    [{ rank: 1.5 }, 'lowRankDense: rank is 1.5; for 10 units it must be an integer from 1 to 10'],
    [{ factors: 4 as 3 }, 'lowRankDense: factors is 4; it must be 2 or 3'],
    [{ execution: 'fast' as 'auto' }, "lowRankDense: execution is \"fast\"; it must be 'auto', 'factorised' or 'reconstructed'"],
    [
      { kernelConstraint: 'maxNorm' },
      'lowRankDense: kernelConstraint is MaxNorm; the layer holds factors of its kernel, which cannot be constrained, so it must be null',
    ],
  ] as [Partial<LowRankDenseLayerArgs>, string][]) {
    test(message, () => assert.throws(() => lowRankDense({ units, rank, ...args }), { name: 'RangeError', message }));
  }

  test('a kernelConstraint of null is allowed', () => {
    assert.equal(lowRankDense({ units, rank, kernelConstraint: null as never }).rank, rank);
  });

  test('a rank above the inputs, and inputs that are not known', () => {
    assert.throws(() => lowRankDense({ units, rank: 5 }).build([null, 4]), {
      name: 'RangeError',
      message: 'lowRankDense: rank is 5; for a [4,10] matrix it must be an integer from 1 to 4',
    });
    assert.throws(() => lowRankDense({ units, rank }).build([null, null]), {
      name: 'RangeError',
      message: 'lowRankDense: the input has the shape [null,null]; its last extent must be known',
    });
  });

  test('an input of another extent', () => {
    const layer = built();
    assert.throws(() => layer.apply(tensorFlowJs().zeros([2, inputs + 1])), /expected axis -1 of input shape to have value 12/);
    dispose(layer);
  });

  test('an initial kernel that is not finite', () => {
    const layer = lowRankDense({ units, rank, kernelInitializer: tensorFlowJs().initializers.constant({ value: NaN }) });
    const message = 'lowRankDense: the initial kernel has NaN elements; all must be finite';
    assert.throws(() => layer.build([null, inputs]), { name: 'RangeError', message });
  });

  test('what is not built cannot become a dense layer', () => {
    const message = "lowRankDense: the layer 'raw' is not built; make it a part of a model, or call its build, first";
    const layer = lowRankDense({ units, rank, name: 'raw' });
    assert.throws(() => layer.toDense(), { name: 'TypeError', message });
    assert.throws(() => layer.toDenseLayers(), { name: 'TypeError', message });
  });

  test('fromDense: no dense layer, one that is not built, NaN, a rule that fails, factors that do not fit', () => {
    const tf = tensorFlowJs();
    const { fromDense } = lowRankDense;
    const refuses = (layer: tf.layers.Layer, options: Parameters<typeof fromDense>[1], name: string, message: string) =>
      assert.throws(() => fromDense(layer, options), { name, message });
    const prefix = 'lowRankDense.fromDense:';
    refuses(undefined as never, { rank }, 'TypeError', `${prefix} layer is undefined; it must be a Dense layer`);
    refuses(tf.layers.flatten(), { rank }, 'TypeError', `${prefix} layer is a Flatten layer; it must be a Dense layer`);
    const raw = tf.layers.dense({ units, name: 'raw' });
    refuses(raw, { rank }, 'TypeError', `${prefix} the layer 'raw' is not built; make it a part of a model, or call its build, first`);
    const dense = builtDense();
    const before = tf.memory().numTensors;
    refuses(dense, { rank: 11 }, 'RangeError', 'rank is 11; for a 12 × 10 matrix it must be an integer from 1 to 10');
    refuses(dense, { rank: { energy: 2 } }, 'RangeError', 'energy is 2; it must be above 0 and at most 1');
    const singularValues = 'both' as 'left';
    refuses(dense, { rank, singularValues }, 'RangeError', `${prefix} singularValues is "both"; it must be 'left', 'balanced' or 'right'`);
    refuses(dense, { rank, factors: 1 as 2 }, 'RangeError', 'lowRankDense: factors is 1; it must be 2 or 3');
    const [u, s, v] = [tf.zeros([12, 2]), tf.zeros([2]), tf.zeros([10, 2])];
    refuses(dense, { rank, svd: { u, s, v } }, 'RangeError', `${prefix} svd has 2 singular values; rank 3 needs as many`);
    const unfit = `${prefix} svd has u [10,2], s [2] and v [10,2]; for a 12 × 10 matrix they must be [12, k], [k] and [10, k]`;
    refuses(dense, { rank: 2, svd: { u: v, s, v } }, 'RangeError', unfit);
    tf.dispose([u, s, v]);
    assert.equal(tf.memory().numTensors, before);
    const nan = tf.initializers.constant({ value: NaN });
    const broken = (['kernel', 'bias'] as const).map((weight) => builtDense({ name: 'broken', [`${weight}Initializer`]: nan }));
    refuses(broken[0]!, { rank }, 'RangeError', `${prefix} the kernel of the layer 'broken' has NaN elements; all must be finite`);
    refuses(broken[1]!, { rank }, 'RangeError', `${prefix} the bias of the layer 'broken' has NaN elements; all must be finite`);
    const constrained = builtDense({ kernelConstraint: 'nonNeg' });
    assert.throws(() => fromDense(constrained, { rank }), /kernelConstraint is NonNeg/);
    dispose(dense, ...broken, constrained);
  });
});
