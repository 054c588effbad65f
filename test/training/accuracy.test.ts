import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracy } from '../../src/training/accuracy';

test('accuracy is the share of predictions that are right', () => {
  assert.equal(accuracy([1, 2, 3, 4], [1, 2, 3, 0]), 0.75);
  assert.equal(accuracy(Uint8Array.of(7), Int32Array.of(7)), 1);
});

test('no labels, and as many predictions as there are not labels, are refused', () => {
  assert.throws(() => accuracy([], []), /RangeError: there are no labels/);
  assert.throws(() => accuracy([1, 2], [1]), /there are 2 labels and 1 predictions/);
});
