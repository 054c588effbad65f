import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { loadBackend, nativeTensorFlow } from '../../../src/tensorflow';
import type { Distribution } from '../../../src/tensorflow/step-random/distribution';
import { nativeDraw } from '../../../src/tensorflow/step-random/native-draw';
import { plainDraw } from '../../../src/tensorflow/step-random/plain-draw';

const distributions: [string, Distribution, tolerance: number][] = [
  ['uniform', 'uniform', 0],
  ['normal', 'normal', 5e-7],
  ['truncated normal', 'truncatedNormal', 5e-7],
  ['small integers', { from: -7, below: 11 }, 0],
  ['all integers', { from: -(2 ** 31), below: 2 ** 31 - 1 }, 0],
];

describe('plain draws', { skip: nativeTensorFlow() === undefined && 'the native library does not run here' }, () => {
  before(loadBackend);

  for (const [name, distribution, tolerance] of distributions) {
    const precision = tolerance === 0 ? 'to the bit' : 'up to rounding';
    test(`${name}: those of TensorFlow’s stateless operation, ${precision}`, () => {
      for (const shape of [[], [0], [1], [6], [3, 5], [101, 97]]) {
        for (const [step, index] of [[0, 0], [1, 0], [2 ** 31 - 1, 70_000]] as const) {
          const key = [0xfedcba98, 0x1234567] as const;
          const native = nativeDraw({ step })(distribution, shape, key, index);
          const plain = plainDraw({ step })(distribution, shape, key, index);
          assert.deepEqual([plain.shape, plain.dtype], [native.shape, native.dtype]);
          const [expected, actual] = [native.dataSync(), plain.dataSync()];
          const close = (a: number, e: number) => Math.abs(a - e) <= tolerance * Math.max(Math.abs(e), 1e-3);
          const wrong = expected.findIndex((v, i) => !close(actual[i]!, v));
          assert.equal(wrong, -1, `element ${wrong} is ${actual[wrong]}, TensorFlow draws ${expected[wrong]}`);
          native.dispose();
          plain.dispose();
        }
      }
    });
  }
});
