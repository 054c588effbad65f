import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { liveHandles, scope } from '../../src/tensorflow';
import { adam, sgd, type Optimizer, type ParameterState } from '../../src/training';
import { arithmetics } from './networks';

/** The parameter after each step, for one scalar gradient a step. */
function path(math: ReturnType<typeof arithmetics>[number], optimizer: Optimizer, gradients: readonly number[]): number[] {
  const before = liveHandles();
  const values = scope(() => {
    let state: ParameterState = { value: math.tensor([1], [1]), slots: Array.from({ length: optimizer.slots }, () => math.fill([1], 0)) };
    return gradients.map((gradient, step) => {
      state = optimizer.update(math, state, math.tensor([gradient], [1]), math.tensor([optimizer.rate(step)], []));
      return math.read(state.value)[0]!;
    });
  });
  assert.equal(liveHandles(), before);
  return values;
}

for (const math of arithmetics()) {
  describe(`optimizers, ${math.name} arithmetic`, () => {
    test('SGD subtracts the learning rate, as a 32-bit float, times the gradient', () => {
      const rate = Math.fround(0.1);
      assert.deepEqual(path(math, sgd({ learningRate: 0.1 }), [2, -3]), [1 - 2 * rate, 1 - 2 * rate + 3 * rate]);
    });

    test('Adam’s steps are the published recurrence with Keras’s epsilon and 32-bit hyperparameters', () => {
      const [rate, beta1, beta2] = [0.01, 0.9, 0.999].map(Math.fround) as [number, number, number];
      const gradients = [0.5, -1, 1e-8, 3];
      let [w, m, v] = [1, 0, 0];
      const expected = gradients.map((g, i) => {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
        const alpha = (rate * Math.sqrt(1 - beta2 ** (i + 1))) / (1 - beta1 ** (i + 1));
        return (w -= (alpha * m) / (Math.sqrt(v) + 1e-7));
      });
      path(math, adam({ learningRate: 0.01 }), gradients).forEach((value, i) =>
        assert.ok(Math.abs(value - expected[i]!) < 1e-15, `step ${i}: ${value}, expected ${expected[i]}`),
      );
    });

    test('an optimizer serves a second run as if it were the first', () => {
      const optimizer = adam({ learningRate: 0.01 });
      assert.deepEqual(path(math, optimizer, [1, 2]), path(math, optimizer, [1, 2]));
    });
  });
}

test('hyperparameters outside their range are refused by name', () => {
  for (const rate of [0, -1, NaN, Infinity]) {
    assert.throws(() => sgd({ learningRate: rate }), new RegExp(`learningRate is ${rate}; it must be a finite number above 0`));
    assert.throws(() => adam({ learningRate: rate }), /learningRate is/);
  }
  assert.throws(() => adam({ beta1: 1 }), /beta1 is 1; it must be at least 0 and below 1/);
  assert.throws(() => adam({ beta2: -0.1 }), /beta2 is -0.1/);
  assert.throws(() => adam({ epsilon: 0 }), /epsilon is 0/);
});
