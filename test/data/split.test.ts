import assert from 'node:assert/strict';
import { test } from 'node:test';

import { take, trainTestSplit } from '../../src/data';
import { sha256 } from './bytes';
import published from './sklearn-splits.json';

for (const { n, testSize, randomState, train, test: held } of published.splits) {
  test(`trainTestSplit equals scikit-learn's: n ${n}, testSize ${testSize}, randomState ${randomState}`, () => {
    const set = { index: Uint32Array.from({ length: n }, (_, i) => i) };
    const split = trainTestSplit(set, { testSize, randomState });
    for (const [ours, theirs] of [
      [split.train.index, train],
      [split.test.index, held],
    ] as const) {
      assert.equal(ours.length, theirs.length);
      assert.deepEqual([...ours.slice(0, 5)], theirs.first);
      assert.deepEqual([...ours.slice(-5)], theirs.last);
      assert.equal(sha256(littleEndian(ours)), theirs.sha256);
    }
  });
}

test('every part of a set is split in the same way, and keeps its type and the shape of its rows', () => {
  const n = 20;
  const set = {
    images: { data: Uint8Array.from({ length: n * 6 }, (_, i) => i), shape: [n, 2, 3] },
    targets: { data: Float64Array.from({ length: n }, (_, i) => i / 3), shape: [n] },
    labels: Uint8Array.from({ length: n }, (_, i) => i),
    names: Array.from({ length: n }, (_, i) => `number ${i}`),
    banner: 'a note',
  };
  const { train, test: held } = trainTestSplit(set, { testSize: 0.3, randomState: 5 });
  assert.deepEqual([held.images.shape, train.images.shape], [[6, 2, 3], [14, 2, 3]]);
  assert.deepEqual([...held.labels, ...train.labels].sort((a, b) => a - b), [...set.labels]);
  for (const part of [train, held]) {
    const rows = [...part.labels];
    assert.deepEqual(part.images.data, Uint8Array.from(rows.flatMap((row) => [0, 1, 2, 3, 4, 5].map((i) => 6 * row + i))));
    assert.deepEqual(part.targets.data, Float64Array.from(rows, (row) => row / 3));
    assert.deepEqual(part.names, rows.map((row) => `number ${row}`));
    assert.equal(part.banner, 'a note');
  }
});

test('a split copies: the set is untouched by what is done to the parts', () => {
  const set = { x: Float32Array.of(1, 2, 3, 4) };
  trainTestSplit(set, { testSize: 1, randomState: 0 }).train.x.fill(0);
  take(set, 4).x.fill(0);
  assert.deepEqual(set.x, Float32Array.of(1, 2, 3, 4));
});

test('a testSize that leaves one of the sets empty is refused', () => {
  const set = { x: [1, 2, 3, 4] };
  for (const testSize of [0, -0.1, -1, 4, 5, 1.5, 0.9, NaN, Infinity]) {
    assert.throws(() => trainTestSplit(set, { testSize, randomState: 0 }), {
      name: 'RangeError',
      message: new RegExp(`^testSize is ${testSize}; of 4 examples`),
    });
  }
  assert.throws(() => trainTestSplit({ x: [] }, { randomState: 0 }), /of 0 examples/);
});

test('parts of different lengths are refused, by name', () => {
  const set = { x: { data: new Float64Array(6), shape: [3, 2] }, y: [0, 1] };
  const message = 'the parts must have as many rows as one another: x has 3, y has 2';
  assert.throws(() => trainTestSplit(set, { randomState: 0 }), { message });
  assert.throws(() => take(set, 1), { message });
  assert.throws(() => take({ name: 'a set' }, 1), /no part with rows/);
});

test('take gives the first examples, or all', () => {
  const set = { x: { data: Float64Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] }, y: [7, 8, 9] };
  assert.deepEqual(take(set, 2), { x: { data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] }, y: [7, 8] });
  assert.deepEqual(take(set, 100), set);
  assert.deepEqual(take(set, 0), { x: { data: new Float64Array(0), shape: [0, 2] }, y: [] });
  for (const n of [-1, 1.5, NaN]) assert.throws(() => take(set, n), { message: `n is ${n}; it must be a natural number` });
});

function littleEndian(values: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setUint32(4 * i, value, true));
  return new Uint8Array(view.buffer);
}
