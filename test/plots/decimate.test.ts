import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimate } from '../../src/plots/decimate';

test('a short line keeps every point', () => {
  assert.deepEqual(decimate([5, 1, 4, 2], 4), [0, 1, 2, 3]);
  assert.deepEqual(decimate([], 4), []);
});

test('a long line keeps its ends and its extremes, in order, within the limit', () => {
  for (const count of [101, 5001, 12_345]) {
    for (const maxPoints of [4, 5, 100]) {
      const values = Float64Array.from({ length: count }, (_, i) => Math.sin(i * i));
      values[Math.floor(count / 3)] = 50;
      values[Math.floor(count / 2)] = -50;
      const kept = decimate(values, maxPoints);
      assert.ok(kept.length <= maxPoints, `${kept.length} of ${maxPoints}`);
      assert.ok(kept.every((at, n) => n === 0 || at > kept[n - 1]), 'ascending');
      assert.equal(kept[0], 0);
      assert.equal(kept.at(-1), count - 1);
      assert.ok(kept.includes(Math.floor(count / 3)), 'the spike upwards');
      assert.ok(kept.includes(Math.floor(count / 2)), 'the spike downwards');
    }
  }
});

test('a constant line is thinned too', () => {
  assert.ok(decimate(new Float64Array(10_000).fill(2), 100).length <= 100);
});

test('fewer than four points are refused', () => {
  assert.throws(() => decimate([1, 2, 3], 3), /maxPoints is 3/);
});
