import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { denseSVD } from '../../src/linalg/dense/svd';
import {
  cases,
  largestDifference,
  leading,
  matrixOf,
  orthonormalityError,
  recomposed,
  title,
  transposed,
  uniform,
  withSigns,
} from './matrices';

describe('the float64 decomposition against LAPACK', () => {
  for (const each of cases) {
    test(title(each), () => {
      const { rows, columns } = each;
      const rank = Math.min(rows, columns);
      const x = matrixOf(each);
      const allowed = 1e-14 * Math.max(1, rank) * (each.s[0] ?? 0);

      const { u, s, v } = denseSVD(x, rows, columns);
      assert.deepEqual([u.length, s.length, v.length], [rows * rank, rank, columns * rank]);
      assert.ok(largestDifference(s, each.s) <= allowed);
      assert.ok(s.every((value, i) => value >= 0 && (i === 0 || value <= s[i - 1]!)));
      if (rank > 0) assert.ok(largestDifference(recomposed(u, s, v), x) <= allowed);
      assert.ok(orthonormalityError(u, rank) < 1e-13 && orthonormalityError(v, rank) < 1e-13);

      const full = denseSVD(x, rows, columns, { fullMatrices: true });
      assert.deepEqual([full.u.length, full.v.length], [rows * rows, columns * columns]);
      assert.deepEqual([leading(full.u, rows, rank), full.s, leading(full.v, columns, rank)], [u, s, v]);
      assert.ok(orthonormalityError(full.u, rows) < 1e-13 && orthonormalityError(full.v, columns) < 1e-13);

      assert.deepEqual(denseSVD(x, rows, columns, { computeUV: false }), { s });

      if (each.u === undefined || each.v === undefined) return;
      const signed = withSigns(u, v, rank);
      assert.ok(largestDifference(signed.u, each.u) < 1e-11 && largestDifference(signed.v, each.v) < 1e-11);
    });
  }
});

test('scaling by a power of two scales the singular values by it, and nothing else, from 2⁻¹⁰⁰⁰ to 2¹⁰⁰⁰', () => {
  const x = uniform(1, 35);
  const { u, s, v } = denseSVD(x, 7, 5);
  for (const scale of [2 ** -1000, 2 ** 1000]) {
    const scaled = denseSVD(x.map((element) => element * scale), 7, 5);
    assert.deepEqual(scaled, { u, s: s.map((value) => value * scale), v });
  }
});

test('elements of very different size: small ones do no harm', () => {
  const x = Float64Array.of(1e200, 1, 1e-200, 0, 1e-100, 1e100, 5e-324, 0, 1e-300);
  const { u, s, v } = denseSVD(x, 3, 3);
  assert.ok(orthonormalityError(u, 3) < 1e-14 && orthonormalityError(v, 3) < 1e-14);
  assert.ok(largestDifference(recomposed(u, s, v), x) <= 1e-15 * 1e200);
});

test('the transposed matrix has the factors in the other places', () => {
  const x = uniform(3, 12);
  const { u, s, v } = denseSVD(x, 4, 3);
  assert.deepEqual(denseSVD(transposed(x, 3), 3, 4), { u: v, s, v: u });
});

test('elements that are not finite are refused by their place, and data of another size', () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    assert.throws(() => denseSVD([1, 2, value, 4], 2, 2), {
      name: 'RangeError',
      message: `data[2] is ${value}; every element must be a finite number`,
    });
  }
  assert.throws(() => denseSVD([1, 2, 3], 2, 2), {
    name: 'RangeError',
    message: 'data has 3 elements; a matrix of 2 × 2 has 4',
  });
});
