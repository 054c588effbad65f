import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { denseSVD } from '../../src/linalg/dense/svd';
import { truncatedSVD, type TruncatedSVDOptions } from '../../src/linalg/truncated-svd';
import { compileStep, float64Math, liveHandles, loadBackend, nativeTensorFlow, scope } from '../../src/tensorflow';
import { nativeBinding } from '../../src/tensorflow/native/binding';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { largestDifference, orthonormalityError, product, recomposed, transposed, uniform } from './matrices';
import { norm, relativeError, spectra, withSpectrum } from './spectra';

const native = nativeTensorFlow() !== undefined;
before(() => loadBackend());

/** A matrix, row-major. */
interface Dense {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

interface Numbers {
  readonly u: Float64Array;
  readonly s: Float64Array;
  readonly v: Float64Array;
  readonly residual: number;
}

type Options = Omit<TruncatedSVDOptions, 'start'> & { readonly start?: Float64Array };

/** One of the kinds of tensors that `truncatedSVD` takes. */
interface Source {
  readonly name: string;
  /** What rounding leaves of relative errors. */
  readonly rounding: number;
  /** The same of the right vectors, down to a singular value that is so small a part of the largest. */
  rightRounding(smallest: number): number;
  decompose(matrix: Dense, rank: number, options?: Options): Numbers;
}

const inFloat32: Source = {
  name: 'float32 tensors',
  rounding: 2e-6,
  rightRounding: (smallest) => 2e-6 / smallest,
  decompose({ values, rows, columns }, rank, { start, ...options } = {}) {
    const { engine, tensor2d } = tensorFlowJs();
    engine().startScope();
    try {
      const u = start && tensor2d(Float32Array.from(start), [rows, rank]);
      const result = truncatedSVD(tensor2d(Float32Array.from(values), [rows, columns]), rank, {
        ...options,
        ...(u && { start: { u } }),
      });
      assert.deepEqual(
        [result.u.shape, result.s.shape, result.v.shape, result.residual.shape],
        [[rows, rank], [rank], [columns, rank], []],
      );
      const [left, s, right, residual] = [result.u, result.s, result.v, result.residual].map((part) =>
        Float64Array.from(part.dataSync()),
      );
      return { u: left!, s: s!, v: right!, residual: residual![0]! };
    } finally {
      engine().endScope();
    }
  },
};

const inFloat64 = (kind: 'native' | 'plain'): Source => ({
  name: `${kind} float64 tensors`,
  rounding: 1e-11,
  rightRounding: (smallest) => 1e-12 + 1e-14 / smallest ** 2,
  decompose({ values, rows, columns }, rank, { start, ...options } = {}) {
    const math = float64Math(kind);
    return scope(() => {
      const u = start && math.tensor(start, [rows, rank]);
      const result = truncatedSVD(math.tensor(values, [rows, columns]), rank, {
        ...options,
        ...(u && { start: { u } }),
      });
      assert.deepEqual(
        [result.u.shape, result.s.shape, result.v.shape, result.residual.shape],
        [[rows, rank], [rank], [columns, rank], []],
      );
      const read = (part: typeof result.u) => math.read(part);
      return { u: read(result.u), s: read(result.s), v: read(result.v), residual: read(result.residual)[0]! };
    });
  },
});

const sources = [inFloat32, inFloat64('plain'), ...(native ? [inFloat64('native')] : [])];

const rounded = ({ values, ...shape }: Dense): Dense => ({
  ...shape,
  values: Float64Array.from(Float32Array.from(values)),
});

/** ‖A·vᵢ − sᵢuᵢ‖ for each i. */
function residuals({ values, rows, columns }: Dense, { u, s, v }: Numbers): number[] {
  const image = product(values, v, rows, s.length);
  return Array.from(s, (sigma, i) => {
    const at = (k: number) => image[k * s.length + i]! - sigma * u[k * s.length + i]!;
    return Math.hypot(...Array.from({ length: rows }, (_, k) => at(k)));
  });
}

const spectra64 = new WeakMap<Dense, Float64Array>();

/** The singular values in float64. */
function spectrumOf(matrix: Dense): Float64Array {
  const s = spectra64.get(matrix) ?? denseSVD(matrix.values, matrix.rows, matrix.columns, { computeUV: false }).s;
  spectra64.set(matrix, s);
  return s;
}

/** By a power method of its own: from below, to a few hundredths. */
function spectralNorm(values: Float64Array, columns: number): number {
  const turned = transposed(values, columns);
  let v: Float64Array = uniform(17, columns);
  for (let i = 0; i < 40; i++) {
    v = product(turned, product(values, v, values.length / columns, 1), columns, 1);
    const length = norm(v) || 1;
    v = v.map((value) => value / length);
  }
  return norm(product(values, v, values.length / columns, 1));
}

/** All that the factors promise, judged in float64. The matrix is of numbers that the source has. */
function assertTruncated(matrix: Dense, found: Numbers, { rounding, rightRounding }: Source, tolerance = 1e-4): void {
  const { values, rows, columns } = matrix;
  const { u, s, v, residual } = found;
  const rank = s.length;
  const exact = spectrumOf(matrix);
  const scale = exact[0]! || 1;
  const noise = rounding * Math.sqrt(Math.max(rows, columns));

  assert.ok(largestDifference(s, exact.slice(0, rank)) <= (residual + noise) * scale, 'singular values');
  assert.deepEqual(
    s,
    s.toSorted((a, b) => b - a),
  );
  assert.ok(orthonormalityError(u, rank) < 10 * noise, `u is orthonormal to ${orthonormalityError(u, rank)}`);
  const smallest = Math.max(s.at(-1)! / scale, 2 ** -14);
  assert.ok(
    orthonormalityError(v, rank) < noise + rightRounding(smallest),
    `v is orthonormal to ${orthonormalityError(v, rank)}`,
  );

  const worst = Math.max(...residuals(matrix, found)) / scale;
  assert.ok(residual <= tolerance, `a residual of ${residual} is claimed`);
  assert.ok(Math.abs(worst - residual) <= noise, `the residual is ${worst} and not ${residual}`);

  // The factors are exact for a matrix whose distance is at most the residuals' norm; σₖ₊₁ is off by no more.
  const rest = recomposed(u, s, v).map((value, at) => values[at]! - value);
  const error = spectralNorm(rest, columns);
  assert.ok(
    error <= (exact[rank] ?? 0) + (2 * Math.sqrt(rank) * residual + noise) * scale,
    'spectral norm of the error',
  );
}

const shapes = [
  [96, 72],
  [72, 96],
  [72, 72],
] as const;
const ranks = [1, 5, 20] as const;

const matrices: Record<string, (rank: number, rows: number, columns: number) => Float64Array> = {
  ...Object.fromEntries(
    Object.entries(spectra).map(([name, values]) => [
      name,
      (rank: number, rows: number, columns: number) =>
        withSpectrum(values(rank, Math.min(rows, columns)), rows, columns),
    ]),
  ),
  'no gap anywhere': (_, rows, columns) => uniform(11, rows * columns),
  'all singular values the same': (_, rows, columns) =>
    withSpectrum(new Array<number>(Math.min(rows, columns)).fill(1), rows, columns),
  'powers of ten': (_, rows, columns) =>
    withSpectrum(
      Array.from({ length: 60 }, (__, j) => 10 ** -j),
      rows,
      columns,
    ),
  'of rank 3': (_, rows, columns) => withSpectrum([3, 2, 1], rows, columns),
  zero: (_, rows, columns) => new Float64Array(rows * columns),
};

const falling = rounded({ values: withSpectrum(spectra['1/j']!(5, 72), 96, 72), rows: 96, columns: 72 });

const cases = Object.entries(matrices).flatMap(([name, make], i) =>
  ranks.map((rank, k) => {
    const [rows, columns] = shapes[(i + k) % shapes.length]!;
    return {
      title: `${name}: ${rows} × ${columns}, rank ${rank}`,
      rank,
      matrix: rounded({ values: make(rank, rows, columns), rows, columns }),
    };
  }),
);

for (const source of sources) {
  describe(source.name, () => {
    for (const { title, rank, matrix } of cases)
      test(title, () => assertTruncated(matrix, source.decompose(matrix, rank), source));

    for (const [rows, columns] of [
      [1, 1],
      [1, 6],
      [6, 1],
      [7, 5],
      [72, 40],
      [40, 72],
    ] as const) {
      test(`the whole spectrum: ${rows} × ${columns}`, () => {
        const matrix = rounded({ values: uniform(rows, rows * columns), rows, columns });
        const rank = Math.min(rows, columns);
        const found = source.decompose(matrix, rank);
        assertTruncated(matrix, found, source);
        assert.ok(relativeError(recomposed(found.u, found.s, found.v), matrix.values) < 10 * source.rounding);
      });
    }

    for (const tolerance of [1e-1, 1e-2, 1e-3]) {
      test(`a tolerance of ${tolerance}`, () => {
        const matrix = falling;
        assertTruncated(matrix, source.decompose(matrix, 5, { tolerance }), source, tolerance);
      });
    }

    const scales = source === inFloat32 ? [1e-30, 1e-20, 1e20, 1e30] : [1e-100, 1e-20, 1e20, 1e100];
    for (const scale of scales) {
      test(`a matrix times ${scale}: the same vectors, and multiples of the singular values`, () => {
        const [rows, columns] = [96, 72];
        const power = 2 ** Math.round(Math.log2(scale));
        const values = rounded({ values: withSpectrum(spectra['1/j']!(5, 72), rows, columns), rows, columns }).values;
        const [plain, scaled] = [values, values.map((value) => value * power)].map((each) =>
          source.decompose({ values: each, rows, columns }, 5),
        );
        assert.ok(
          relativeError(
            scaled!.s.map((value) => value / power),
            plain!.s,
          ) <
            10 * source.rounding,
        );
        assert.ok(Math.abs(scaled!.residual - plain!.residual) < 10 * source.rounding && scaled!.residual <= 1e-4);
        assert.ok(
          largestDifference(recomposed(scaled!.u, plain!.s, scaled!.v), recomposed(plain!.u, plain!.s, plain!.v)) <
            100 * source.rounding,
        );
      });
    }

    // As scikit-learn's tests of randomized_svd make them: make_low_rank_matrix with so strong a tail.
    for (const tail of [0, 0.1, 1]) {
      test(`scikit-learn's matrix of effective rank 5 with a tail of ${tail}, and its transpose`, () => {
        const [rows, columns, rank] = [100, 200, 10];
        const bell = (i: number) => (1 - tail) * Math.exp(-((i / 5) ** 2)) + tail * Math.exp((-0.1 * i) / 5);
        const matrix = rounded({
          values: withSpectrum(
            Array.from({ length: rows }, (_, i) => bell(i)),
            rows,
            columns,
          ),
          rows,
          columns,
        });
        const found = source.decompose(matrix, rank);
        assertTruncated(matrix, found, source);
        const turned = { values: transposed(matrix.values, columns), rows: columns, columns: rows };
        const other = source.decompose(turned, rank);
        assertTruncated(turned, other, source);
        assert.ok(
          largestDifference(other.s, found.s) <= (found.residual + other.residual + source.rounding) * found.s[0]!,
        );
      });
    }

    test('the same seed gives the same factors, another one others', () => {
      const matrix = falling;
      const [first, again, other] = [7, 7, 8].map((seed) => source.decompose(matrix, 5, { seed }));
      assert.deepEqual(first, again);
      assert.notDeepEqual(first!.u, other!.u);
      assertTruncated(matrix, other!, source);
    });

    for (const oversampling of [0, 1, 11, 1000]) {
      test(`${oversampling} columns more`, () => {
        const matrix = falling;
        const found = source.decompose(matrix, 5, { oversampling });
        assertTruncated(matrix, found, source);
        assertTruncated(matrix, source.decompose(matrix, 5, { oversampling, start: found.u }), source);
      });
    }

    test('from the factors of a matrix that is not much different', () => {
      const [rows, columns, rank] = [96, 72, 5];
      const values = withSpectrum(spectra['1/j']!(rank, 72), rows, columns);
      const start = source.decompose({ values, rows, columns }, rank).u;
      const change = uniform(5, rows * columns);
      const matrix = rounded({ values: values.map((value, i) => value + 1e-4 * change[i]!), rows, columns });
      assertTruncated(matrix, source.decompose(matrix, rank, { start }), source);
    });

    test('from a start that has nothing of the leading vectors: exact vectors of smaller singular values', () => {
      const [extent, rank] = [96, 5];
      const values = new Float64Array(extent ** 2).map((_, at) =>
        at % (extent + 1) === 0 ? 1 / (1 + at / (extent + 1)) : 0,
      );
      const matrix = rounded({ values, rows: extent, columns: extent });
      const start = new Float64Array(extent * rank).map((_, at) =>
        Number(Math.floor(at / rank) === rank + (at % rank)),
      );
      for (const oversampling of [undefined, 0])
        assertTruncated(matrix, source.decompose(matrix, rank, { start, oversampling }), source);
    });

    test('from a start that is zero, or has one vector several times', () => {
      const [rows, columns, rank] = [96, 72, 5];
      const matrix = rounded({ values: withSpectrum(spectra['1/j']!(rank, 72), rows, columns), rows, columns });
      const column = uniform(4, rows);
      const starts = [
        new Float64Array(rows * rank),
        new Float64Array(rows * rank).map((_, at) => column[Math.floor(at / rank)]!),
      ];
      for (const start of starts) assertTruncated(matrix, source.decompose(matrix, rank, { start }), source);
    });
  });
}

describe('inside a compiled step', { skip: !native && 'the native library does not run here' }, () => {
  test('the factors of each batch, also where a full decomposition is needed', async () => {
    const { tensor3d } = tensorFlowJs();
    const [rows, columns, rank] = [96, 72, 5];
    const all = [
      withSpectrum(spectra['1/j']!(rank, 72), rows, columns),
      uniform(3, rows * columns),
      withSpectrum(spectra['well separated']!(rank, 72), rows, columns),
      new Float64Array(rows * columns),
    ].map((values) => rounded({ values, rows, columns }));
    const x = tensor3d(Float32Array.from(all.flatMap(({ values }) => [...values])), [4, rows, columns]);
    const step = compileStep((batch: tf.Tensor) => ({ ...truncatedSVD(batch.reshape([rows, columns]), rank) }));
    const { values } = await step.run([x], { batchSize: 1 });
    assert.equal(step.execution, 'compiled');
    all.forEach((matrix, i) => {
      const part = ({ data }: { data: ArrayLike<number> }) => {
        const size = data.length / all.length;
        return Float64Array.from(data).slice(i * size, (i + 1) * size);
      };
      assertTruncated(
        matrix,
        { u: part(values.u), s: part(values.s), v: part(values.v), residual: part(values.residual)[0]! },
        inFloat32,
      );
    });
    [step, x].forEach((each) => each.dispose());
  });
});

describe('what does not fit is refused', () => {
  const allowed: readonly (readonly [TruncatedSVDOptions, RegExp])[] = [
    ...[0, 1, -1, NaN, 2].map(
      (tolerance) => [{ tolerance }, `tolerance is ${tolerance}; it must be above 0 and below 1`] as const,
    ),
    ...[-1, 0.5, NaN].map((seed) => [{ seed }, `seed is ${seed}; it must be an integer from 0`] as const),
    ...[-1, 0.5, Infinity].map(
      (oversampling) => [{ oversampling }, `oversampling is ${oversampling}; it must be an integer from 0`] as const,
    ),
  ].map(([options, message]) => [options, new RegExp(`^truncatedSVD: ${message}$`)]);
  const ofShape = (shape: readonly number[]) => tensorFlowJs().ones([...shape]) as tf.Tensor<tf.Rank> as tf.Tensor2D;
  const inTidy = (body: () => void) => () => tensorFlowJs().tidy(body);

  test(
    'ranks',
    inTidy(() => {
      for (const rank of [0, -1, 1.5, 4, NaN]) {
        const error = {
          name: 'RangeError',
          message: `truncatedSVD: rank is ${rank}; for a [4,3] matrix it must be an integer from 1 to 3`,
        };
        assert.throws(() => truncatedSVD(ofShape([4, 3]), rank), error);
        assert.throws(() => scope(() => truncatedSVD(float64Math().tensor(new Float64Array(12), [4, 3]), rank)), error);
      }
    }),
  );

  test(
    'options',
    inTidy(() => {
      for (const [options, message] of allowed) {
        assert.throws(() => truncatedSVD(ofShape([4, 3]), 2, options), { name: 'RangeError', message });
      }
      const start = { u: ofShape([4, 3]) };
      const error = {
        name: 'RangeError',
        message: 'truncatedSVD: start.u has the shape [4,3]; for this matrix and rank it must be [4,2]',
      };
      assert.throws(() => truncatedSVD(ofShape([4, 3]), 2, { start }), error);
      const bad = { u: ofShape([40, 2]).mul(NaN) as tf.Tensor2D };
      assert.throws(() => truncatedSVD(ofShape([40, 40]), 2, { start: bad }), {
        name: 'RangeError',
        message: /^truncatedSVD: start.u has NaN elements/,
      });
    }),
  );

  test(
    'tensors',
    inTidy(() => {
      for (const shape of [[3], [2, 3, 4], [0, 3], [3, 0], []]) {
        const error = {
          name: 'RangeError',
          message: `truncatedSVD: x has the shape [${shape}]; it must be a matrix with elements`,
        };
        assert.throws(() => truncatedSVD(ofShape(shape), 1), error);
        const size = shape.reduce((product, extent) => product * extent, 1);
        assert.throws(() => scope(() => truncatedSVD(float64Math().tensor(new Float64Array(size), shape), 1)), error);
      }
      const integers = tensorFlowJs().ones([2, 2], 'int32') as tf.Tensor2D;
      assert.throws(() => truncatedSVD(integers, 1), {
        name: 'TypeError',
        message: 'truncatedSVD: x has the type int32; it must be float32',
      });
    }),
  );

  test('elements that are not finite, which leave nothing behind', () => {
    const { memory, tensor2d } = tensorFlowJs();
    const counts = () => [memory().numTensors, liveHandles(), native ? nativeBinding().getNumOfTensors() : 0];
    for (const value of [NaN, Infinity, -Infinity]) {
      const error = {
        name: 'RangeError',
        message: /^truncatedSVD: x has (NaN|-?Inf(inity)?) elements; all must be finite$/,
      };
      const x = tensor2d([1, 2, value, 4], [2, 2]).mul(1) as tf.Tensor2D;
      const before = counts();
      assert.throws(() => truncatedSVD(x, 1), error);
      assert.throws(
        () => scope(() => truncatedSVD(float64Math().tensor(Float64Array.of(1, 2, value, 4), [2, 2]), 1)),
        error,
      );
      assert.deepEqual(counts(), before);
      x.dispose();
    }
  });
});

test('nothing but the results stays behind', () => {
  const { dispose, memory, randomNormal } = tensorFlowJs();
  const math = float64Math();
  const x = randomNormal<tf.Rank.R2>([96, 72], 0, 1, 'float32', 1);
  const wide = math.tensor(withSpectrum([3, 2, 1], 96, 72), [96, 72]);
  const counts = () => [memory().numTensors, liveHandles(), native ? nativeBinding().getNumOfTensors() : 0];
  const work = () => {
    const { u, s, v, residual } = truncatedSVD(x, 5);
    const again = truncatedSVD(x, 5, { start: { u } });
    dispose([u, s, v, residual, ...Object.values({ ...again })]);
    for (const part of Object.values(truncatedSVD(wide, 2))) part.dispose();
  };
  work();
  const first = counts();
  work();
  assert.deepEqual(counts(), first);
  const results = truncatedSVD(x, 5);
  assert.equal(memory().numTensors, first[0]! + 4);
  dispose([...Object.values({ ...results })]);
  [x, wide].forEach((each) => each.dispose());
});
