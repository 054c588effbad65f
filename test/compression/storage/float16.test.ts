import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { overflowsFloat16, toFloat16 } from '../../../src/compression/storage/float16';

/** By the definition of binary16. */
function valueOf(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

const all = Array.from({ length: 2 ** 16 }, (_, bits) => bits).filter((bits) => !Number.isNaN(valueOf(bits)));
const nonNegative = all.filter((bits) => bits < 0x7c00);
const stored = (values: number[]) => Array.from(toFloat16(Float32Array.from(values)));

describe('toFloat16', () => {
  test('keeps every number that float16 has, the subnormal ones, −0 and the infinities among them', () => {
    assert.deepEqual(stored(all.map(valueOf)), all);
  });

  test('rounds to the nearest, and to an even fraction midway', () => {
    const neighbours = nonNegative.slice(0, -1).map((bits) => [bits, (valueOf(bits) + valueOf(bits + 1)) / 2] as const);
    const middles = neighbours.map(([, middle]) => middle);
    assert.deepEqual(stored(middles), neighbours.map(([bits]) => bits + (bits & 1)));
    assert.deepEqual(stored(middles.map((middle) => middle * (1 - 2 ** -20))), neighbours.map(([bits]) => bits));
    assert.deepEqual(stored(middles.map((middle) => middle * (1 + 2 ** -20))), neighbours.map(([bits]) => bits + 1));
    assert.deepEqual(stored(middles.map((middle) => -middle)), neighbours.map(([bits]) => (bits + (bits & 1)) | 0x8000));
  });

  test('keeps NaN, and lets float32’s least numbers vanish', () => {
    assert.ok(Number.isNaN(valueOf(stored([NaN])[0]!)));
    assert.deepEqual(stored([2 ** -26, 2 ** -149, -(2 ** -149), 2 ** -25]), [0, 0, 0x8000, 0]);
  });

  test('numbers from 65520 on would become infinite', () => {
    const below = Math.fround(65520 - 2 ** -8);
    assert.deepEqual([below, 65520, -65520, 3e38, Infinity, NaN].map(overflowsFloat16), [false, true, true, true, false, false]);
    assert.deepEqual(stored([below, 65520, 3e38]).map(valueOf), [65504, Infinity, Infinity]);
  });
});
