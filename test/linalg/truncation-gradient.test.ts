import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { operator, type Matrix } from '../../src/linalg/matrix-math/matrix-math';
import {
  decomposed,
  leading,
  leadingTriplets,
  randomBlock,
  relativeResiduals,
  type Triplets,
} from '../../src/linalg/triplets';
import { decomposedGradient, truncationGradient } from '../../src/linalg/truncation-gradient';
import { liveHandles, loadBackend, scope } from '../../src/tensorflow';
import { arithmetics, type Arithmetic } from './arithmetics';
import { uniform } from './matrices';
import { dot, relativeError, spectra, withSpectrum } from './spectra';
import { bestApproximation, tiedGradient, truncatedGradient } from './truncation-formula';

before(() => loadBackend());

/** x moved so far in the direction d. */
const moved = (x: Float64Array, d: Float64Array, by: number): Float64Array => x.map((value, i) => value + by * d[i]!);

describe('the formula that the tests judge by', () => {
  for (const [rows, columns] of [
    [12, 8],
    [8, 12],
    [9, 9],
  ] as const) {
    for (const rank of [1, 4]) {
      for (const name of ['1/j', 'well separated', 'repeated among the kept', 'a gap of 1e-2']) {
        test(`is the derivative, by central differences: ${name}, ${rows} × ${columns}, rank ${rank}`, () => {
          const x = withSpectrum(spectra[name]!(rank, Math.min(rows, columns)), rows, columns);
          const weights = uniform(2, rows * columns);
          const loss = (at: Float64Array) =>
            dot(
              weights,
              bestApproximation(at, rows, columns, rank).map((value) => value + value ** 2 / 2),
            );
          const g = bestApproximation(x, rows, columns, rank).map((value, i) => weights[i]! * (1 + value));
          const gradient = truncatedGradient(x, g, rows, columns, rank);
          const step = 1e-5;
          const differences = x.map((_, i) => {
            const unit = new Float64Array(x.length);
            unit[i] = 1;
            return (loss(moved(x, unit, step)) - loss(moved(x, unit, -step))) / (2 * step);
          });
          assert.ok(relativeError(gradient, differences) < 1e-4 * (name === 'a gap of 1e-2' ? 1 : 1e-2));
        });
      }
    }
  }

  test('agrees with the one for approximations that are not unique, where they are', () => {
    const x = withSpectrum(spectra['1/j']!(4, 10), 12, 10);
    const g = uniform(3, 120);
    const other = tiedGradient(x, g, [12, 10], 4, bestApproximation(x, 12, 10, 4));
    assert.ok(relativeError(other, truncatedGradient(x, g, 12, 10, 4)) < 1e-12);
  });
});

for (const arithmetic of arithmetics().filter(({ math }) => math.roundOff < 1e-10)) {
  describe(`in float64, ${arithmetic.name}`, () => {
    const { math } = arithmetic;
    const shapes = [
      [48, 40],
      [40, 48],
      [40, 40],
    ] as const;
    const read = (matrix: Matrix) => arithmetic.read(matrix);
    const projections = (g: Float64Array, shape: readonly [number, number], { u, v }: Triplets) => {
      const gradient = arithmetic.matrix(g, shape);
      return { right: math.product(gradient, v, { b: true }), left: math.product(u, gradient, { a: true }) };
    };

    Object.entries(spectra).forEach(([name, values], i) => {
      for (const [k, rank] of [1, 5, 12].entries()) {
        const [rows, columns] = shapes[(i + k) % shapes.length]!;
        test(`triplets and gradient to all digits: ${name}, ${rows} × ${columns}, rank ${rank}`, () => {
          const x = withSpectrum(values(rank, 40), rows, columns);
          const g = uniform(5, rows * columns);
          const handles = liveHandles();
          scope(() => {
            const a = operator(math, arithmetic.matrix(x, [rows, columns]), 'x');
            const excess = (triplets: Triplets) =>
              math.sub(math.max(relativeResiduals(math, leading(math, triplets, rank))), 1e-12);
            const found = leadingTriplets(math, a, randomBlock(math, a, rank + 4), { rank, excess, maxRounds: 100 });
            assert.ok(read(found.excess)[0]! < 0);
            const triplets = leading(math, found, rank);
            assert.ok(
              relativeError(
                read(math.product(math.mul(triplets.u, triplets.s), triplets.v)),
                bestApproximation(x, rows, columns, rank),
              ) < 1e-8,
            );

            const expected = truncatedGradient(x, g, rows, columns, rank);
            const projected = projections(g, [rows, columns], triplets);
            const solved = truncationGradient(math, a, triplets, projected, { tolerance: 1e-10, maxIterations: 200 });
            assert.equal(read(solved.decompositions)[0], 0);
            assert.ok(relativeError(read(solved.gradient), expected) < 1e-8);
            const full = decomposedGradient(math, a, triplets, projected);
            assert.ok(relativeError(read(full), expected) < 1e-8);
          });
          assert.equal(liveHandles(), handles);
        });
      }
    });

    for (const tolerance of [1e-2, 1e-4, 1e-6]) {
      test(`the equations are solved to a tolerance of ${tolerance}`, () => {
        for (const [name, values] of Object.entries(spectra))
          scope(() => {
            const x = withSpectrum(values(8, 40), 48, 40);
            const a = operator(math, arithmetic.matrix(x, [48, 40]), 'x');
            const triplets = decomposed(math, a, 8, 8);
            for (const g of [
              uniform(5, 48 * 40),
              bestApproximation(x, 48, 40, 10),
              antisymmetric(arithmetic, math.svd(a.matrix()), 8),
            ]) {
              const projected = projections(g, [48, 40], triplets);
              const { gradient } = truncationGradient(math, a, triplets, projected, { tolerance, maxIterations: 200 });
              assert.ok(relativeError(read(gradient), truncatedGradient(x, g, 48, 40, 8)) < 2 * tolerance, name);
            }
          });
      });
    }
  });
}

/** uₖvₖ₊₁ᵀ − uₖ₊₁vₖᵀ: a gradient that the truncation makes smaller, where its mirror image would be made larger. */
function antisymmetric(arithmetic: Arithmetic, { u, v }: { u: Matrix; v: Matrix }, rank: number): Float64Array {
  const { math } = arithmetic;
  const outer = (i: number, j: number) => {
    const column = (matrix: Matrix, at: number) => math.slice(matrix, [0, at], [matrix.shape[0]!, 1]);
    return math.product(column(u, i), column(v, j), { b: true });
  };
  return arithmetic.read(math.sub(outer(rank - 1, rank), outer(rank, rank - 1)));
}
