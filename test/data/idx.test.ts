import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseIdx } from '../../src/data/idx';

const matrix = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);

test('an IDX file is parsed without a copy', () => {
  const { data, shape } = parseIdx(matrix);
  assert.deepEqual(shape, [2, 3]);
  assert.deepEqual(data, Uint8Array.of(1, 2, 3, 4, 5, 6));
  assert.equal(data.buffer, matrix.buffer);
});

test('an IDX file may lie anywhere in a buffer', () => {
  const within = new Uint8Array(matrix.length + 5);
  within.set(matrix, 3);
  assert.deepEqual(parseIdx(within.subarray(3, 3 + matrix.length)).data, Uint8Array.of(1, 2, 3, 4, 5, 6));
});

test('sizes are read as big-endian 32-bit integers', () => {
  const bytes = new Uint8Array(8 + 70_000);
  bytes.set([0, 0, 8, 1, 0, 1, 0x11, 0x70]);
  assert.deepEqual(parseIdx(bytes).shape, [70_000]);
});

for (const [fault, bytes, message] of [
  ['nothing', [], /^digits is not an IDX file: it begins with nothing/],
  ['another magic number', [0x1f, 0x8b, 8, 1, 0, 0, 0, 0], /^digits is not an IDX file: it begins with 1f 8b 08 01/],
  ['elements that are not bytes', [0, 0, 0xd, 1, 0, 0, 0, 0], /elements of type 0xd; only unsigned bytes/],
  ['a header cut short', [0, 0, 8, 3, 0, 0, 0, 1], /truncated: 8 bytes, and its header alone has 16/],
  ['too few elements', [0, 0, 8, 1, 0, 0, 0, 3, 1, 2], /has 10 bytes; its header \[3\] asks for 11/],
  ['too many elements', [0, 0, 8, 1, 0, 0, 0, 1, 1, 2], /has 10 bytes; its header \[1\] asks for 9/],
] as const) {
  test(`an IDX file with ${fault} is refused, by name`, () => {
    assert.throws(() => parseIdx(Uint8Array.from(bytes), 'digits'), { message });
  });
}
