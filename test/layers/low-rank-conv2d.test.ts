import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { fit, loadBackend, lowRankConv2d, svd, type LowRankConv2D, type LowRankConv2DLayerArgs } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { builtConv, channels, filters, forms, imageShape, kernelOf, matrixOf, rank, trains, type ConvArgs } from './convolution-checks';
import { dispose, gradients, initializers, leavesNothing, near, savedAndLoaded, seeded, shapesComputed, trainAlike } from './low-rank-checks';

before(loadBackend);

function built(args: Partial<LowRankConv2DLayerArgs> = {}): LowRankConv2D {
  const layer = lowRankConv2d({ filters, kernelSize: 3, rank, ...initializers(), ...args });
  layer.build(imageShape(args, null, null, null));
  return layer;
}


describe('lowRankConv2d: symbolic', () => {
  for (const form of forms) {
    for (const args of [{}, { padding: 'same', strides: [2, 3] }, { dataFormat: 'channelsFirst', dilationRate: [2, 1] }] as Partial<ConvArgs>[]) {
      test(`${form}, ${JSON.stringify(args)}: the output shape of a convolution`, () => {
        const { input, layers } = tensorFlowJs();
        const x = input({ batchShape: imageShape(args, null, 9, 11) });
        const outputs = [lowRankConv2d({ filters, kernelSize: [3, 2], rank, form, ...args }), layers.conv2d({ filters, kernelSize: [3, 2], ...args })]
          .map((layer) => {
            const y = layer.apply(x) as tf.SymbolicTensor;
            assert.deepEqual(layer.computeOutputShape(x.shape), y.shape);
            layer.dispose();
            return y.shape;
          });
        assert.deepEqual(outputs[0], outputs[1]);
      });
    }
  }

  test('its weights', () => {
    const shapes = (layer: LowRankConv2D) => layer.weights.map((weight) => [weight.originalName.split('/').at(-1), ...weight.shape]);
    const [channel, spatial] = [built({ kernelSize: [3, 2] }), built({ kernelSize: [3, 2], form: 'spatial', useBias: false })];
    assert.deepEqual(shapes(channel), [['left', 3, 2, 4, 3], ['right', 1, 1, 3, 5], ['bias', 5]]);
    assert.deepEqual(shapes(spatial), [['left', 3, 1, 4, 3], ['right', 1, 2, 3, 5]]);
    channel.trainable = false;
    assert.deepEqual([channel.trainableWeights.length, channel.nonTrainableWeights.length, channel.getConfig().trainable], [0, 3, false]);
    dispose(channel, spatial);
  });
});

describe('lowRankConv2d: tensors', () => {
  const geometries: Partial<ConvArgs>[] = [
    {},
    { padding: 'same' },
    { strides: 2 },
    { strides: 2, padding: 'same' },
    { strides: [2, 1], padding: 'same' },
    { strides: [1, 3] },
    { dilationRate: 2 },
    { dilationRate: [1, 2], padding: 'same' },
    { kernelSize: [1, 4], padding: 'same' },
    { kernelSize: [4, 2], strides: [2, 3], padding: 'same' },
    { kernelSize: 1 },
  ];
  for (const form of forms) {
    for (const geometry of geometries) {
      for (const dataFormat of ['channelsLast', 'channelsFirst'] as const) {
        test(`${form}, ${JSON.stringify(geometry)}, ${dataFormat}: as the convolution with the product`, () => {
          const args = { ...geometry, dataFormat, form, activation: 'softmax' } as const;
          const layers = (['factorised', 'reconstructed'] as const).map((execution) => built({ ...args, execution }));
          const conv = layers[0]!.toConv2d();
          const pair = layers[0]!.toConv2dLayers();
          tensorFlowJs().tidy(() => {
            const x = seeded(imageShape(args, 2, 9, 8), 1);
            const expected = conv.apply(x) as tf.Tensor;
            layers.forEach((layer) => near(layer.apply(x) as tf.Tensor, expected));
            near(pair[1]!.apply(pair[0]!.apply(x)) as tf.Tensor, expected);
          });
          dispose(...layers, conv, ...pair);
        });
      }
    }
  }

  // Without dilation, of which TensorFlow.js has no gradient.
  for (const form of forms) {
    for (const geometry of [{}, { strides: 2, padding: 'same' }, { strides: [1, 2], dataFormat: 'channelsFirst' }] as Partial<ConvArgs>[]) {
      test(`${form}, ${JSON.stringify(geometry)}: gradients`, (t) => {
        if (!trains(t)) return;
        const args = { ...geometry, form, activation: 'tanh' } as const;
        const [factorised, reconstructed] = [built({ ...args, execution: 'factorised' }), built({ ...args, execution: 'reconstructed' })];
        const conv = factorised.toConv2d();
        tensorFlowJs().tidy(() => {
          const x = seeded(imageShape(args, 2, 9, 8), 1);
          const [dx, dLeft, dRight, dBias] = gradients(factorised, x) as [tf.Tensor, tf.Tensor4D, tf.Tensor4D, tf.Tensor];
          gradients(reconstructed, x).forEach((gradient, i) => near(gradient, [dx, dLeft, dRight, dBias][i]!, 3e-5));
          const [dxConv, dKernel, dBiasConv] = gradients(conv, x) as [tf.Tensor, tf.Tensor4D, tf.Tensor];
          near(dx, dxConv);
          near(dBias, dBiasConv);
          const right = factorised.getWeights()[1] as tf.Tensor4D;
          const columns = right.squeeze([0]).transpose([1, 0, 2]).reshape<tf.Tensor2D>([rank, -1]);
          near(dLeft.reshape([-1, rank]), matrixOf(dKernel, form).matMul(columns, false, true), 3e-5);
        });
        dispose(factorised, reconstructed, conv);
      });
    }
  }

  test('multiply-adds', () => {
    const shape = [2, 8, 8, 4];
    const args = { filters: 5, kernelSize: 3, rank: 3 } as const;
    // 2 images, 6 × 6 positions, kernels of 3·3·4·5 = 180; between the spatial halves there are 6 × 8.
    const dense = 2 * 36 * 180;
    const reconstructed = 3 * 180 + dense;
    assert.deepEqual(lowRankConv2d(args).multiplyAdds(shape), { dense, reconstructed, factorised: 2 * 36 * 3 * (36 + 5) });
    assert.deepEqual(lowRankConv2d({ ...args, form: 'spatial' }).multiplyAdds(shape), { dense, reconstructed, factorised: 2 * 3 * (48 * 12 + 36 * 15) });
    assert.deepEqual(lowRankConv2d({ ...args, dataFormat: 'channelsFirst' }).multiplyAdds([2, 4, 8, 8]).dense, dense);
    assert.equal(lowRankConv2d(args).multiplyAdds([null, 8, 8, 4]).dense, dense / 2);
  });

  // A 1 × 1 convolution from 4 to 5 channels at rank 4: 36 multiply-adds a position against 80 and 20 a position.
  for (const [batch, isReconstructed] of [[5, false], [6, true]] as const) {
    test(`auto: ${batch} positions ${isReconstructed ? 'form' : 'do not form'} the kernel`, async () => {
      const layer = built({ kernelSize: 1, rank: 4, useBias: false });
      const shapes = await shapesComputed(layer, [batch, 1, 1, channels]);
      assert.equal(shapes.includes(`[${batch},1,1,4]`), !isReconstructed);
      dispose(layer);
    });
  }
});

describe('lowRankConv2d: initial weights', () => {
  for (const form of forms) {
    for (const name of ['glorotNormal', 'heUniform', 'randomUniform', 'ones'] as const) {
      test(`${form}, ${name}: the best approximation of a whole kernel, with its norm`, () => {
        const tf = tensorFlowJs();
        const args = (): Partial<ConvArgs> => ({ kernelInitializer: name === 'ones' ? name : tf.initializers[name]({ seed: 5 }) });
        const [layer, reference] = [built({ ...args(), form }), builtConv(args())];
        const conv = layer.toConv2d();
        tf.tidy(() => {
          const [product, draw] = [matrixOf(kernelOf(conv), form), matrixOf(kernelOf(reference), form)];
          near(product.norm(), draw.norm());
          const { u, s, v } = svd(draw);
          const first = (x: tf.Tensor) => x.slice([0, 0], [-1, rank]) as tf.Tensor2D;
          const values = s.slice(0, rank);
          near(product, first(u).mul<tf.Tensor2D>(values).matMul(first(v), false, true).mul(draw.norm().div(values.norm())), 1e-4);
        });
        dispose(layer, reference, conv);
      });
    }
  }
});

describe('lowRankConv2d: regularisers', () => {
  for (const form of forms) {
    for (const name of ['l1', 'l2', 'l1l2'] as const) {
      test(`${form}, ${name}: that of the product`, () => {
        const tf = tensorFlowJs();
        const layer = built({ form, kernelSize: [3, 2], kernelRegularizer: tf.regularizers[name]() });
        const conv = layer.toConv2d();
        tf.tidy(() => {
          near(layer.losses[0]!(), conv.losses[0]!());
          const gradient = (of: tf.layers.Layer) => {
            const variable = of.trainableWeights[0]!.read() as tf.Variable;
            return tf.variableGrads(() => of.losses[0]!(), [variable]).grads[variable.name] as tf.Tensor4D;
          };
          const [, right] = layer.getWeights() as tf.Tensor4D[];
          const columns = right!.squeeze([0]).transpose([1, 0, 2]).reshape<tf.Tensor2D>([rank, -1]);
          near(gradient(layer).reshape([-1, rank]), matrixOf(gradient(conv), form).matMul(columns, false, true));
        });
        dispose(layer, conv);
      });
    }
  }
});

describe('lowRankConv2d: training', () => {
  function model(form: LowRankConv2D['form']): tf.Sequential {
    const tf = tensorFlowJs();
    const glorot = (seed: number) => tf.initializers.glorotUniform({ seed });
    const net = tf.sequential({
      layers: [
        lowRankConv2d({
          filters: 6, kernelSize: 3, rank: 2, form, activation: 'relu', inputShape: [8, 8, channels],
          kernelInitializer: glorot(1), kernelRegularizer: tf.regularizers.l2({ l2: 1e-3 }),
        }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2, activation: 'softmax', kernelInitializer: glorot(2) }),
      ],
    });
    net.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    return net;
  }

  for (const form of forms) {
    test(`${form}: fit and model.fit make the same steps, and the loss falls`, async (t) => {
      if (!trains(t)) return;
      const tf = tensorFlowJs();
      const x = seeded([60, 8, 8, channels], 7) as tf.Tensor4D;
      const y = tf.tidy(() => {
        const label = x.slice([0, 2, 2, 0], [60, 1, 1, 1]).greater(0).cast('int32').reshape<tf.Tensor1D>([60]);
        return tf.oneHot(label, 2).cast('float32') as tf.Tensor2D;
      });
      await trainAlike([model(form), model(form)], x, y, { epochs: 4, batchSize: 20, tolerance: 1e-3, lossShare: 0.7 });
      tf.dispose([x, y]);
    });
  }

  test('nothing leaks', (t) => leavesNothing(async () => {
    const tf = tensorFlowJs();
    const net = model('spatial');
    const [x, y] = [tf.ones([4, 8, 8, channels]), tf.ones([4, 2])];
    if (trains(t)) await net.fit(x, y, { epochs: 1, verbose: 0 });
    else tf.dispose(net.predict(x));
    const conv = (net.layers[0] as LowRankConv2D).toConv2d();
    const low = lowRankConv2d.fromConv2d(conv, { rank: 1 });
    dispose(conv, ...low.toConv2dLayers());
    assert.equal(low.dispose().numDisposedVariables, 3);
    (net.optimizer as tf.Optimizer).dispose();
    net.dispose();
    tf.dispose([x, y]);
  }));
});

describe('lowRankConv2d: convolutions and back', () => {
  for (const form of forms) {
    for (const dataFormat of ['channelsLast', 'channelsFirst'] as const) {
      test(`${form}, ${dataFormat}, of full rank: the same outputs, and the same convolution again`, () => {
        const args: Partial<ConvArgs> = { kernelSize: [3, 2], activation: 'tanh', strides: 2, padding: 'same', dataFormat };
        const conv = builtConv(args);
        const layer = lowRankConv2d.fromConv2d(conv, { rank: form === 'channel' ? 5 : 10, form });
        const back = layer.toConv2d();
        tensorFlowJs().tidy(() => {
          const x = seeded(imageShape(args, 2, 7, 6), 1);
          near(layer.apply(x) as tf.Tensor, conv.apply(x) as tf.Tensor);
          back.getWeights().forEach((weight, i) => near(weight, conv.getWeights()[i]!));
        });
        assert.deepEqual(back.getConfig(), conv.getConfig());
        dispose(conv, layer, back);
      });
    }

    for (const singularValues of ['left', 'balanced', 'right'] as const) {
      test(`${form}, of rank ${rank}: the best approximation, singular values ${singularValues}`, () => {
        const conv = builtConv({ name: 'block', trainable: false });
        const layer = lowRankConv2d.fromConv2d(conv, { rank, form, singularValues });
        const [back, pair] = [layer.toConv2d(), layer.toConv2dLayers()];
        tensorFlowJs().tidy(() => {
          const matrix = matrixOf(kernelOf(conv), form);
          const { s } = svd(matrix);
          near(matrixOf(kernelOf(back), form).sub(matrix).norm(), s.slice(rank).norm());
          const left = layer.getWeights()[0]!.reshape<tf.Tensor2D>([-1, rank]);
          near(left.matMul(left, true), tensorFlowJs().diag(s.slice(0, rank).pow({ left: 2, balanced: 1, right: 0 }[singularValues])));
        });
        assert.deepEqual(pair.map(({ name }) => name), ['block_left', 'block']);
        for (const each of [layer, back, ...pair]) assert.equal(each.trainable, false);
        dispose(conv, layer, back, ...pair);
      });
    }
  }

  test('takes a rank rule, and a decomposition that was made already', () => {
    const tf = tensorFlowJs();
    const conv = builtConv();
    const factors = tf.tidy(() => ({ ...svd(matrixOf(kernelOf(conv), 'spatial')) }));
    const layers = [undefined, factors].map((given) => lowRankConv2d.fromConv2d(conv, { rank: { tolerance: 0.5 }, form: 'spatial', svd: given }));
    const [one, other] = layers.map((layer) => layer.toConv2d());
    const { error, size } = tf.tidy(() => ({
      error: kernelOf(one!).sub(kernelOf(conv)).norm().div(kernelOf(conv).norm()).dataSync()[0]!,
      size: layers[0]!.rank,
    }));
    assert.ok(error <= 0.5 && size < 12, `the error is ${error} at rank ${size}`);
    near(kernelOf(other!), kernelOf(one!));
    dispose(conv, one!, other!, ...layers);
    tf.dispose(factors);
  });
});

describe('lowRankConv2d: saving and loading', () => {
  for (const kind of ['sequential', 'functional'] as const) {
    test(`in a ${kind} model, made of convolutions`, async () => {
      const tf = tensorFlowJs();
      const convs = tf.sequential({
        layers: [
          tf.layers.conv2d({
            filters, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu', kernelRegularizer: 'l1l2', inputShape: [8, 8, channels],
          }),
          tf.layers.conv2d({ filters: 6, kernelSize: [2, 3] }),
        ],
      });
      const layers = convs.layers.map((layer, i) => lowRankConv2d.fromConv2d(layer, { rank, form: forms[i]!, execution: 'factorised' }));
      assert.deepEqual(layers[0]!.batchInputShape, [null, 8, 8, channels]);
      const input = tf.input({ shape: [8, 8, channels] });
      const model = kind === 'sequential'
        ? tf.sequential({ layers })
        : tf.model({ inputs: input, outputs: layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input) });
      const loaded = await savedAndLoaded(model);
      assert.deepEqual(loaded.layers.map((layer) => layer.getConfig()), model.layers.map((layer) => layer.getConfig()));
      const x = seeded([2, 8, 8, channels], 1);
      tf.tidy(() => near(loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor, 1e-6));
      x.dispose();
      [convs, model, loaded].forEach((net) => net.dispose());
    });
  }
});

describe('lowRankConv2d: errors', () => {
  for (const [args, message] of [
    [{ rank: 0 }, 'lowRankConv2d: rank is 0; it must be an integer above 0'],
    [{ rank: 2.5 }, 'lowRankConv2d: rank is 2.5; it must be an integer above 0'],
    [{ form: 'depth' as 'channel' }, "lowRankConv2d: form is \"depth\"; it must be 'channel' or 'spatial'"],
    [{ execution: 'fast' as 'auto' }, "lowRankConv2d: execution is \"fast\"; it must be 'auto', 'factorised' or 'reconstructed'"],
    [{ padding: 'causal' }, "lowRankConv2d: padding is 'causal'; it must be 'valid' or 'same'"],
    [
      { kernelConstraint: 'unitNorm' },
      'lowRankConv2d: kernelConstraint is UnitNorm; the layer holds factors of its kernel, which cannot be constrained, so it must be null',
    ],
  ] as [Partial<LowRankConv2DLayerArgs>, string][]) {
    test(message, () => assert.throws(() => lowRankConv2d({ filters, kernelSize: 3, rank, ...args }), { name: 'RangeError', message }));
  }

  for (const [form, shape, most] of [['channel', '36,5', 5], ['spatial', '12,15', 12]] as const) {
    test(`${form}: a rank above ${most}`, () => {
      built({ form, rank: most, useBias: false }).dispose();
      const message = `lowRankConv2d: rank is ${most + 1}; for a [${shape}] matrix it must be an integer from 1 to ${most}`;
      assert.throws(() => built({ form, rank: most + 1 }), { name: 'RangeError', message });
    });
  }

  test('channels that are not known', () => {
    assert.throws(() => lowRankConv2d({ filters, kernelSize: 3, rank }).build([null, 8, 8, null]), {
      name: 'RangeError',
      message: 'lowRankConv2d: the input has the shape [null,8,8,null]; the extent of its channels must be known',
    });
  });

  test('what is not built cannot become a convolution', () => {
    const message = "lowRankConv2d: the layer 'raw' is not built; make it a part of a model, or call its build, first";
    const layer = lowRankConv2d({ filters, kernelSize: 3, rank, name: 'raw' });
    assert.throws(() => layer.toConv2d(), { name: 'TypeError', message });
    assert.throws(() => layer.toConv2dLayers(), { name: 'TypeError', message });
  });

  test('fromConv2d: no convolution, one that is not built, NaN, a rank that is too high, a form that there is not', () => {
    const tf = tensorFlowJs();
    const refuses = (layer: tf.layers.Layer, options: Parameters<typeof lowRankConv2d.fromConv2d>[1], name: string, message: string) =>
      assert.throws(() => lowRankConv2d.fromConv2d(layer, options), { name, message });
    const prefix = 'lowRankConv2d.fromConv2d:';
    refuses(tf.layers.dense({ units: 2 }), { rank }, 'TypeError', `${prefix} layer is a Dense layer; it must be a Conv2D layer`);
    const raw = tf.layers.conv2d({ filters, kernelSize: 3, name: 'raw' });
    refuses(raw, { rank }, 'TypeError', `${prefix} the layer 'raw' is not built; make it a part of a model, or call its build, first`);
    const conv = builtConv();
    refuses(conv, { rank: 6 }, 'RangeError', 'rank is 6; for a 36 × 5 matrix it must be an integer from 1 to 5');
    refuses(conv, { rank, form: 'depth' as 'channel' }, 'RangeError', `${prefix} form is "depth"; it must be 'channel' or 'spatial'`);
    const singularValues = 'both' as 'left';
    refuses(conv, { rank, singularValues }, 'RangeError', `${prefix} singularValues is "both"; it must be 'left', 'balanced' or 'right'`);
    const broken = builtConv({ name: 'broken', kernelInitializer: tf.initializers.constant({ value: Infinity }) });
    const infinite = tf.getBackend() === 'tensorflow' ? 'Inf' : 'Infinity';
    refuses(broken, { rank }, 'RangeError', `${prefix} the kernel of the layer 'broken' has ${infinite} elements; all must be finite`);
    dispose(conv, broken);
  });
});
