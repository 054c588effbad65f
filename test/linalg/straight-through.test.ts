import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { lowRank, lowRankMatMul } from '../../src/linalg/low-rank';
import { WarmStart } from '../../src/linalg/warm-start';
import { compileStep, liveHandles, loadBackend } from '../../src/tensorflow';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { uniform } from './matrices';
import { norm, relativeError, spectra, withSpectrum } from './spectra';

before(() => loadBackend());

type Shape = readonly [number, number];

const tensor = (values: ArrayLike<number>, [...shape]: Shape): tf.Tensor2D =>
  tensorFlowJs().tensor2d(Float32Array.from(values), shape as [number, number]);
const inTidy = (body: () => void) => () => tensorFlowJs().tidy(body);
const straightThrough = { gradient: 'straight-through' } as const;

const gapless: Record<string, (rank: number, count: number) => number[]> = {
  'all alike': (_, count) => Array.from({ length: count }, () => 1),
  'a slope of one in a thousand': (_, count) => Array.from({ length: count }, (_, j) => 0.999 ** j),
  'a slope of one in fifty': (_, count) => Array.from({ length: count }, (_, j) => 0.98 ** j),
};

describe('the error of the approximation exceeds the least possible by no more than the tolerance', () => {
  for (const [name, values] of Object.entries({ ...spectra, ...gapless })) {
    for (const [shape, rank] of [[[96, 84], 5], [[84, 96], 20], [[24, 20], 5]] as readonly [Shape, number][]) {
      test(`${name}: ${shape.join(' × ')}, rank ${rank}`, inTidy(() => {
        const spectrum = values(rank, Math.min(...shape));
        const x = withSpectrum(spectrum, ...shape);
        const least = norm(spectrum.slice(rank));
        for (const tolerance of [1e-2, 1e-3, 1e-4]) {
          const warmStart = new WarmStart();
          for (const start of ['cold', 'warm']) {
            const found = lowRank(tensor(x, shape), rank, { ...straightThrough, tolerance, warmStart }).dataSync();
            const error = norm(x.map((value, i) => value - found[i]!));
            assert.ok(error <= least * (1 + tolerance) + 2e-6 * norm(spectrum), `${start}, ${tolerance}: ${error / least - 1}`);
          }
          warmStart.dispose();
        }
      }));
    }
  }

  test('without a gap no decomposition is made, nor for a matrix of that rank', inTidy(() => {
    for (const spectrum of [gapless['a slope of one in fifty']!(20, 84), Array.from({ length: 20 }, (_, j) => 1 / (j + 1))]) {
      const warmStart = new WarmStart();
      for (let call = 0; call < 3; call++) {
        lowRank(tensor(withSpectrum(spectrum, 96, 84), [96, 84]), 20, { ...straightThrough, tolerance: 1e-3, warmStart });
      }
      const { calls, rounds, decompositions } = warmStart.counts();
      assert.deepEqual([calls, decompositions], [3, 0]);
      assert.ok(rounds <= 12, `${rounds} rounds`);
      warmStart.dispose();
    }
  }));

  test('at every scale', inTidy(() => {
    const spectrum = spectra['1/j']!(5, 72);
    const x = withSpectrum(spectrum, 84, 72);
    for (const scale of [1e-25, 1, 1e25]) {
      const found = lowRank(tensor(x.map((value) => value * scale), [84, 72]), 5, { ...straightThrough, tolerance: 1e-3 }).dataSync();
      const error = norm(x.map((value, i) => value - found[i]! / scale));
      assert.ok(error <= norm(spectrum.slice(5)) * 1.001, `${scale}: ${error / norm(spectrum.slice(5)) - 1}`);
    }
  }));
});

describe('the gradient with respect to the approximation becomes that of the matrix', () => {
  const [batch, rows, columns, rank] = [7, 84, 72, 5];
  const x = withSpectrum(spectra['well separated']!(rank, columns), rows, columns);
  const a = uniform(3, batch * rows);
  const dy = uniform(5, batch * columns);

  test('lowRank', inTidy(() => {
    const gradient = tensorFlowJs().grad((at) => lowRank(at as tf.Tensor2D, rank, straightThrough).mul(tensor(x, [rows, columns])).sum());
    assert.deepEqual(gradient(tensor(x, [rows, columns])).dataSync(), Float32Array.from(x));
  }));

  test('lowRankMatMul: aᵀ·dy, and dy·Aₖᵀ for the other factor', inTidy(() => {
    const tf = tensorFlowJs();
    const [left, matrix, upstream] = [tensor(a, [batch, rows]), tensor(x, [rows, columns]), tensor(dy, [batch, columns])];
    const loss = (factor: tf.Tensor, at: tf.Tensor) =>
      lowRankMatMul(factor as tf.Tensor2D, at as tf.Tensor2D, rank, { ...straightThrough, tolerance: 1e-5 }).mul(upstream).sum() as tf.Scalar;
    const { value, grads } = tf.valueAndGrads(loss)([left, matrix]);
    const best = lowRank(matrix, rank, { tolerance: 1e-5 });
    const close = (actual: tf.Tensor, expected: tf.Tensor, limit: number) => {
      const error = relativeError(actual.dataSync(), expected.dataSync());
      assert.ok(error < limit, `they differ by ${error}`);
    };
    close(value, left.matMul(best).mul(upstream).sum(), 1e-3);
    close(grads[0]!, upstream.matMul(best, false, true), 1e-3);
    close(grads[1]!, left.matMul(upstream, true), 1e-6);
  }));

  test('the largest rank is no approximation', inTidy(() => {
    const matrix = tensor(x.slice(0, 36), [9, 4]);
    assert.deepEqual(lowRank(matrix, 4, straightThrough).dataSync(), matrix.dataSync());
  }));
});

test('in a compiled step it is the same, and nothing is left behind', async () => {
  const tf = tensorFlowJs();
  const [rows, columns, rank] = [84, 72, 5];
  const before = [tf.memory().numTensors, liveHandles()];
  const inputs = tensor(uniform(1, 40 * rows), [40, rows]);
  const train = async (execution: 'compiled-or-eager' | 'eager') => {
    const warmStart = new WarmStart();
    const kernel = tf.tidy(() => tf.variable(tensor(uniform(2, rows * columns), [rows, columns])));
    const optimizer = tf.train.sgd(0.01);
    const step = compileStep(
      (batch) => optimizer.minimize(() => lowRankMatMul(batch as tf.Tensor2D, kernel as tf.Tensor2D, rank, { ...straightThrough, tolerance: 1e-4, warmStart }).square().mean() as tf.Scalar, true, [kernel])!,
      { execution },
    );
    const { values } = await step.run([inputs], { batchSize: 4 });
    const losses = Array.from((values as unknown as { data: Float32Array }).data);
    step.dispose();
    optimizer.dispose();
    kernel.dispose();
    warmStart.dispose();
    return losses;
  };
  const [compiled, eager] = [await train('compiled-or-eager'), await train('eager')];
  assert.equal(compiled.length, 10);
  assert.ok(compiled.at(-1)! < compiled[0]!);
  compiled.forEach((loss, i) => assert.ok(Math.abs(loss / eager[i]! - 1) < 1e-3, `step ${i}: ${loss} and ${eager[i]}`));
  inputs.dispose();
  assert.deepEqual([tf.memory().numTensors, liveHandles()], before);
});

test('there is no other gradient', inTidy(() => {
  assert.throws(() => lowRank(tensor(uniform(1, 12), [4, 3]), 2, { gradient: 'none' as never }), {
    name: 'RangeError',
    message: "lowRank: gradient is none; it must be 'exact' or 'straight-through'",
  });
}));
