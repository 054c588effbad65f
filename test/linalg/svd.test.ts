import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { denseSVD } from '../../src/linalg/dense/svd';
import { svd, type SVD } from '../../src/linalg/svd';
import { compileStep, liveHandles, loadBackend, nativeTensorFlow } from '../../src/tensorflow';
import { nativeBinding } from '../../src/tensorflow/native/binding';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import {
  cases,
  largestDifference,
  leading,
  matrixOf,
  orthonormalityError,
  recomposed,
  title,
  uniform,
  withSigns,
} from './matrices';

const native = nativeTensorFlow() !== undefined;
before(() => loadBackend());

/** The values of tensors that are no longer needed. */
function read<K extends string>(tensors: { [name in K]: tf.Tensor }): { [name in K]: Float32Array } {
  const entries = Object.entries<tf.Tensor>(tensors).map(([name, tensor]) => {
    const values = tensor.dataSync() as Float32Array;
    tensor.dispose();
    return [name, values];
  });
  return Object.fromEntries(entries) as { [name in K]: Float32Array };
}

const inTidy = (body: () => void) => () => tensorFlowJs().tidy(body);

describe('the decomposition against LAPACK', () => {
  const representable = cases.filter(({ scale }) => Math.abs(Math.log10(scale)) < 35);
  for (const each of representable) {
    test(title(each), inTidy(() => {
      const { rows, columns } = each;
      const rank = Math.min(rows, columns);
      const x = tensorFlowJs().tensor2d(Float32Array.from(matrixOf(each)), [rows, columns]);
      const allowed = 1e-6 * Math.sqrt(Math.max(rows, columns)) * (each.s[0] ?? 0);
      const orthonormal = 2e-6 * Math.sqrt(Math.max(rows, columns, 1));

      const factors = svd(x);
      assert.deepEqual([factors.u.shape, factors.s.shape, factors.v.shape], [[rows, rank], [rank], [columns, rank]]);
      const { u, s, v } = read({ ...factors });
      assert.ok(largestDifference(s, each.s) <= allowed);
      assert.ok(s.every((value, i) => value >= 0 && (i === 0 || value <= s[i - 1]!)));
      if (rank > 0) assert.ok(largestDifference(recomposed(u, s, v), x.dataSync()) <= allowed);
      assert.ok(orthonormalityError(u, rank) <= orthonormal && orthonormalityError(v, rank) <= orthonormal);

      const full = svd(x, { fullMatrices: true });
      assert.deepEqual([full.u.shape, full.s.shape, full.v.shape], [[rows, rows], [rank], [columns, columns]]);
      const complete = read({ ...full });
      assert.ok(largestDifference(complete.s, each.s) <= allowed);
      assert.ok(orthonormalityError(complete.u, rows) <= orthonormal);
      assert.ok(orthonormalityError(complete.v, columns) <= orthonormal);
      const thin = [leading(complete.u, rows, rank), leading(complete.v, columns, rank)] as const;
      if (rank > 0) assert.ok(largestDifference(recomposed(thin[0], complete.s, thin[1]), x.dataSync()) <= allowed);

      const values = svd(x, { computeUV: false });
      assert.deepEqual(values.shape, [rank]);
      assert.ok(largestDifference(values.dataSync(), each.s) <= allowed);

      if (each.u === undefined || each.v === undefined) return;
      assert.ok(largestDifference(u, each.u) < 5e-5 && largestDifference(v, each.v) < 5e-5);
      assert.ok(largestDifference(thin[0], each.u) < 5e-5 && largestDifference(thin[1], each.v) < 5e-5);
    }));
  }
});

describe('signs', () => {
  test('the largest entry of each column of u is positive', inTidy(() => {
    const { u } = read({ ...svd(tensorFlowJs().tensor2d(Float32Array.from(uniform(5, 600)), [30, 20])) });
    for (let j = 0; j < 20; j++) {
      const column = u.filter((_, at) => at % 20 === j);
      assert.equal(Math.max(...column), Math.max(...column.map(Math.abs)));
    }
  }));

  test('of entries that are equally large the first one is', inTidy(() => {
    for (const sign of [1, -1]) {
      const { u, s, v } = read({ ...svd(tensorFlowJs().tensor2d([[sign], [-sign], [sign]])) });
      const third = Math.sqrt(1 / 3);
      assert.ok(largestDifference(u, [third, -third, third]) < 1e-6);
      assert.ok(largestDifference(s, [Math.sqrt(3)]) < 1e-6);
      assert.deepEqual([...v], [sign]);
    }
  }));
});

describe('batches', () => {
  for (const fullMatrices of [false, true]) {
    test(`each matrix is decomposed as it is alone${fullMatrices ? ', completed' : ''}`, inTidy(() => {
      const tf = tensorFlowJs();
      for (const [rows, columns] of [[4, 3], [3, 5], [3, 3], [1, 4]] as const) {
        const x = tf.tensor(Float32Array.from(uniform(rows + columns, 6 * rows * columns)), [2, 3, rows, columns]);
        const all = svd(x, { fullMatrices });
        const alone = tf.unstack(x.reshape([6, rows, columns])).map((matrix) => svd(matrix, { fullMatrices }));
        for (const name of ['u', 's', 'v'] as const) {
          const stacked = tf.stack(alone.map((factors) => factors[name]));
          assert.deepEqual(all[name].shape, [2, 3, ...stacked.shape.slice(1)]);
          assert.deepEqual(all[name].dataSync(), stacked.dataSync());
        }
        assert.deepEqual(svd(x, { computeUV: false }).shape, [2, 3, Math.min(rows, columns)]);
      }
    }));
  }

  test('empty batches and batches of empty matrices', inTidy(() => {
    const tf = tensorFlowJs();
    for (const [shape, u, s, v] of [
      [[0, 3, 4], [0, 3, 3], [0, 3], [0, 4, 3]],
      [[2, 0, 4], [2, 0, 0], [2, 0], [2, 4, 0]],
      [[2, 3, 0], [2, 3, 0], [2, 0], [2, 0, 0]],
      [[0, 0, 0], [0, 0, 0], [0, 0], [0, 0, 0]],
    ] as const) {
      const x = tf.zeros([...shape]);
      const factors = svd(x);
      assert.deepEqual([factors.u.shape, factors.s.shape, factors.v.shape], [u, s, v]);
      assert.deepEqual(svd(x, { computeUV: false }).shape, s);
      const gradient = tf.grad((at: tf.Tensor) => tf.addN(Object.values(svd(at)).map((factor) => factor.sum())))(x);
      assert.deepEqual(gradient.shape, shape);
    }
    const { u, v } = svd(tf.zeros([2, 0, 3]), { fullMatrices: true });
    assert.deepEqual([u.shape, v.shape], [[2, 0, 0], [2, 3, 3]]);
    assert.deepEqual([...v.dataSync()], [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
  }));
});

interface Plain {
  readonly u: Float64Array;
  readonly s: Float64Array;
  readonly v: Float64Array;
}

/** (f(x + h) − f(x − h))/2h for each element, of a function of the factors in float64. */
function differences(x: Float64Array, rows: number, columns: number, f: (factors: Plain) => number): Float64Array {
  const rank = Math.min(rows, columns);
  const at = (moved: Float64Array) => {
    const { u, s, v } = denseSVD(moved, rows, columns);
    return f({ s, ...withSigns(u, v, rank) });
  };
  const step = 1e-5 * Math.max(...x.map(Math.abs));
  const moved = (i: number, by: number) => x.map((element, k) => (k === i ? element + by : element));
  return x.map((_, i) => (at(moved(i, step)) - at(moved(i, -step))) / (2 * step));
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

/** As a share of the largest element. */
const relativeDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  largestDifference(a, b) / Math.max(...Array.from(b, Math.abs));

const tensorLike = (like: tf.Tensor, values: Float64Array): tf.Tensor =>
  tensorFlowJs().tensor(Float32Array.from(values), like.shape);

/** Σ a∘u + Σ b∘s + Σ c∘v, or some parts of it, with random weights a, b and c; of numbers and of tensors. */
function linearFunction(rows: number, columns: number, parts = 'usv') {
  const rank = Math.min(rows, columns);
  const weights = (name: string, count: number) =>
    uniform(name.charCodeAt(0), count).map((weight) => (parts.includes(name) ? weight : 0));
  const [a, b, c] = [weights('u', rows * rank), weights('s', rank), weights('v', columns * rank)];
  const tensors = ({ u, s, v }: SVD) => {
    const weighted = [[u, a], [s, b], [v, c]] as const;
    const used = weighted.filter((_, i) => parts.includes('usv'[i]!));
    return tensorFlowJs().addN(used.map(([factor, by]) => factor.mul(tensorLike(factor, by)).sum()));
  };
  return { plain: ({ u, s, v }: Plain) => dot(a, u) + dot(b, s) + dot(c, v), tensors };
}

describe('gradients against central differences in float64', () => {
  for (const [rows, columns] of [[1, 1], [1, 4], [4, 1], [2, 2], [4, 4], [6, 3], [3, 6], [10, 5]] as const) {
    for (const parts of ['u', 's', 'v', 'usv']) {
      test(`${rows} × ${columns}, of ${[...parts].join(', ')}`, inTidy(() => {
        const { grad, tensor2d } = tensorFlowJs();
        const x = uniform(rows * 3 + columns, rows * columns);
        const { plain, tensors } = linearFunction(rows, columns, parts);
        const gradient = grad((at: tf.Tensor) => tensors(svd(at)))(tensor2d(Float32Array.from(x), [rows, columns]));
        const expected = differences(x, rows, columns, plain);
        const scale = Math.max(1, ...expected.map(Math.abs));
        assert.ok(largestDifference(gradient.dataSync(), expected) < 3e-5 * scale);
      }));
    }
  }

  test('huge and tiny elements', inTidy(() => {
    const { grad, tensor2d } = tensorFlowJs();
    for (const scale of [1e-30, 1e30]) {
      for (const [rows, columns] of [[4, 4], [6, 3], [3, 6]] as const) {
        const x = uniform(rows * 3 + columns, rows * columns).map((element) => element * scale);
        const { plain, tensors } = linearFunction(rows, columns, 'uv');
        const gradient = grad((at: tf.Tensor) => tensors(svd(at)))(tensor2d(Float32Array.from(x), [rows, columns]));
        assert.ok(relativeDifference(gradient.dataSync(), differences(x, rows, columns, plain)) < 1e-4);
      }
    }
  }));

  test('a batch: each matrix has its own', inTidy(() => {
    const { grad, tensor, unstack } = tensorFlowJs();
    const x = tensor(Float32Array.from(uniform(8, 36)), [3, 4, 3]);
    const { tensors } = linearFunction(4, 3);
    const batch = grad((at: tf.Tensor) => {
      const { u, s, v } = svd(at);
      const [us, ss, vs] = [unstack(u), unstack(s), unstack(v)];
      return tensorFlowJs().addN(us.map((_, i) => tensors({ u: us[i]!, s: ss[i]!, v: vs[i]! })));
    })(x);
    unstack(x).forEach((matrix, i) => {
      const alone = grad((at: tf.Tensor) => tensors(svd(at)))(matrix);
      assert.ok(relativeDifference(unstack(batch)[i]!.dataSync(), alone.dataSync()) < 1e-5);
    });
  }));

  test('singular values alone, or with full matrices', inTidy(() => {
    const { grad, tensor2d } = tensorFlowJs();
    for (const [rows, columns] of [[4, 4], [6, 3], [3, 6]] as const) {
      const x = uniform(rows, rows * columns);
      const expected = differences(x, rows, columns, ({ s }) => dot(s, s.map((_, i) => i + 1)));
      const weighted = (s: tf.Tensor) => s.mul(tensorFlowJs().range(1, 1 + Math.min(rows, columns))).sum();
      const alone = (at: tf.Tensor) => svd(at, { computeUV: false });
      const withFull = (at: tf.Tensor) => svd(at, { fullMatrices: true }).s;
      for (const values of [alone, withFull]) {
        const gradient = grad((at: tf.Tensor) => weighted(values(at)))(tensor2d(Float32Array.from(x), [rows, columns]));
        assert.ok(relativeDifference(gradient.dataSync(), expected) < 3e-5);
      }
    }
  }));

  const repeated = cases.filter(({ values, scale }) => values?.join('') === '33222111' && scale === 1);
  for (const each of repeated) {
    const { rows, columns } = each;
    // The vectors of 3 3 2 2 2 are kept, or all: then it is the nearest matrix with orthonormal rows or columns.
    for (const kept of [5, 8]) {
      test(`repeated singular values: ${rows} × ${columns}, u·vᵀ of the first ${kept} vectors`, inTidy(() => {
        const { grad, matMul, tensor2d } = tensorFlowJs();
        const x = matrixOf(each);
        const weights = uniform(2, rows * columns);
        const ones = new Float64Array(kept).fill(1);
        const plain = ({ u, v }: Plain) => dot(weights, recomposed(leading(u, 8, kept), ones, leading(v, 8, kept)));
        const gradient = grad((at: tf.Tensor) => {
          const { u, v } = svd(at);
          const product = matMul(u.slice([0, 0], [rows, kept]), v.slice([0, 0], [columns, kept]), false, true);
          return product.mul(tensor2d(Float32Array.from(weights), [rows, columns])).sum();
        })(tensor2d(Float32Array.from(x), [rows, columns]));
        assert.ok(relativeDifference(gradient.dataSync(), differences(x, rows, columns, plain)) < 1e-4);
      }));
    }
  }

  test('where vectors have no derivative the gradient is finite all the same', inTidy(() => {
    const { grad, tensor2d } = tensorFlowJs();
    for (const each of cases.filter(({ kind, scale }) => kind !== 'uniform' && Math.abs(Math.log10(scale)) < 35)) {
      const { tensors } = linearFunction(each.rows, each.columns);
      const x = tensor2d(Float32Array.from(matrixOf(each)), [each.rows, each.columns]);
      const gradient = grad((at: tf.Tensor) => tensors(svd(at)))(x).dataSync();
      assert.ok(gradient.every(Number.isFinite), title(each));
    }
  }));
});

describe('what has no gradient says so', () => {
  test('the full u and v', inTidy(() => {
    const { grad, ones } = tensorFlowJs();
    for (const name of ['u', 'v'] as const) {
      assert.throws(() => grad((x: tf.Tensor) => svd(x, { fullMatrices: true })[name].sum())(ones([3, 2])), {
        message: 'svd: with fullMatrices u and v have no gradient; use the thin factors (fullMatrices: false)',
      });
    }
  }));

  test('the gradient', inTidy(() => {
    const { grad, ones } = tensorFlowJs();
    const gradient = (x: tf.Tensor) => grad((at: tf.Tensor) => svd(at).s.square().sum())(x);
    assert.throws(() => grad((x: tf.Tensor) => gradient(x).sum())(ones([3, 2])), {
      message: 'svd: second derivatives are not supported',
    });
  }));
});

test('NaN and infinite elements are refused, also with other options, and leave nothing behind', () => {
  const { memory, tensor } = tensorFlowJs();
  for (const value of [NaN, Infinity, -Infinity]) {
    const x = tensor([1, 2, 3, 4, value, 6, 7, 8], [2, 2, 2]);
    const before = memory().numTensors;
    for (const options of [{}, { fullMatrices: true }, { computeUV: false }]) {
      assert.throws(() => svd(x, options), {
        name: 'RangeError',
        message: /^svd: x has (NaN|-?Inf(inity)?) elements; all must be finite$/,
      });
    }
    assert.equal(memory().numTensors, before);
    x.dispose();
  }
});

test('what is no matrix of floats is refused', inTidy(() => {
  const { ones, scalar, tensor2d } = tensorFlowJs();
  for (const x of [ones([2, 2], 'int32'), tensor2d([[true]], [1, 1], 'bool')]) {
    assert.throws(() => svd(x), { name: 'TypeError', message: `svd: x has the type ${x.dtype}; it must be float32` });
  }
  assert.throws(() => svd([[1]] as unknown as tf.Tensor), {
    name: 'TypeError',
    message: 'svd: x is no tensor; it must be a float32 tensor, [..., m, n]',
  });
  for (const x of [scalar(1), ones([3])]) {
    assert.throws(() => svd(x), {
      name: 'RangeError',
      message: `svd: x has the shape [${x.shape}]; it must be a matrix or a batch of matrices, [..., m, n]`,
    });
  }
}));

test('nothing but the results stays behind', () => {
  const { dispose, grad, memory, randomNormal } = tensorFlowJs();
  const x = randomNormal([2, 5, 3], 0, 1, 'float32', 1);
  const counts = () => [memory().numTensors, liveHandles(), native ? nativeBinding().getNumOfTensors() : 0];
  const work = () => {
    dispose({ ...svd(x) });
    dispose({ ...svd(x, { fullMatrices: true }) });
    svd(x, { computeUV: false }).dispose();
    grad((at: tf.Tensor) => svd(at).v.sum().add(svd(at, { computeUV: false }).sum()))(x).dispose();
  };
  work();
  const first = counts();
  work();
  assert.deepEqual(counts(), first);
  const [tensors] = first;
  const results = svd(x);
  assert.equal(memory().numTensors, tensors! + 3);
  dispose({ ...results });
  x.dispose();
});

describe('inside a compiled step', { skip: !native && 'the native library does not run here' }, () => {
  const step = (at: tf.Tensor) => {
    const { grad, tidy } = tensorFlowJs();
    const [rows, columns] = at.shape.slice(-2) as [number, number];
    const weighted = (factor: tf.Tensor) => factor.mul(tensorLike(factor, uniform(4, factor.size))).sum();
    const every = ({ u, s, v }: SVD) => tensorFlowJs().addN([u, s, v].map(weighted));
    return tidy(() => ({
      ...svd(at),
      full: rows > columns ? svd(at, { fullMatrices: true }).u : svd(at, { fullMatrices: true }).v,
      values: svd(at, { computeUV: false }),
      gradient: grad((x: tf.Tensor) => every(svd(x)))(at),
      gradientOfValues: grad((x: tf.Tensor) => svd(x, { computeUV: false }).sum())(at),
    }));
  };

  for (const [rows, columns] of [[5, 3], [3, 5], [4, 4]] as const) {
    test(`factors and gradients equal the eager ones: ${rows} × ${columns}`, async () => {
      const x = tensorFlowJs().tensor(Float32Array.from(uniform(6, 6 * rows * columns)), [6, rows, columns]);
      const results = [];
      for (const execution of ['compiled', 'eager'] as const) {
        const compiled = compileStep(step, { execution });
        results.push((await compiled.run([x], { batchSize: 2 })).values);
        assert.equal(compiled.execution, execution);
        compiled.dispose();
      }
      const [graph, eager] = results;
      for (const [name, { data, shape }] of Object.entries(eager!)) {
        assert.deepEqual(graph![name as keyof typeof eager]!.shape, shape);
        assert.ok(relativeDifference(graph![name as keyof typeof eager]!.data, data) < 1e-5, name);
      }
      x.dispose();
    });
  }

  test('NaN elements that come later fail the step', async () => {
    const values = uniform(9, 40);
    values[35] = NaN;
    const x = tensorFlowJs().tensor(Float32Array.from(values), [10, 2, 2]);
    const compiled = compileStep((at: tf.Tensor) => svd(at).s);
    await assert.rejects(compiled.run([x], { batchSize: 1 }), /svd: x must be finite/);
    compiled.dispose();
    x.dispose();
  });
});
