import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { liveHandles, scope, type Float64Tensor } from '../../src/tensorflow';
import { constant, randomNormal, TwoLayerNetwork } from '../../src/training';
import { FullBatch } from '../../src/training/full-batch';
import type { TwoLayerParameters } from '../../src/training/two-layer-network';
import { arithmetics, randomData } from './networks';

function lossOf(network: TwoLayerNetwork, batch: FullBatch): number {
  return scope(() => network.math.read(network.loss(network.parameters, batch))[0]!);
}

for (const math of arithmetics()) {
  describe(`two-layer network, ${math.name} arithmetic`, () => {
    const data = randomData(40);
    let network: TwoLayerNetwork;
    let batch: FullBatch;
    let alive = 0;

    before(() => {
      alive = liveHandles();
      network = new TwoLayerNetwork({ inputs: 7, hidden: 5, outputs: 3, initializer: randomNormal({ stddev: 0.5 }), math });
      batch = new FullBatch(math, data);
    });

    after(() => {
      network.dispose();
      network.dispose();
      batch.dispose();
      assert.equal(liveHandles(), alive);
    });

    test('logits are ReLU(x·W1 + b1)·W2 + b2, and predictions the largest of them', () => {
      const { w1, w2 } = network.weights();
      const { data: logits, shape } = network.logits(data.x);
      assert.deepEqual(shape, [40, 3]);
      const labels = network.predict(data.x);
      for (let row = 0; row < 40; row++) {
        const hidden = Array.from({ length: 5 }, (_, h) => {
          let sum = 0;
          for (let i = 0; i < 7; i++) sum += data.x.data[row * 7 + i]! * w1.data[i * 5 + h]!;
          return Math.max(sum, 0);
        });
        const expected = [0, 1, 2].map((c) => hidden.reduce((sum, value, h) => sum + value * w2.data[h * 3 + c]!, 0));
        expected.forEach((value, c) => assert.ok(Math.abs(value - logits[row * 3 + c]!) < 1e-14));
        assert.equal(labels[row], expected.indexOf(Math.max(...expected)));
      }
    });

    test('the loss does not depend on how the data is divided, and is the mean of −log softmax at the labels', () => {
      const { data: logits } = network.logits(data.x);
      let total = 0;
      for (let row = 0; row < 40; row++) {
        const z = [...logits.subarray(row * 3, row * 3 + 3)];
        const label = data.y.data.subarray(row * 3, row * 3 + 3).indexOf(1);
        total += Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0)) - z[label]!;
      }
      assert.ok(Math.abs(lossOf(network, batch) - total / 40) < 1e-14);
    });

    test('gradients agree with central differences in every parameter', () => {
      const [loss, ...gradients] = network.lossAndGradients(network.parameters, batch);
      assert.ok(Math.abs(math.read(loss)[0]! - lossOf(network, batch)) < 1e-15);
      loss.dispose();
      const values = network.parameters.map((tensor) => math.read(tensor));
      const shapes = network.parameters.map((tensor) => tensor.shape);
      const lossAt = (parameter: number, index: number, step: number): number => {
        const moved = values.map((array, p) => array.map((value, i) => (p === parameter && i === index ? value + step : value)));
        network.assign(moved.map((array, p) => math.tensor(array, shapes[p]!)) as unknown as TwoLayerParameters);
        return lossOf(network, batch);
      };
      const h = 1e-6;
      gradients.forEach((gradient: Float64Tensor, parameter: number) => {
        assert.deepEqual([...gradient.shape], [...shapes[parameter]!]);
        math.read(gradient).forEach((value, i) => {
          const numeric = (lossAt(parameter, i, h) - lossAt(parameter, i, -h)) / (2 * h);
          assert.ok(Math.abs(value - numeric) < 1e-8, `parameter ${parameter}, element ${i}: ${value}, numerically ${numeric}`);
        });
        gradient.dispose();
      });
      network.reset();
    });

    test('reset brings the same starting weights back; another seed gives others', () => {
      const weights = network.weights();
      network.assign(scope(() => network.parameters.map((tensor) => math.mul(tensor, 2))) as unknown as TwoLayerParameters);
      assert.notDeepEqual(network.weights(), weights);
      network.reset();
      assert.deepEqual(network.weights(), weights);
      const other = new TwoLayerNetwork({ inputs: 7, hidden: 5, outputs: 3, initializer: randomNormal({ seed: 1 }), math });
      assert.notDeepEqual(other.weights().w1, weights.w1);
      other.dispose();
    });

    test('constant weights are constant, biases zero', () => {
      const flat = new TwoLayerNetwork({ inputs: 2, hidden: 2, outputs: 2, initializer: constant(0.25), math });
      const { w1, b1, w2, b2 } = flat.weights();
      flat.dispose();
      assert.deepEqual([w1, w2].map(({ data }) => [...data]), [Array(4).fill(0.25), Array(4).fill(0.25)]);
      assert.deepEqual([b1, b2].map(({ data }) => [...data]), [[0, 0], [0, 0]]);
      assert.throws(() => flat.weights(), /the network has been disposed/);
    });

    test('what does not fit is refused by name', () => {
      const x = { data: new Float64Array(6), shape: [1, 6] };
      assert.throws(() => network.predict(x), /x has the shape \[1,6\]; it must be \[rows, 7\]/);
      assert.throws(() => network.logits({ data: new Float64Array(6), shape: [1, 7] }), /x has 6 values/);
      assert.throws(() => new TwoLayerNetwork({ inputs: 7, hidden: 0, outputs: 3, math }), /hidden is 0; it must be/);
    });
  });
}

test('initialisers refuse what is no number', () => {
  assert.throws(() => constant(NaN), /the constant is NaN; it must be a finite number/);
  assert.throws(() => randomNormal({ stddev: 0 }), /stddev is 0; it must be a finite number above 0/);
  assert.throws(() => randomNormal({ seed: 1.5 }), /seed is 1.5; it must be an integer/);
});
