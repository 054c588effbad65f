import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { lowRank, lowRankMatMul } from '../../src/linalg/low-rank';
import { WarmStart, type WarmStartCounts } from '../../src/linalg/warm-start';
import { compileStep, liveHandles, loadBackend, nativeTensorFlow, type CompileOptions } from '../../src/tensorflow';
import { nativeBinding } from '../../src/tensorflow/native/binding';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { largestDifference, uniform } from './matrices';
import { relativeError, spectra, withSpectrum } from './spectra';
import { bestApproximation } from './truncation-formula';

const native = nativeTensorFlow() !== undefined;
const nativeOnly = { skip: !native && 'the native library does not run here' };
before(() => loadBackend());

const alive = () => [tensorFlowJs().memory().numTensors, liveHandles(), native ? nativeBinding().getNumOfTensors() : 0];
const matrix = (values: ArrayLike<number>, rows: number, columns: number): tf.Tensor2D =>
  tensorFlowJs().tensor2d(Float32Array.from(values), [rows, columns]);

/** What `body` adds to the counts. */
function added(warmStart: WarmStart, body: () => void): WarmStartCounts {
  const before = warmStart.counts();
  tensorFlowJs().tidy(body);
  const after = warmStart.counts();
  return Object.fromEntries(
    Object.entries(after).map(([name, value]) => [name, value - before[name as keyof WarmStartCounts]]),
  ) as unknown as WarmStartCounts;
}

describe('a memory', () => {
  const [rows, columns, rank] = [84, 72, 5];
  const values = withSpectrum(
    spectra['a gap of 1e-2']!(rank, 72).map((value, j) => (j < rank ? 1.2 * value : value)),
    rows,
    columns,
  );

  test('spares rounds on a matrix that is nearly the same, and gives the same', () => {
    const warmStart = new WarmStart();
    const change = uniform(3, rows * columns);
    const near = values.map((value, i) => value + 1e-4 * change[i]!);
    const approximate = (of: Float64Array) => () => {
      const found = lowRank(matrix(of, rows, columns), rank, { warmStart }).dataSync();
      assert.ok(relativeError(found, bestApproximation(of, rows, columns, rank)) < 1e-3);
    };
    const [cold, warm, again] = [values, near, values].map((each) => added(warmStart, approximate(each)));
    assert.ok(cold!.rounds > 2 * warm!.rounds, `${cold!.rounds} rounds and then ${warm!.rounds}`);
    assert.ok(again!.rounds <= warm!.rounds);
    assert.deepEqual([cold!.decompositions, warm!.decompositions], [0, 0]);
    warmStart.dispose();
  });

  test('counts calls, rounds, iterations and decompositions', () => {
    const warmStart = new WarmStart();
    assert.deepEqual(warmStart.counts(), {
      calls: 0,
      rounds: 0,
      decompositions: 0,
      gradientIterations: 0,
      gradientDecompositions: 0,
    });
    const { grad } = tensorFlowJs();
    const forward = added(warmStart, () => void lowRank(matrix(values, rows, columns), rank, { warmStart }));
    assert.ok(forward.calls === 1 && forward.rounds > 0 && forward.gradientIterations === 0);
    const both = added(
      warmStart,
      () =>
        void grad((x: tf.Tensor) => lowRank(x as tf.Tensor2D, rank, { warmStart }).sum())(
          matrix(values, rows, columns),
        ),
    );
    assert.ok(both.calls === 1 && both.gradientIterations > 0 && both.gradientDecompositions === 0);
    const same = new Float64Array(rows * columns).map((_, at) => Number(at % (columns + 1) === 0));
    const flat = added(
      warmStart,
      () =>
        void grad((x: tf.Tensor) => lowRank(x as tf.Tensor2D, rank, { warmStart }).sum())(matrix(same, rows, columns)),
    );
    assert.deepEqual([flat.calls, flat.decompositions, flat.gradientDecompositions], [1, 1, 1]);
    warmStart.dispose();
  });

  test('belongs to one shape and one rank', () => {
    const { ones, tidy } = tensorFlowJs();
    const warmStart = new WarmStart();
    tidy(() => {
      lowRank(matrix(values, rows, columns), rank, { warmStart });
      const use = (shape: [number, number], otherRank: number) => () => lowRank(ones(shape), otherRank, { warmStart });
      const message = (other: string) =>
        `warmStart has been used for a [84,72] matrix and rank 5; it cannot be used for ${other}: make another one`;
      assert.throws(use([84, 72], 6), { name: 'RangeError', message: message('a [84,72] matrix and rank 6') });
      assert.throws(use([72, 84], 5), { name: 'RangeError', message: message('a [72,84] matrix and rank 5') });
    });
    warmStart.dispose();
  });

  test('is freed by dispose, and used again begins anew', () => {
    const warmStart = new WarmStart();
    const start = alive();
    const call = (shape: readonly [number, number]) => () =>
      void lowRank(matrix(values, ...shape), rank, { warmStart });
    const first = added(warmStart, call([rows, columns]));
    assert.notDeepEqual(alive(), start);
    warmStart.dispose();
    warmStart.dispose();
    assert.deepEqual(alive(), start);
    assert.equal(warmStart.counts().calls, 0);
    assert.deepEqual(added(warmStart, call([rows, columns])), first);
    warmStart.dispose();
    added(warmStart, call([columns, rows]));
    warmStart.dispose();
    assert.deepEqual(alive(), start);
  });

  test('does not hold on to vectors that the next matrix no longer has: zero, the identity, other diagonals', () => {
    const warmStart = new WarmStart();
    const extent = 72;
    const diagonal = (entry: (i: number) => number) =>
      new Float64Array(extent ** 2).map((_, at) => (at % (extent + 1) === 0 ? entry(at / (extent + 1)) : 0));
    const falling = (i: number) => 0.8 ** i;
    const matrices = [
      diagonal(() => 0),
      diagonal(falling),
      diagonal((i) => falling((i + 36) % extent)),
      diagonal(() => 1),
      diagonal((i) => falling(extent - 1 - i)),
      diagonal(() => 0),
      withSpectrum(spectra['1/j']!(rank, extent), extent, extent),
    ];
    for (const values of matrices) {
      const rest = tensorFlowJs().tidy(() =>
        lowRank(matrix(values, extent, extent), rank, { warmStart })
          .sub(matrix(values, extent, extent))
          .dataSync(),
      );
      const best = bestApproximation(values, extent, extent, rank).map((value, i) => value - values[i]!);
      const squares = (all: ArrayLike<number>) => Array.from(all).reduce((sum, value) => sum + value ** 2, 0);
      assert.ok(squares(rest) <= squares(best) * (1 + 1e-4) + 1e-9);
    }
    warmStart.dispose();
  });

  test('is not needed where the matrix is small: nothing is counted', () => {
    const warmStart = new WarmStart();
    assert.equal(added(warmStart, () => void lowRank(matrix(uniform(1, 20), 5, 4), 2, { warmStart })).calls, 0);
    warmStart.dispose();
  });
});

/** 80-120-10 with a first layer of rank 8, on 64 examples. */
function trainer(options: CompileOptions) {
  const tf = tensorFlowJs();
  const warmStart = new WarmStart();
  const weights = (seed: number, rows: number, columns: number) =>
    tf.tidy(() =>
      tf.variable(
        matrix(
          uniform(seed, rows * columns).map((value) => value / Math.sqrt(rows)),
          rows,
          columns,
        ),
      ),
    );
  const variables = [
    weights(1, 80, 120),
    weights(2, 120, 10),
    tf.tidy(() => tf.variable(tf.zeros([120]))),
    tf.tidy(() => tf.variable(tf.zeros([10]))),
  ] as tf.Variable[];
  const [first, second, bias, lastBias] = variables as [
    tf.Variable<tf.Rank.R2>,
    tf.Variable<tf.Rank.R2>,
    tf.Variable,
    tf.Variable,
  ];
  const optimizer = tf.train.adam(0.01);
  const loss = (x: tf.Tensor, y: tf.Tensor) => {
    const hidden = lowRankMatMul(x as tf.Tensor2D, first, 8, { warmStart })
      .add(bias)
      .relu() as tf.Tensor2D;
    return tf.losses.softmaxCrossEntropy(y, tf.matMul(hidden, second).add(lastBias)) as tf.Scalar;
  };
  const step = compileStep(
    (x: tf.Tensor, y: tf.Tensor) => optimizer.minimize(() => loss(x, y), true, variables)!,
    options,
  );
  return {
    step,
    first,
    warmStart,
    dispose: () => [step, warmStart, optimizer, ...variables].forEach((part) => part.dispose()),
  };
}

function examples(): [tf.Tensor, tf.Tensor] {
  const { oneHot, tidy } = tensorFlowJs();
  return tidy(() => [
    matrix(uniform(5, 64 * 80), 64, 80),
    oneHot(
      Int32Array.from({ length: 64 }, (_, i) => (7 * i) % 10),
      10,
    ).cast('float32'),
  ]);
}

/** The numbers of so many steps' batches of 16. */
const order = (steps: number) => Int32Array.from({ length: 16 * steps }, (_, i) => (i * 29) % 64);

describe('a training step with a low-rank layer', () => {
  test('learns, on every backend', async () => {
    const data = examples();
    const { step, dispose } = trainer({ execution: 'eager' });
    const { values } = await step.run(data, { batchSize: 16, order: order(20) });
    assert.ok(values.data.at(-1)! < 0.7 * values.data[0]!);
    dispose();
    tensorFlowJs().dispose(data);
  });

  test('compiled it does what it does eagerly, step by step', nativeOnly, async () => {
    const data = examples();
    const [compiled, eager] = [trainer({}), trainer({ execution: 'eager' })];
    const [a, b] = [
      await compiled.step.run(data, { batchSize: 16, order: order(50) }),
      await eager.step.run(data, { batchSize: 16, order: order(50) }),
    ];
    assert.equal(compiled.step.execution, 'compiled');
    assert.ok(b.values.data.at(-1)! < 0.5 * b.values.data[0]!);
    assert.ok(largestDifference(a.values.data.slice(0, 10), b.values.data.slice(0, 10)) < 1e-4);
    assert.ok(largestDifference(a.values.data, b.values.data) < 1e-2);
    assert.ok(relativeError(compiled.first.dataSync(), eager.first.dataSync()) < 1e-2);
    const [ours, theirs] = [compiled.warmStart.counts(), eager.warmStart.counts()];
    assert.equal(ours.calls, 50);
    assert.equal(theirs.calls, 50);
    assert.ok(
      Math.abs(ours.rounds - theirs.rounds) <= 5 && Math.abs(ours.gradientIterations - theirs.gradientIterations) <= 10,
    );
    [compiled, eager].forEach((part) => part.dispose());
    tensorFlowJs().dispose(data);
  });

  test('what is alive is the same after 10 and after 1000 compiled steps', nativeOnly, async () => {
    const data = examples();
    const { step, dispose } = trainer({});
    await step.run(data, { batchSize: 16, order: order(10) });
    const atTen = alive();
    const { steps } = await step.run(data, { batchSize: 16, order: order(990) });
    assert.equal(steps, 990);
    assert.deepEqual(alive(), atTen);
    dispose();
    tensorFlowJs().dispose(data);
  });

  test('what is alive is the same after 10 and after 40 eager steps', async () => {
    const data = examples();
    const { step, dispose } = trainer({ execution: 'eager' });
    await step.run(data, { batchSize: 16, order: order(10) });
    const atTen = alive();
    await step.run(data, { batchSize: 16, order: order(30) });
    assert.deepEqual(alive(), atTen);
    dispose();
    tensorFlowJs().dispose(data);
  });

  test('a full decomposition in the first steps alone, where the spectrum is flat only there', nativeOnly, async () => {
    const tf = tensorFlowJs();
    const [extent, rank] = [72, 5];
    const target = matrix(withSpectrum([5, 4, 3, 2, 1], extent, extent), extent, extent);
    for (const execution of ['eager', 'compiled'] as const) {
      const warmStart = new WarmStart();
      const weights = tf.tidy(() => tf.variable(tf.eye(extent)));
      const step = compileStep(
        () => {
          const { value, grads } = tf.variableGrads(
            () =>
              lowRank(weights as tf.Tensor2D, rank, { warmStart })
                .sub(target)
                .square()
                .sum() as tf.Scalar,
            [weights as tf.Variable],
          );
          weights.assign(tf.addN([weights.mul(0.7), target.mul(0.3), Object.values(grads)[0]!.mul(0)]) as tf.Tensor2D);
          return value;
        },
        { execution },
      );
      const { values } = await step.run([], { steps: 1 });
      assert.deepEqual([warmStart.counts().decompositions, warmStart.counts().gradientDecompositions], [1, 1]);
      await step.run([], { steps: 10 });
      const early = warmStart.counts();
      const last = (await step.run([], { steps: 10 })).values;
      const late = warmStart.counts();
      assert.deepEqual(
        [late.decompositions, late.gradientDecompositions],
        [early.decompositions, early.gradientDecompositions],
      );
      assert.equal(late.calls, 21);
      assert.ok(last.data.at(-1)! < 1e-4 * values.data[0]!);
      [step, warmStart, weights].forEach((part) => part.dispose());
    }
    target.dispose();
  });

  test(
    'weights that are NaN fail a compiled step by name, and all variables stay as they were',
    nativeOnly,
    async () => {
      const tf = tensorFlowJs();
      const data = examples();
      const { step, first, warmStart, dispose } = trainer({});
      await step.run(data, { batchSize: 16, order: order(3) });
      tf.tidy(() => first.assign(first.mul(NaN)));
      const counts = warmStart.counts();
      const live = alive();
      await assert.rejects(step.run(data, { batchSize: 16, order: order(3) }), /lowRankMatMul: x must be finite/);
      assert.ok(first.dataSync().every(Number.isNaN));
      assert.deepEqual(warmStart.counts(), counts);
      assert.deepEqual(alive(), live);
      tf.tidy(() => first.assign(matrix(uniform(1, 9600), 80, 120)));
      const { values } = await step.run(data, { batchSize: 16, order: order(3) });
      assert.ok(values.data.every(Number.isFinite));
      dispose();
      tf.dispose(data);
    },
  );
});
