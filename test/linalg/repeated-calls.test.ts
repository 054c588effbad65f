import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { liveHandles, loadBackend, nativeTensorFlow, truncatedSVD, type TruncatedSVD } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';

before(loadBackend);

const native = nativeTensorFlow() !== undefined;
const matrix = (rows: number, seed: number): tf.Tensor2D =>
  tensorFlowJs().tidy(() => tensorFlowJs().randomNormal<tf.Rank.R2>([rows, 80], 0, 1, 'float32', seed).mul(tensorFlowJs().linspace(1, 0.01, 80).square()));

const product = ({ u, s, v }: TruncatedSVD) => u.mul(s).matMul(v, false, true);

describe('calls that are repeated', () => {
  test('give the same as the first one, also for other matrices of the shape', () => {
    const tf = tensorFlowJs();
    tf.tidy(() => {
      const [x, other] = [matrix(90, 1), matrix(90, 2)];
      const first = [x, other].map((each) => product(truncatedSVD(each, 4, { seed: 7 })));
      for (let i = 0; i < 2; i++) {
        [x, other].forEach((each, at) => {
          const difference = product(truncatedSVD(each, 4, { seed: 7 })).sub(first[at]!).abs().max().dataSync()[0]!;
          assert.ok(difference < 1e-4, `they differ by ${difference}`);
        });
      }
    });
  });

  test('refuse a matrix that is not finite, and go on', () => {
    const tf = tensorFlowJs();
    tf.tidy(() => {
      const x = matrix(91, 3);
      for (let i = 0; i < 3; i++) truncatedSVD(x, 4);
      for (const value of [NaN, Infinity]) {
        const message = /^truncatedSVD: x has (NaN|Inf(inity)?) elements; all must be finite$/;
        assert.throws(() => truncatedSVD(x.add(value) as tf.Tensor2D, 4), { name: 'RangeError', message });
      }
      assert.ok(Number.isFinite(truncatedSVD(x, 4).s.sum().dataSync()[0]));
    });
  });

  test('of many shapes keep no more than some graphs', { skip: !native && 'the native library does not run here' }, () => {
    const tf = tensorFlowJs();
    const round = (rows: number) =>
      tf.tidy(() => {
        for (let i = 0; i < 2; i++) truncatedSVD(matrix(rows, 1), 2);
      });
    for (let rows = 100; rows < 110; rows++) round(rows);
    const before = liveHandles();
    for (let rows = 110; rows < 116; rows++) round(rows);
    assert.equal(liveHandles(), before);
  });
});
