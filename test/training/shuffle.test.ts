import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bufferedOrder, epochOrder } from '../../src/training/shuffle';

test('an epoch’s order is a permutation that hangs on seed and epoch alone', () => {
  for (const n of [1, 2, 3, 100, 1000]) {
    const order = epochOrder(n, 2 ** 53 - 1, 7);
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      Array.from({ length: n }, (_, i) => i),
    );
    assert.deepEqual(epochOrder(n, 2 ** 53 - 1, 7), order);
  }
  const orders = [
    [1, 0],
    [1, 1],
    [2, 0],
    [2 ** 32 + 1, 0],
    [0, 2 ** 32 - 1],
  ].map(([seed, epoch]) => epochOrder(50, seed!, epoch!).join());
  assert.equal(new Set(orders).size, orders.length);
});

test('each of the six orders of three examples comes as often', () => {
  const counts = new Map<string, number>();
  for (let epoch = 0; epoch < 6000; epoch++) {
    const order = epochOrder(3, 11, epoch).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  // The χ² statistic with 5 degrees of freedom exceeds 25.7 once in 10,000 seeds.
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  assert.ok(chiSquared < 25.7, `χ² = ${chiSquared}`);
});

test('an order from a buffer is a permutation that hangs on seed and epoch alone', () => {
  for (const [n, bufferSize] of [[1, 1], [1, 10], [5, 2], [100, 1024], [1000, 100]] as const) {
    const order = bufferedOrder(n, bufferSize, 3, 1);
    assert.deepEqual([...order].sort((a, b) => a - b), Array.from({ length: n }, (_, i) => i));
    assert.deepEqual(bufferedOrder(n, bufferSize, 3, 1), order);
    if (n >= 100) assert.notDeepEqual(bufferedOrder(n, bufferSize, 3, 2), order);
  }
});

test('an example is drawn from a buffer no earlier than it enters it', () => {
  const bufferSize = 100;
  bufferedOrder(1000, bufferSize, 5, 0).forEach((example, at) => assert.ok(example < at + bufferSize));
});

test('a buffer of one keeps the order', () => {
  assert.deepEqual([...bufferedOrder(20, 1, 0, 0)], Array.from({ length: 20 }, (_, i) => i));
});
