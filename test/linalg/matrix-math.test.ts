import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Flag, Matrix } from '../../src/linalg/matrix-math/matrix-math';
import { liveHandles, loadBackend, scope } from '../../src/tensorflow';
import { arithmetics } from './arithmetics';
import { largestDifference, orthonormalityError, product, recomposed, transposed, uniform } from './matrices';

before(() => loadBackend());

const [a, b, square] = [uniform(1, 12), uniform(2, 12), uniform(3, 16)];
const [row, column] = [uniform(4, 4), uniform(5, 3)];

for (const arithmetic of arithmetics()) {
  const { math, rounding } = arithmetic;
  const is = (matrix: Matrix, shape: readonly number[], expected: ArrayLike<number>, allowed = 4 * rounding) => {
    assert.deepEqual(matrix.shape, shape);
    const values = arithmetic.read(matrix);
    assert.ok(largestDifference(values, expected) <= allowed, `[${values}] instead of [${Array.from(expected)}]`);
  };
  const check = (name: string, body: () => void) =>
    test(name, () => {
      const before = liveHandles();
      scope(body);
      assert.equal(liveHandles(), before);
    });
  const A = () => arithmetic.matrix(a, [3, 4]);
  const B = () => arithmetic.matrix(b, [3, 4]);

  describe(`the ${arithmetic.name} arithmetic`, () => {
    check('products, either operand transposed', () => {
      is(math.product(A(), arithmetic.matrix(b, [4, 3])), [3, 3], product(a, b, 3, 3));
      is(math.product(A(), B(), { b: true }), [3, 3], product(a, transposed(b, 4), 3, 3));
      is(math.product(A(), B(), { a: true }), [4, 4], product(transposed(a, 4), b, 4, 4));
      is(
        math.product(A(), arithmetic.matrix(b, [4, 3]), { a: true, b: true }),
        [4, 4],
        product(transposed(a, 4), transposed(b, 3), 4, 4),
      );
    });

    const operations = {
      add: (x: number, y: number) => x + y,
      sub: (x: number, y: number) => x - y,
      mul: (x: number, y: number) => x * y,
      div: (x: number, y: number) => x / y,
      maximum: Math.max,
    };
    for (const [name, of] of Object.entries(operations)) {
      check(`${name} of matrices, rows, columns, scalars and numbers`, () => {
        const operation = math[name as keyof typeof operations].bind(math);
        const allowed =
          4 * rounding * (name === 'div' ? 1 / Math.min(...[...b, ...row, ...column, ...a].map(Math.abs)) : 1);
        const each = (other: (at: number) => number) => a.map((x, at) => of(x, other(at)));
        const [rowMatrix, columnMatrix] = [arithmetic.matrix(row, [1, 4]), arithmetic.matrix(column, [3, 1])];
        is(
          operation(A(), B()),
          [3, 4],
          each((at) => b[at]!),
          allowed,
        );
        is(
          operation(A(), rowMatrix),
          [3, 4],
          each((at) => row[at % 4]!),
          allowed,
        );
        is(
          operation(A(), columnMatrix),
          [3, 4],
          each((at) => column[Math.floor(at / 4)]!),
          allowed,
        );
        is(
          operation(A(), arithmetic.matrix([0.3], [1, 1])),
          [3, 4],
          each(() => 0.3),
          allowed,
        );
        is(
          operation(A(), 0.3),
          [3, 4],
          each(() => 0.3),
          allowed,
        );
        is(
          operation(0.3, A()),
          [3, 4],
          a.map((x) => of(0.3, x)),
          allowed,
        );
        is(
          operation(rowMatrix, columnMatrix),
          [3, 4],
          a.map((_, at) => of(row[at % 4]!, column[Math.floor(at / 4)]!)),
          allowed,
        );
      });
    }

    check('quotients by zero are zero', () => {
      const matrix = arithmetic.matrix([1, -2, 0, 3], [2, 2]);
      is(math.div(matrix, arithmetic.matrix([0, 4], [1, 2])), [2, 2], [0, -0.5, 0, 0.75]);
      is(math.div(matrix, arithmetic.matrix([0], [1, 1])), [2, 2], [0, 0, 0, 0]);
      is(math.div(matrix, 0), [2, 2], [0, 0, 0, 0]);
      is(math.div(6, matrix), [2, 2], [6, -3, 0, 2]);
    });

    check('roots, signs, sums and the largest element', () => {
      is(math.sqrt(math.mul(A(), A())), [3, 4], a.map(Math.abs));
      is(math.positive(arithmetic.matrix([-1, 0, 1e-30, 2], [1, 4])), [1, 4], [0, 0, 1, 1]);
      is(
        math.sum(A(), 0),
        [1, 4],
        [0, 1, 2, 3].map((j) => a[j]! + a[j + 4]! + a[j + 8]!),
      );
      is(
        math.sum(A(), 1),
        [3, 1],
        [0, 1, 2].map((i) => a.slice(4 * i, 4 * i + 4).reduce((sum, x) => sum + x)),
      );
      is(math.max(A()), [1, 1], [Math.max(...a)]);
      is(math.max(math.sub(A(), 5)), [1, 1], [Math.max(...a) - 5]);
    });

    check('shapes', () => {
      is(math.transpose(A()), [4, 3], transposed(a, 4));
      is(math.transpose(arithmetic.matrix(row, [1, 4])), [4, 1], row);
      is(math.reshape(A(), [2, 6]), [2, 6], a);
      is(math.slice(A(), [1, 1], [2, 3]), [2, 3], [...a.slice(5, 8), ...a.slice(9, 12)]);
      is(math.slice(A(), [0, 4], [3, 0]), [3, 0], []);
      is(math.concat(0, [A(), B()]), [6, 4], [...a, ...b]);
      is(
        math.concat(1, [A(), math.slice(B(), [0, 0], [3, 1])]),
        [3, 5],
        [0, 1, 2].flatMap((i) => [...a.slice(4 * i, 4 * i + 4), b[4 * i]!]),
      );
      is(math.fill([2, 3], -1.5), [2, 3], new Float64Array(6).fill(-1.5));
      is(math.diagonal(2, 1 / 3), [2, 2], [1 / 3, 0, 0, 1 / 3], 1e-16);
    });

    check('uniform draws from [−1, 1): the same for a seed, others for another one', () => {
      const draws = (seed: number) => arithmetic.read(math.random([40, 50], seed));
      const [first, again, other] = [draws(3), draws(3), draws(4)];
      assert.deepEqual(first, again);
      assert.ok(first.every((value, i) => value !== other[i]));
      assert.ok(first.every((value) => value >= -1 && value < 1));
      const moment = (power: number) => first.reduce((sum, value) => sum + value ** power, 0) / 2000;
      // Four standard deviations of the mean, whose variance is 1/3, and of the second moment, whose variance is 4/45.
      assert.ok(
        Math.abs(moment(1)) < 4 * Math.sqrt(1 / 3 / 2000) && Math.abs(moment(2) - 1 / 3) < 4 * Math.sqrt(4 / 45 / 2000),
      );
    });

    check('what is not finite is refused by name', () => {
      is(math.checkFinite(A(), 'x'), [3, 4], a);
      for (const value of [NaN, Infinity, -Infinity]) {
        assert.throws(() => math.checkFinite(arithmetic.matrix([1, value], [1, 2]), 'name: x'), {
          name: 'RangeError',
          message: /^name: x has (NaN|-?Inf(inity)?) elements; all must be finite$/,
        });
      }
    });

    const definite = product(square, transposed(square, 4), 4, 4).map((value, at) => value + (at % 5 === 0 ? 0.1 : 0));
    const wide = (values: ArrayLike<number>, extent: number) => arithmetic.float64.tensor(values, [extent, extent]);

    check('the inverse Cholesky factor, in float64', () => {
      const inverse = math.inverseCholesky(wide(definite, 4));
      const values = arithmetic.float64.read(inverse as never);
      for (const [i, j] of [
        [0, 1],
        [0, 3],
        [2, 3],
      ])
        assert.equal(values[4 * i! + j!], 0);
      const unit = product(product(values, definite, 4, 4), transposed(values, 4), 4, 4);
      assert.ok(
        largestDifference(
          unit,
          new Float64Array(16).map((_, at) => Number(at % 5 === 0)),
        ) < 1e-12,
      );
    });

    check('eigenvalues from the largest to the smallest, in float64', () => {
      const symmetric = square.map((value, at) => value + square[4 * (at % 4) + Math.floor(at / 4)]!);
      for (const matrix of [
        symmetric,
        definite,
        new Float64Array(16),
        new Float64Array(16).map((_, at) => Number(at % 5 === 0)),
      ]) {
        const { values, vectors } = math.eigen(wide(matrix, 4));
        assert.deepEqual(
          [values.shape, vectors.shape],
          [
            [1, 4],
            [4, 4],
          ],
        );
        const [lambda, q] = [values, vectors].map((each) => arithmetic.float64.read(each as never)) as [
          Float64Array,
          Float64Array,
        ];
        assert.deepEqual(
          lambda,
          lambda.toSorted((x, y) => y - x),
        );
        assert.ok(orthonormalityError(q, 4) < 1e-12);
        assert.ok(largestDifference(recomposed(q, lambda, q), matrix) < 1e-12);
      }
    });

    check('thin singular value decompositions', () => {
      for (const [rows, columns] of [
        [3, 4],
        [4, 3],
        [1, 4],
        [2, 2],
      ] as const) {
        const values = uniform(rows, rows * columns);
        const { u, s, v } = math.svd(arithmetic.matrix(values, [rows, columns]));
        const rank = Math.min(rows, columns);
        assert.deepEqual(
          [u.shape, s.shape, v.shape],
          [
            [rows, rank],
            [1, rank],
            [columns, rank],
          ],
        );
        const [left, sigma, right] = [u, s, v].map((each) => arithmetic.read(each)) as [
          Float64Array,
          Float64Array,
          Float64Array,
        ];
        assert.deepEqual(
          sigma,
          sigma.toSorted((x, y) => y - x),
        );
        assert.ok(orthonormalityError(left, rank) < 8 * rounding && orthonormalityError(right, rank) < 8 * rounding);
        assert.ok(largestDifference(recomposed(left, sigma, right), values) < 8 * rounding);
      }
    });

    const number = (value: number) => math.fill([1, 1], value);
    /** Whether a flag is true, by a loop that then runs once. */
    const holds = (flag: Flag) =>
      arithmetic.read(
        math.loop(flag, [number(0)], () => ({ flag: math.less(1, number(0)), state: [number(1)] }))[0]!,
      )[0] === 1;

    check('comparisons, also with what is no number', () => {
      assert.deepEqual([math.less(number(1), 2), math.less(2, number(1)), math.less(number(1), number(1))].map(holds), [
        true,
        false,
        false,
      ]);
      const nan = number(NaN);
      assert.deepEqual([math.less(nan, 1), math.less(1, nan), math.not(math.less(nan, 1))].map(holds), [
        false,
        false,
        true,
      ]);
      const flags = () => [math.less(number(0), 1), math.less(number(1), 0)] as const;
      const table = (operation: 'and' | 'or') =>
        flags().flatMap((x) => flags().map((y) => holds(math[operation](x, y))));
      assert.deepEqual(table('and'), [true, false, false, false]);
      assert.deepEqual(table('or'), [true, true, true, false]);
      assert.deepEqual(
        flags().map((flag) => holds(math.not(flag))),
        [false, true],
      );
    });

    check('loops: repeated while the flag is true, also never, also one in another', () => {
      const repeat = (times: number, start: Matrix, body: (matrix: Matrix) => Matrix) =>
        math.loop(math.less(number(0), times), [start, number(1)], ([matrix, count]) => ({
          flag: math.less(count!, times),
          state: [body(matrix!), math.add(count!, 1)],
        }))[0]!;
      is(
        repeat(3, A(), (matrix) => math.mul(matrix, 2)),
        [3, 4],
        a.map((x) => 8 * x),
        32 * rounding,
      );
      is(
        repeat(0, A(), (matrix) => math.mul(matrix, 2)),
        [3, 4],
        a,
      );
      is(
        repeat(2, A(), (matrix) => repeat(3, matrix, (inner) => math.add(inner, 1))),
        [3, 4],
        a.map((x) => x + 6),
        8 * rounding,
      );
    });
  });
}
