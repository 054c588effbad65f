import assert from 'node:assert/strict';
import { test } from 'node:test';

import { flatten, oneHot, scale } from '../../src/data';

test('flatten makes one row of each image, of the same data', () => {
  const data = Uint8Array.from({ length: 24 }, (_, i) => i);
  const rows = flatten({ data, shape: [2, 3, 4] });
  assert.deepEqual(rows.shape, [2, 12]);
  assert.equal(rows.data, data);
  assert.deepEqual(flatten({ data: new Float32Array(0), shape: [0, 28, 28] }).shape, [0, 784]);
  assert.deepEqual(flatten({ data: [1, 2], shape: [2] }).shape, [2, 1]);
  assert.throws(() => flatten({ data: [1], shape: [] }), /no axis/);
});

test('scale divides: every pixel value is the float64 nearest to the quotient', () => {
  const data = Uint8Array.from({ length: 256 }, (_, i) => i);
  const { data: quotients, shape } = scale({ data, shape: [16, 16] });
  assert.ok(quotients instanceof Float64Array);
  assert.deepEqual(shape, [16, 16]);
  assert.deepEqual(quotients, Float64Array.from(data, (pixel) => pixel / 255));
  // As NumPy prints 33 / 255; the product with the reciprocal ends in …234, and so differs for 24 of the 256 values.
  assert.equal(quotients[33], 0.12941176470588237);
  assert.notEqual(33 * (1 / 255), quotients[33]);
});

test('scale takes another divisor and other arrays', () => {
  const array = { data: Float32Array.of(1, -2, 3), shape: [3] };
  assert.deepEqual(scale(array, { divisor: -4 }).data, Float64Array.of(-0.25, 0.5, -0.75));
  for (const divisor of [0, NaN, Infinity]) {
    assert.throws(() => scale(array, { divisor }), { message: `divisor is ${divisor}; it must be a finite number other than zero` });
  }
});

test('oneHot has a one in the column of the label and zeros elsewhere', () => {
  assert.deepEqual(oneHot([2, 0, 1], 3), { data: Float64Array.of(0, 0, 1, 1, 0, 0, 0, 1, 0), shape: [3, 3] });
  assert.deepEqual(oneHot(Uint8Array.of(1), 4), { data: Float64Array.of(0, 1, 0, 0), shape: [1, 4] });
  assert.deepEqual(oneHot([], 3), { data: new Float64Array(0), shape: [0, 3] });
});

test('oneHot refuses a label outside [0, depth) and a depth that is none', () => {
  for (const label of [3, -1, 0.5, NaN]) {
    assert.throws(() => oneHot([0, label], 3), { message: `label 1 is ${label}; it must be an integer from 0 to 2` });
  }
  for (const depth of [0, -1, 1.5, NaN]) assert.throws(() => oneHot([0], depth), { message: `depth is ${depth}; it must be a positive integer` });
});
