import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { fit, loadBackend, lowRankConv2d, orthogonality, sparsity, svdConv2d, type SvdConv2D, type SvdConv2DLayerArgs } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { builtConv, channels, filters, forms, imageShape, kernelOf, matrixOf, rank, trains, type ConvArgs } from './convolution-checks';
import { dispose, gradients, initializers, leavesNothing, near, savedAndLoaded, seeded, trainAlike } from './low-rank-checks';
import { orthogonalityOf, sparsityOf } from './svd-formulas';

before(loadBackend);

/** With singular values in no order, one of them below 0, and vectors that are not orthonormal. */
function trained(args: Partial<SvdConv2DLayerArgs> = {}): SvdConv2D {
  const layer = svdConv2d({ filters, kernelSize: 3, rank, ...initializers(), ...args });
  layer.build(imageShape(args, null, null, null));
  tensorFlowJs().tidy(() => {
    const [u, , v, ...bias] = layer.getWeights();
    const [du, dv] = [seeded(u!.shape, 1).mul(0.1), seeded(v!.shape, 2).mul(0.1)];
    layer.setWeights([u!.add(du), tensorFlowJs().tensor1d([0.5, -2, 1]), v!.add(dv), ...bias]);
  });
  return layer;
}


describe('svdConv2d', () => {
  test('its weights, of the rank of all singular values by default', () => {
    const shapes = forms.map((form) => {
      const layer = svdConv2d({ filters, kernelSize: [3, 2], form });
      layer.build([null, null, null, channels]);
      const all = layer.weights.map((weight) => [weight.originalName.split('/').at(-1), ...weight.shape]);
      dispose(layer);
      return all;
    });
    assert.deepEqual(shapes[0], [['u', 24, 5], ['s', 5], ['v', 5, 5], ['bias', 5]]);
    assert.deepEqual(shapes[1], [['u', 12, 10], ['s', 10], ['v', 10, 10], ['bias', 5]]);
  });

  for (const form of forms) {
    for (const args of [{}, { strides: 2, padding: 'same', dataFormat: 'channelsFirst' }, { kernelSize: [2, 3] }] as Partial<ConvArgs>[]) {
      test(`${form}, ${JSON.stringify(args)}: as the convolution with U·diag(s)·Vᵀ, and as the layers that it becomes`, () => {
        const layers = (['factorised', 'reconstructed'] as const).map((execution) => trained({ ...args, form, execution, activation: 'tanh' }));
        const conv = layers[0]!.toConv2d();
        const others = [layers[1]!, layers[0]!.toLowRankConv2d(), layers[0]!.toLowRankConv2d({ factors: 3 })];
        const pair = layers[0]!.toConv2dLayers();
        tensorFlowJs().tidy(() => {
          const [u, s, v] = layers[0]!.getWeights() as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
          near(matrixOf(kernelOf(conv), form), u.mul<tf.Tensor2D>(s).matMul(v, false, true));
          const x = seeded(imageShape(args, 2, 9, 8), 1);
          const expected = layers[0]!.apply(x) as tf.Tensor;
          [conv, ...others].forEach((layer) => near(layer.apply(x) as tf.Tensor, expected));
          near(pair[1]!.apply(pair[0]!.apply(x)) as tf.Tensor, expected);
        });
        assert.equal(lowRankConv2d({ ...others[1]!.getConfig() } as never).form, form);
        dispose(layers[0]!, conv, ...others, ...pair);
      });
    }

    test(`${form}: gradients are those of the convolution`, (t) => {
      if (!trains(t)) return;
      const layers = (['factorised', 'reconstructed'] as const).map((execution) => trained({ form, execution, activation: 'tanh' }));
      const conv = layers[0]!.toConv2d();
      tensorFlowJs().tidy(() => {
        const x = seeded(imageShape({}, 2, 9, 8), 1);
        const [dxConv, dKernel, dBias] = gradients(conv, x) as [tf.Tensor, tf.Tensor4D, tf.Tensor];
        const gradient = matrixOf(dKernel, form);
        for (const layer of layers) {
          const [u, s, v] = layer.getWeights() as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
          const [image, coimage] = [gradient.matMul(v), gradient.matMul(u, true)];
          const expected = [dxConv, image.mul(s), u.mul(image).sum(0), coimage.mul(s), dBias];
          gradients(layer, x).forEach((each, i) => near(each, expected[i]!, 3e-5));
        }
      });
      dispose(...layers, conv);
    });

    test(`${form}: from a convolution and to it again; the penalties are those of its matrix`, () => {
      const tf = tensorFlowJs();
      const conv = builtConv({ name: 'block' });
      const layer = svdConv2d.fromConv2d(conv, { form, orthogonality: 0.5, orthogonalityReduction: 'mean', sparsity: 0.1 });
      const back = layer.toConv2d();
      assert.deepEqual([layer.name, layer.rank], ['block', form === 'channel' ? 5 : 12]);
      assert.deepEqual(back.getConfig(), conv.getConfig());
      back.getWeights().forEach((weight, i) => near(weight, conv.getWeights()[i]!));
      const noisy = trained({ form, orthogonality: 0.5, orthogonalityReduction: 'mean', sparsity: 0.1 });
      const [u, s, v] = noisy.getWeights().map((weight) => weight.arraySync()) as [number[][], number[], number[][]];
      tf.tidy(() => {
        near(noisy.losses[0]!(), tf.scalar((0.5 * orthogonalityOf([u, v])) / 9));
        near(noisy.losses[1]!(), tf.scalar(0.1 * sparsityOf(s, 'hoyer')));
      });
      const low = svdConv2d.fromConv2d(conv, { form, rank: 2 });
      assert.equal(low.rank, 2);
      dispose(conv, layer, back, noisy, low);
    });

    test(`${form}: fit and model.fit make the same steps, the loss falls, and nothing leaks`, (t) => {
      if (!trains(t)) return undefined;
      return leavesNothing(async () => {
        const tf = tensorFlowJs();
        const x = seeded([40, 6, 6, channels], 7) as tf.Tensor4D;
        const y = tf.tidy(() => {
          const label = x.slice([0, 2, 2, 0], [40, 1, 1, 1]).greater(0).cast('int32').reshape<tf.Tensor1D>([40]);
          return tf.oneHot(label, 2).cast('float32') as tf.Tensor2D;
        });
        const model = () => {
          const glorot = (seed: number) => tf.initializers.glorotUniform({ seed });
          const net = tf.sequential({
            layers: [
              svdConv2d({
                filters: 6, kernelSize: 3, rank: 4, form, activation: 'relu', inputShape: [6, 6, channels],
                kernelInitializer: glorot(1), orthogonality: 0.01, sparsity: 0.01,
              }),
              tf.layers.flatten(),
              tf.layers.dense({ units: 2, activation: 'softmax', kernelInitializer: glorot(2) }),
            ],
          });
          net.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy', metrics: [orthogonality(net), sparsity(net)] });
          return net;
        };
        await trainAlike([model(), model()], x, y, { epochs: 4, batchSize: 20, tolerance: 1e-3, lossShare: 0.8 });
        tf.dispose([x, y]);
      });
    });
  }

  test('saved and loaded', async () => {
    const tf = tensorFlowJs();
    const layers = forms.map((form) => svdConv2d({ filters, kernelSize: 2, form, sparsity: 0.1, padding: 'same', inputShape: [5, 5, channels] }));
    const model = tf.sequential({ layers });
    const loaded = await savedAndLoaded(model);
    assert.deepEqual(loaded.layers.map((layer) => layer.getConfig()), layers.map((layer) => layer.getConfig()));
    const x = seeded([2, 5, 5, channels], 1);
    tf.tidy(() => near(loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor, 1e-6));
    x.dispose();
    [model, loaded].forEach((net) => net.dispose());
  });

  for (const [args, message] of [
    [{ sparsity: -0.1 }, 'svdConv2d: sparsity is -0.1; it must be a finite number from 0'],
    [{ rank: 1.5 }, 'svdConv2d: rank is 1.5; it must be an integer above 0'],
    [{ form: 'depth' as 'channel' }, "svdConv2d: form is \"depth\"; it must be 'channel' or 'spatial'"],
    [{ padding: 'causal' }, "svdConv2d: padding is 'causal'; it must be 'valid' or 'same'"],
  ] as [Partial<SvdConv2DLayerArgs>, string][]) {
    test(message, () => assert.throws(() => svdConv2d({ filters, kernelSize: 3, rank, ...args }), { name: 'RangeError', message }));
  }

  test('a rank above the extents, and no convolution', () => {
    const message = 'svdConv2d: rank is 6; for a [36,5] matrix it must be an integer from 1 to 5';
    assert.throws(() => svdConv2d({ filters, kernelSize: 3, rank: 6 }).build([null, 8, 8, channels]), { name: 'RangeError', message });
    const dense = tensorFlowJs().layers.dense({ units: 2 });
    assert.throws(() => svdConv2d.fromConv2d(dense), /svdConv2d.fromConv2d: layer is a Dense layer; it must be a Conv2D layer/);
  });
});

describe('lowRankConv2d with three factors', () => {
  for (const form of forms) {
    test(`${form}: initial weights are the best approximation of a whole kernel, orthonormal and with its norm, and the same layer with two`, () => {
      const tf = tensorFlowJs();
      const layers = ([2, 3] as const).map((factors) => {
        const layer = lowRankConv2d({ filters, kernelSize: 3, rank, form, factors, ...initializers() });
        layer.build([null, null, null, channels]);
        return layer;
      });
      const convs = layers.map((layer) => layer.toConv2d());
      near(kernelOf(convs[1]!), kernelOf(convs[0]!), 1e-4);
      tf.tidy(() => {
        const [u, , v] = layers[1]!.getWeights() as tf.Tensor2D[];
        for (const vectors of [u!, v!]) near(vectors.matMul(vectors, true), tf.eye(rank));
      });
      dispose(...layers, ...convs);
    });
  }

  test('another number of them is refused', () => {
    const message = 'lowRankConv2d: factors is 4; it must be 2 or 3';
    assert.throws(() => lowRankConv2d({ filters, kernelSize: 3, rank, factors: 4 as 3 }), { name: 'RangeError', message });
  });
});
