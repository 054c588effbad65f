import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MersenneTwister, permutation, PythonRandom } from '../../src/tensorflow/random';
import { Philox } from '../../src/tensorflow/random/philox';
import { standardNormal } from '../../src/tensorflow/random/standard-normal';

const draws = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);

test('MT19937 gives the 10,000th value that the C++ standard prescribes for the default seed', () => {
  const twister = MersenneTwister.fromSeed(5489);
  assert.equal(draws(10_000, () => twister.nextUint32()).at(-1), 4123659995);
});

test('MT19937 initialised by an array gives its authors’ first outputs (mt19937ar.out)', () => {
  const twister = MersenneTwister.fromKey([0x123, 0x234, 0x345, 0x456]);
  assert.deepEqual(draws(5, () => twister.nextUint32()), [1067595299, 955945823, 477289528, 4107218783, 4228976476]);
});

test('permutation equals NumPy’s RandomState(seed).permutation', () => {
  assert.deepEqual([...permutation(10, 42)], [8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
  assert.deepEqual([...permutation(60_000, 0).subarray(0, 5)], [3048, 19563, 58303, 8870, 40228]);
});

test('a permutation holds each index once', () => {
  for (const n of [0, 1, 2, 3, 31, 32, 33, 1000]) {
    assert.deepEqual([...permutation(n, 7)].sort((a, b) => a - b), [...Array(n).keys()]);
  }
});

test('permutation refuses what is no 32-bit natural number, by name', () => {
  assert.throws(() => permutation(-1, 0), /n is -1; it must be an integer from 0 to 4294967295/);
  assert.throws(() => permutation(5, 1.5), /randomState is 1.5/);
});

test('PythonRandom equals Python’s random.Random(seed).randint', () => {
  const zero = new PythonRandom(0);
  assert.deepEqual(draws(2, () => zero.randint(0, 2 ** 31 - 1)), [1654615998, 1806341205]);
  const answer = new PythonRandom(42);
  assert.deepEqual(draws(10, () => answer.randint(1, 100)), [82, 15, 4, 95, 36, 32, 29, 18, 95, 14]);
});

test('PythonRandom takes seeds and ranges beyond 32 bits, and ignores a seed’s sign', () => {
  const random = new PythonRandom(-(2 ** 40 + 17));
  assert.deepEqual(
    [random.randint(0, 2 ** 31 - 1), random.randint(0, 2 ** 32), random.randint(0, 2 ** 32 - 1)],
    [1037313734, 3238616514, 1778158216],
  );
});

test('PythonRandom refuses an empty or unsafe range', () => {
  assert.throws(() => new PythonRandom(0).randint(3, 2), /randint\(3, 2\)/);
  assert.throws(() => new PythonRandom(0.5), /seed is 0.5/);
});

test('Philox 4×32-10 gives the known answers of Random123', () => {
  const words = new Uint32Array(4);
  new Philox([0, 0], [0, 0, 0, 0]).next(words);
  assert.deepEqual([...words], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  const ones = 0xffffffff;
  new Philox([ones, ones], [ones, ones, ones, ones]).next(words);
  assert.deepEqual([...words], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
  new Philox([0xa4093822, 0x299f31d0], [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]).next(words);
  assert.deepEqual([...words], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
});

test('Philox counts in 128 bits, and skips as it counts', () => {
  const ones = 0xffffffff;
  const [words, expected] = [new Uint32Array(4), new Uint32Array(4)];
  const counting = new Philox([1, 2], [ones, ones, 5, 6]);
  counting.next(words);
  counting.next(words);
  new Philox([1, 2], [0, 0, 6, 6]).next(expected);
  assert.deepEqual(words, expected);
  const skipping = new Philox([1, 2], [ones - 1, ones, ones, 6]);
  skipping.skip(258);
  skipping.next(words);
  new Philox([1, 2], [256, 0, 0, 7]).next(expected);
  assert.deepEqual(words, expected);
});

test('normal draws have mean 0, variance 1 and no memory, and are the same on each call', () => {
  const n = 100_000;
  const values = standardNormal(n, 0, 1654615998);
  const mean = (of: (value: number, index: number) => number) => values.reduce((sum, v, i) => sum + of(v, i), 0) / n;
  assert.ok(Math.abs(mean((v) => v)) < 4 / Math.sqrt(n));
  assert.ok(Math.abs(mean((v) => v * v) - 1) < 4 * Math.sqrt(2 / n));
  assert.ok(Math.abs(mean((v, i) => v * values[(i + 1) % n]!)) < 4 / Math.sqrt(n));
  assert.deepEqual([...standardNormal(3, 0, 1654615998)], [...values.subarray(0, 3)]);
});
