import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { networkLayers, stepFlops } from './shared/networks';

describe('networks by name', () => {
  const cnn = '28x28-16c-32c-64-10';

  test('each pooling halves height and width', () => {
    assert.deepEqual(
      networkLayers(cnn).map(({ isConvolution, shape, places }) => [isConvolution, ...shape, places]),
      [[true, 9, 16, 784], [true, 144, 32, 196], [false, 1568, 64, 1], [false, 64, 10, 1]],
    );
  });

  test('the same layers in SVD form, which at full rank has more to do', () => {
    assert.deepEqual(networkLayers(`svd ${cnn}`), networkLayers(cnn));
    assert.equal(stepFlops('784-10', 2), 6 * 2 * 784 * 10);
    assert.equal(stepFlops('svd 784-10', 2), 6 * 2 * 10 * (784 + 10));
    assert.equal(stepFlops('28x28-16c', 1), 6 * 784 * 9 * 16);
  });
});
