import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseRank, needsSpectrum, type RankRule } from '../../src/linalg/rank';

const shape = [5, 4] as const;
/** Squares 64, 16, 16, 4: a hundred in all. */
const s = [8, 4, 4, 2];
const chosen = (rule: RankRule, spectrum: ArrayLike<number> = s) => chooseRank(rule, spectrum, shape);

test('a number is the rank', () => {
  for (const rank of [1, 2, 4]) assert.equal(chosen(rank), rank);
});

test('energy: the smallest rank that keeps this share of the squares', () => {
  const expected = { 0.01: 1, 0.64: 1, 0.65: 2, 0.8: 2, 0.81: 3, 0.96: 3, 0.97: 4, 1: 4 };
  for (const [energy, rank] of Object.entries(expected)) assert.equal(chosen({ energy: Number(energy) }), rank, energy);
});

test('tolerance: the smallest rank that leaves at most this share of the norm', () => {
  const expected = { 0.99: 1, 0.6: 1, 0.59: 2, 0.45: 2, 0.44: 3, 0.2: 3, 0.19: 4, 0: 4 };
  for (const [tolerance, rank] of Object.entries(expected)) {
    assert.equal(chosen({ tolerance: Number(tolerance) }), rank, tolerance);
  }
});

test('both count singular values that are zero as what they are', () => {
  assert.equal(chosen({ energy: 1 }, [3, 2, 0, 0]), 2);
  assert.equal(chosen({ tolerance: 0 }, [3, 2, 0, 0]), 2);
  assert.equal(chosen({ energy: 1 }, [0, 0, 0, 0]), 1);
  assert.equal(chosen({ tolerance: 0 }, [0, 0, 0, 0]), 1);
});

test('both are the same at every scale', () => {
  for (const scale of [1e-300, 1e300]) {
    const scaled = s.map((value) => value * scale);
    assert.equal(chosen({ energy: 0.9 }, scaled), 3);
    assert.equal(chosen({ tolerance: 0.3 }, scaled), 3);
  }
});

test('a tolerance far below the spacing of numbers near 1 is kept', () => {
  assert.equal(chosen({ tolerance: 1e-11 }, [1, 1e-10, 1e-12, 1e-14]), 2);
});

test('a number of parameters: the largest rank that keeps to it, from 9 for each', () => {
  const expected = { 9: 1, 17: 1, 18: 2, 26.5: 2, 36: 4, 1e9: 4 };
  for (const [parameters, rank] of Object.entries(expected)) {
    assert.equal(chosen({ parameters: Number(parameters) }), rank, parameters);
  }
});

test('ratio: the largest rank whose factors are so much smaller than the matrix', () => {
  assert.equal(chooseRank({ ratio: 1 }, undefined, [100, 100]), 50);
  assert.equal(chooseRank({ ratio: 2 }, undefined, [100, 100]), 25);
  assert.equal(chooseRank({ ratio: 2.01 }, undefined, [100, 100]), 24);
  assert.equal(chooseRank({ ratio: 0.1 }, undefined, [100, 100]), 100);
});

test('the ratio that a rank has gives that rank', () => {
  const [m, n] = [784, 1024];
  for (let rank = 1; rank <= m; rank++) {
    assert.equal(chooseRank({ ratio: (m * n) / (rank * (m + n)) }, undefined, [m, n]), rank);
  }
});

test('an own rule gets the spectrum in float64 and the shape', () => {
  let given: unknown;
  const half: RankRule = (spectrum) => {
    given = spectrum;
    return spectrum.s.filter((value) => value > spectrum.s[0]! / 2 - 1).length;
  };
  assert.equal(chosen(half, Float32Array.from(s)), 3);
  assert.deepEqual(given, { s: Float64Array.from(s), rows: 5, columns: 4 });
});

test('only some rules need the spectrum', () => {
  const rules: [RankRule, boolean][] = [
    [2, false],
    [{ parameters: 20 }, false],
    [{ ratio: 1.2 }, false],
    [{ energy: 0.9 }, true],
    [{ tolerance: 0.1 }, true],
    [() => 1, true],
  ];
  for (const [rule, needs] of rules) {
    assert.equal(needsSpectrum(rule), needs);
    const choose = () => chooseRank(rule, undefined, shape);
    const missing = { name: 'TypeError', message: /^s is missing; the rank rule \w+ needs the singular values$/ };
    if (needs) assert.throws(choose, missing);
    else assert.doesNotThrow(choose);
  }
});

test('what cannot be is refused by name, value and what is allowed', () => {
  const refused: [RankRule, RegExp][] = [
    [0, /^rank is 0; for a 5 × 4 matrix it must be an integer from 1 to 4$/],
    [5, /^rank is 5; for a 5 × 4 matrix it must be an integer from 1 to 4$/],
    [-1, /^rank is -1;/],
    [1.5, /^rank is 1.5;/],
    [NaN, /^rank is NaN;/],
    [Infinity, /^rank is Infinity;/],
    [{ energy: 0 }, /^energy is 0; it must be above 0 and at most 1$/],
    [{ energy: 1.01 }, /^energy is 1.01;/],
    [{ energy: NaN }, /^energy is NaN;/],
    [{ tolerance: 1 }, /^tolerance is 1; it must be at least 0 and below 1$/],
    [{ tolerance: -0.1 }, /^tolerance is -0.1;/],
    [{ tolerance: NaN }, /^tolerance is NaN;/],
    [{ parameters: 8 }, /^parameters is 8; rank 1 of a 5 × 4 matrix has 9, so it must be a finite number, at least 9$/],
    [{ parameters: NaN }, /^parameters is NaN;/],
    [{ parameters: Infinity }, /^parameters is Infinity;/],
    [{ ratio: 2.3 }, /^ratio is 2.3; rank 1 of a 5 × 4 matrix has 9 parameters for 20 elements, so it must be above 0/],
    [{ ratio: 2.3 }, /and at most 20\/9 = 2.222$/],
    [{ ratio: 0 }, /^ratio is 0;/],
    [{ ratio: -1 }, /^ratio is -1;/],
    [{ ratio: Infinity }, /^ratio is Infinity;/],
    [{ ratio: NaN }, /^ratio is NaN;/],
    [() => 0, /^the rank function's result is 0; for a 5 × 4 matrix it must be an integer from 1 to 4$/],
    [() => NaN, /^the rank function's result is NaN;/],
  ];
  for (const [rule, message] of refused) assert.throws(() => chosen(rule), { name: 'RangeError', message });
});

test('what is no rule is refused', () => {
  const kinds = 'an integer from 1 on, a function, or an object with one of energy, tolerance, parameters, ratio';
  const allowed = `it must be ${kinds}`;
  const wrong: [unknown, string][] = [
    ['5', `rank is 5; ${allowed}`],
    [undefined, `rank is undefined; ${allowed}`],
    [null, `rank is null; ${allowed}`],
    [{}, `rank is {}; ${allowed}`],
    [{ enrgy: 0.9 }, `rank is {"enrgy":0.9}; ${allowed}`],
    [{ energy: 0.9, ratio: 2 }, `rank is {"energy":0.9,"ratio":2}; ${allowed}`],
    [{ energy: '0.9' }, 'energy is "0.9"; it must be a number'],
  ];
  for (const [rule, message] of wrong) assert.throws(() => chosen(rule as RankRule), { name: 'TypeError', message });
});

test('what is no spectrum of the matrix is refused, and an empty matrix', () => {
  const spectra: [number[], string][] = [
    [[3, 2, 1], 's has 3 values; the spectrum of a 5 × 4 matrix has 4'],
    [[3, 2, NaN, 1], 's[2] is NaN; it must be a finite number, at least 0'],
    [[3, 2, 1, -1], 's[3] is -1; it must be a finite number, at least 0'],
    [[Infinity, 2, 1, 1], 's[0] is Infinity; it must be a finite number, at least 0'],
    [[1, 2, 1, 1], 's[1] is 2, more than s[0]; they must descend'],
  ];
  for (const [spectrum, message] of spectra) {
    assert.throws(() => chosen({ energy: 0.9 }, spectrum), { name: 'RangeError', message });
  }
  assert.throws(() => chooseRank(1, [], [0, 4]), {
    name: 'RangeError',
    message: 'shape is [0,4]; an empty matrix has no rank to choose',
  });
});
