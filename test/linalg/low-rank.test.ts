import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { denseSVD } from '../../src/linalg/dense/svd';
import { lowRank, lowRankMatMul, type LowRankOptions } from '../../src/linalg/low-rank';
import { WarmStart, type WarmStartCounts } from '../../src/linalg/warm-start';
import { liveHandles, loadBackend, nativeTensorFlow } from '../../src/tensorflow';
import { nativeBinding } from '../../src/tensorflow/native/binding';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { largestDifference, matrixOf, product, uniform } from './matrices';
import { dot, norm, relativeError, spectra, withSpectrum } from './spectra';
import { bestApproximation, tiedGradient, truncatedGradient } from './truncation-formula';

const native = nativeTensorFlow() !== undefined;
before(() => loadBackend());

type Shape = readonly [number, number];

const single = (values: ArrayLike<number>): Float64Array => Float64Array.from(Float32Array.from(values));
const tensor = (values: ArrayLike<number>, [...shape]: Shape): tf.Tensor2D =>
  tensorFlowJs().tensor2d(Float32Array.from(values), shape as [number, number]);
const inTidy = (body: () => void) => () => tensorFlowJs().tidy(body);

/** The approximation, the gradient with respect to x of its product with g, and what they took. */
function run(x: ArrayLike<number>, g: ArrayLike<number>, shape: Shape, rank: number, options: LowRankOptions = {}) {
  const { customGrad, grad, tidy } = tensorFlowJs();
  const warmStart = options.warmStart ?? new WarmStart();
  let value = new Float64Array();
  let gradient = new Float64Array();
  tidy(() => {
    const reading = customGrad((at) => {
      value = Float64Array.from((at as tf.Tensor).dataSync());
      return { value: (at as tf.Tensor).clone(), gradFunc: (dy: tf.Tensor) => dy };
    });
    const loss = (at: tf.Tensor) =>
      reading(lowRank(at as tf.Tensor2D, rank, { ...options, warmStart }))
        .mul(tensor(g, shape))
        .sum();
    gradient = Float64Array.from(grad(loss)(tensor(x, shape)).dataSync());
  });
  const counts = warmStart.counts();
  if (options.warmStart === undefined) warmStart.dispose();
  return { value, gradient, counts };
}

/** What rounding in float32 leaves of the relative error where σₖ₊₁ is near σₖ. */
const rounding = (x: Float64Array, [rows, columns]: Shape, rank: number): number => {
  const { s } = denseSVD(x, rows, columns, { computeUV: false });
  return (2e-6 * s[rank - 1]!) / (s[rank - 1]! - (s[rank] ?? 0));
};

describe('value and gradient keep the tolerance, judged in float64', () => {
  const iterated: readonly (readonly [Shape, number])[] = [
    [[84, 72], 1],
    [[72, 84], 5],
    [[72, 72], 5],
    [[84, 72], 20],
    [[72, 84], 20],
    [[72, 72], 20],
  ];
  const decomposed: readonly (readonly [Shape, number])[] = [
    [[20, 16], 1],
    [[16, 20], 5],
    [[40, 40], 20],
  ];
  for (const [shape, rank] of [...iterated, ...decomposed]) {
    for (const [name, values] of Object.entries(spectra)) {
      test(`${name}: ${shape.join(' × ')}, rank ${rank}`, () => {
        const [rows, columns] = shape;
        const x = single(withSpectrum(values(rank, Math.min(...shape)), rows, columns));
        const g = uniform(7, rows * columns);
        const best = bestApproximation(x, rows, columns, rank);
        const expected = truncatedGradient(x, g, rows, columns, rank);
        const limit = rounding(x, shape, rank);
        for (const tolerance of [1e-2, 1e-3, 1e-4]) {
          const { value, gradient } = run(x, g, shape, rank, { tolerance });
          assert.ok(
            relativeError(gradient, expected) <= tolerance + limit,
            `gradient to ${relativeError(gradient, expected)}`,
          );
          assert.ok(relativeError(value, best) <= tolerance + limit, `value to ${relativeError(value, best)}`);
        }
      });
    }
  }
});

describe('gradients of a loss against central differences in float64', () => {
  for (const [shape, rank] of [
    [[84, 72], 5],
    [[72, 84], 20],
    [[16, 20], 5],
  ] as const) {
    for (const name of ['1/j', 'well separated', 'repeated among the kept', 'a gap of 1e-2']) {
      test(`${name}: ${shape.join(' × ')}, rank ${rank}`, () => {
        const [rows, columns] = shape;
        const x = single(withSpectrum(spectra[name]!(rank, Math.min(rows, columns)), rows, columns));
        const target = uniform(3, rows * columns);
        const fromTarget = (at: Float64Array) =>
          bestApproximation(at, rows, columns, rank).map((value, i) => value - target[i]!);
        const loss = (at: Float64Array) => norm(fromTarget(at)) ** 2 / 2;
        const { gradient } = run(x, fromTarget(x), shape, rank, { tolerance: 1e-4 });
        const step = 1e-5;
        for (const seed of [1, 2, 3]) {
          const direction = uniform(seed, rows * columns);
          const along = (by: number) => loss(x.map((value, i) => value + by * direction[i]!));
          const difference = (along(step) - along(-step)) / (2 * step);
          assert.ok(Math.abs(dot(gradient, direction) - difference) < 1e-3 * norm(gradient) * norm(direction));
        }
      });
    }
  }
});

describe('where the best approximation is not unique the gradient is that of the one found', () => {
  const ties: Record<string, (extent: number) => number[]> = {
    'σ₃ = σ₄ = σ₅': () => [3, 3, 2, 2, 2, 1, 1, 1],
    'all the same': (extent) => new Array<number>(extent).fill(1),
    'fewer that are not zero than are kept': () => [2, 1],
  };
  for (const [name, values] of Object.entries(ties)) {
    for (const shape of [
      [8, 8],
      [32, 8],
      [8, 32],
      [64, 32],
      [32, 32],
    ] as const) {
      test(`${name}: ${shape.join(' × ')}`, () => {
        const [rows, columns] = shape;
        const rank = 3;
        const x = matrixOf({
          kind: 'spectrum',
          rows,
          columns,
          seed: 0,
          scale: 1,
          s: [],
          values: values(Math.min(rows, columns)),
        });
        const g = uniform(7, rows * columns);
        const { value, gradient } = run(x, g, shape, rank);
        const optimum = Math.sqrt(
          values(Math.min(rows, columns))
            .slice(rank)
            .reduce((sum, sigma) => sum + sigma ** 2, 0),
        );
        assert.ok(Math.abs(norm(value.map((each, i) => each - x[i]!)) - optimum) < 1e-5);
        assert.ok(gradient.every(Number.isFinite));
        if (name !== 'fewer that are not zero than are kept')
          assert.ok(relativeError(gradient, tiedGradient(x, g, shape, rank, value)) < 1e-4);
        else assert.ok(largestDifference(value, x) < 1e-5);
      });
    }
  }

  for (const shape of [
    [12, 8],
    [40, 30],
  ] as const) {
    test(`zero: ${shape.join(' × ')}; projecting the gradient again changes nothing`, () => {
      const x = new Float64Array(shape[0] * shape[1]);
      const { value, gradient } = run(x, uniform(7, x.length), shape, 2);
      assert.ok(value.every((element) => element === 0));
      assert.ok(norm(gradient) > 0.1 && relativeError(run(x, gradient, shape, 2).gradient, gradient) < 1e-5);
    });
  }
});

test('no full decomposition where there is a gap, nor for a gradient of zero', () => {
  const x = withSpectrum(spectra['1/j']!(5, 72), 84, 72);
  const quiet = ({ decompositions, gradientDecompositions }: WarmStartCounts) =>
    assert.deepEqual([decompositions, gradientDecompositions], [0, 0]);
  const { counts } = run(x, uniform(2, x.length), [84, 72], 5);
  quiet(counts);
  assert.ok(counts.gradientIterations > 0);
  const none = run(x, new Float64Array(x.length), [84, 72], 5);
  quiet(none.counts);
  assert.equal(none.counts.gradientIterations, 0);
  assert.ok(none.gradient.every((element) => element === 0));
});

for (const scale of [1e-25, 1e-10, 1e10, 1e25]) {
  test(`a matrix times ${scale} has the same gradient`, () => {
    const power = 2 ** Math.round(Math.log2(scale));
    for (const [shape, rank] of [
      [[84, 72], 5],
      [[20, 16], 5],
    ] as const) {
      const x = single(withSpectrum(spectra['1/j']!(rank, Math.min(...shape)), shape[0], shape[1]));
      const g = uniform(2, x.length);
      const [plain, scaled] = [x, x.map((value) => value * power)].map((each) => run(each, g, shape, rank));
      assert.ok(relativeError(scaled!.gradient, plain!.gradient) < 1e-3);
      assert.ok(
        relativeError(
          scaled!.value.map((value) => value / power),
          plain!.value,
        ) < 1e-4,
      );
      assert.equal(scaled!.counts.decompositions, 0);
    }
  });
}

test('of the largest rank it is the identity', () => {
  for (const shape of [
    [5, 3],
    [3, 5],
    [30, 40],
  ] as const) {
    const [x, g] = [uniform(1, shape[0] * shape[1]), uniform(2, shape[0] * shape[1])].map(single) as [
      Float64Array,
      Float64Array,
    ];
    const { value, gradient } = run(x, g, shape, Math.min(...shape));
    assert.deepEqual([value, gradient], [x, g]);
  }
});

describe('lowRankMatMul is matMul with the approximation', () => {
  for (const [shape, rank] of [
    [[84, 72], 5],
    [[72, 84], 20],
    [[20, 16], 5],
    [[16, 20], 16],
    [[72, 72], 1],
  ] as const) {
    test(
      `value and both gradients: ${shape.join(' × ')}, rank ${rank}`,
      inTidy(() => {
        const { grads, matMul } = tensorFlowJs();
        const x = tensor(withSpectrum(spectra['1/j']!(rank, Math.min(...shape)), shape[0], shape[1]), shape);
        const a = tensor(uniform(2, 30 * shape[0]), [30, shape[0]]);
        const weights = tensor(uniform(3, 30 * shape[1]), [30, shape[1]]);
        const options = { tolerance: 1e-4 };
        const fused = (left: tf.Tensor, at: tf.Tensor) =>
          lowRankMatMul(left as tf.Tensor2D, at as tf.Tensor2D, rank, options);
        const plain = (left: tf.Tensor, at: tf.Tensor) => matMul(left, lowRank(at as tf.Tensor2D, rank, options));
        assert.ok(relativeError(fused(a, x).dataSync(), plain(a, x).dataSync()) < 2e-4);
        const [own, expected] = [fused, plain].map((f) =>
          grads((left, at) => f(left!, at!).mul(weights).sum())([a, x]),
        );
        for (const i of [0, 1]) {
          assert.deepEqual(own![i]!.shape, expected![i]!.shape);
          assert.ok(relativeError(own![i]!.dataSync(), expected![i]!.dataSync()) < 4e-4);
        }
      }),
    );
  }

  test(
    'also for a batch of one, and for one with fewer rows than the rank',
    inTidy(() => {
      const { grads } = tensorFlowJs();
      const x = single(withSpectrum(spectra['1/j']!(5, 72), 84, 72));
      for (const rows of [1, 3]) {
        const [a, weights] = [single(uniform(2, rows * 84)), single(uniform(3, rows * 72))];
        const [, gradient] = grads((left, at) =>
          lowRankMatMul(left as tf.Tensor2D, at as tf.Tensor2D, 5)
            .mul(tensor(weights, [rows, 72]))
            .sum(),
        )([tensor(a, [rows, 84]), tensor(x, [84, 72])]);
        const g = product(
          Float64Array.from({ length: 84 * rows }, (_, at) => a[(at % rows) * 84 + Math.floor(at / rows)]!),
          weights,
          84,
          72,
        );
        assert.ok(relativeError(gradient!.dataSync(), truncatedGradient(x, g, 84, 72, 5)) < 1e-3);
      }
    }),
  );
});

describe('what does not fit is refused', () => {
  const ones = (shape: readonly number[], dtype: 'float32' | 'int32' = 'float32') =>
    tensorFlowJs().ones([...shape], dtype) as tf.Tensor as tf.Tensor2D;
  const calls: Record<string, (x: tf.Tensor2D, rank: number, options?: LowRankOptions) => tf.Tensor> = {
    lowRank,
    lowRankMatMul: (x, rank, options) => lowRankMatMul(ones([2, x.shape[0] ?? 1]), x, rank, options),
  };
  for (const [name, call] of Object.entries(calls)) {
    test(
      `by ${name}`,
      inTidy(() => {
        for (const rank of [0, -1, 1.5, 4, NaN]) {
          assert.throws(() => call(ones([4, 3]), rank), {
            name: 'RangeError',
            message: `${name}: rank is ${rank}; for a [4,3] matrix it must be an integer from 1 to 3`,
          });
        }
        for (const tolerance of [0, 1, -1, NaN]) {
          assert.throws(() => call(ones([4, 3]), 2, { tolerance }), {
            name: 'RangeError',
            message: `${name}: tolerance is ${tolerance}; it must be above 0 and below 1`,
          });
        }
        for (const shape of [[3], [2, 3, 4], [0, 3], []]) {
          assert.throws(() => call(ones(shape), 1), {
            name: 'RangeError',
            message: `${name}: x has the shape [${shape}]; it must be a matrix with elements`,
          });
        }
        assert.throws(() => call(ones([2, 2], 'int32'), 1), {
          name: 'TypeError',
          message: `${name}: x has the type int32; it must be float32`,
        });
        for (const value of [NaN, Infinity, -Infinity]) {
          for (const shape of [
            [4, 3],
            [40, 30],
          ] as const) {
            const x = tensor(uniform(1, shape[0] * shape[1]).fill(value, 5, 6), shape);
            for (const rank of [2, Math.min(...shape)]) {
              assert.throws(() => call(x, rank), {
                name: 'RangeError',
                message: new RegExp(`^${name}: x has (NaN|-?Inf(inity)?) elements; all must be finite$`),
              });
            }
          }
        }
      }),
    );
  }

  test(
    'factors that do not fit each other',
    inTidy(() => {
      assert.throws(() => lowRankMatMul(ones([2, 3]), ones([4, 3]), 2), {
        name: 'RangeError',
        message: 'lowRankMatMul: a has the shape [2,3] and x [4,3]; as many columns as rows are needed',
      });
      assert.throws(() => lowRankMatMul(ones([2]), ones([4, 3]), 2), {
        name: 'RangeError',
        message: 'lowRankMatMul: a has the shape [2]; it must be a matrix with elements',
      });
    }),
  );
});

test('nothing but the results stays behind, neither of a call nor of one that fails', () => {
  const { dispose, grad, grads, memory, ones } = tensorFlowJs();
  const counts = () => [memory().numTensors, liveHandles(), native ? nativeBinding().getNumOfTensors() : 0];
  const x = tensor(withSpectrum(spectra['1/j']!(5, 72), 84, 72), [84, 72]);
  const a = ones<tf.Rank.R2>([3, 84]);
  const bad = x.mul(NaN) as tf.Tensor2D;
  const work = () => {
    grad((at: tf.Tensor) =>
      lowRank(at as tf.Tensor2D, 5)
        .square()
        .sum(),
    )(x).dispose();
    dispose(
      grads((left, at) =>
        lowRankMatMul(left as tf.Tensor2D, at as tf.Tensor2D, 5)
          .square()
          .sum(),
      )([a, x]),
    );
    lowRank(x, 5).dispose();
    assert.throws(() => lowRank(bad, 5), RangeError);
    assert.throws(() => grad((at: tf.Tensor) => lowRank(at as tf.Tensor2D, 5).sum())(bad), RangeError);
  };
  work();
  const first = counts();
  work();
  assert.deepEqual(counts(), first);
  dispose([x, a, bad]);
});
