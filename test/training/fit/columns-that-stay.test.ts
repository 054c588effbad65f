import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { loadBackend, PythonRandom } from '../../../src';
import { columnsThatStay } from '../../../src/training/fit/callbacks/columns-that-stay';
import { keptCount } from '../../../src/compression/prune-counts';
import type { PruneChoice } from '../../../src/compression/prune-options';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';

before(loadBackend);

function staying(choice: PruneChoice, s: readonly number[], active = s.map(() => 1)): number[] {
  const tf = tensorFlowJs();
  const masked = s.map((value, at) => value * active[at]!);
  return tf.tidy(() => columnsThatStay(choice, tf.tensor1d(masked, 'float32'), tf.tensor1d(active, 'float32') as tf.Tensor1D).arraySync());
}

/** With a sort: those in use by |s|, descending, equal ones by their places; of these as many as `keptCount` says. */
function bySort(choice: PruneChoice, s: readonly number[], active = s.map(() => 1)): number[] {
  const masked = s.map((value, at) => Math.abs(value) * active[at]!);
  const count = keptCount(choice, Float32Array.from(masked).sort().reverse());
  const inUse = s.map((_, at) => at).filter((at) => active[at] === 1);
  const kept = new Set(inUse.sort((a, b) => masked[b]! - masked[a]! || a - b).slice(0, count));
  return s.map((_, at) => Number(kept.has(at)));
}

describe('columnsThatStay', () => {
  for (const choice of [{ energy: 0.3 }, { energy: 0.9 }, { energy: 0.99 }, { energy: 0.9999 }, { energy: 1 }, { keep: 1 }, { keep: 5 }]) {
    test(`${JSON.stringify(choice)}: as with a sort, for spectra of any sign and order, with equal values, zeros and columns out of use`, () => {
      const random = new PythonRandom(1);
      const uniform = () => random.randint(0, 2 ** 20) / 2 ** 20;
      for (const rank of [1, 2, 7, 30, 100]) {
        for (const steepness of [0, 2, 12]) {
          const s = Array.from({ length: rank }, () => Math.sign(uniform() - 0.5) * (0.5 + uniform()) * Math.exp(-steepness * uniform()));
          const [tied, holed] = [s.map((_, at) => s[at - (at % 3)]!), s.map((value) => (uniform() < 0.3 ? 0 : value))];
          const active = s.map((_, at) => Number(at === rank - 1 || uniform() < 0.7));
          assert.deepEqual(staying(choice, s), bySort(choice, s));
          assert.deepEqual(staying(choice, tied), bySort(choice, tied));
          assert.deepEqual(staying(choice, holed, active), bySort(choice, holed, active));
        }
      }
    });
  }

  for (const choice of [{ energy: 0.9 }, { energy: 1 }, { keep: 2 }]) {
    test(`${JSON.stringify(choice)}: of zeros the first that is in use stays`, () => {
      assert.deepEqual(staying(choice, [0, 0, 0]), [1, 0, 0]);
      assert.deepEqual(staying(choice, [0, 0, 0], [0, 1, 1]), [0, 1, 0]);
    });

    test(`${JSON.stringify(choice)}: with NaN or an infinite value nothing changes`, () => {
      for (const value of [NaN, Infinity, -Infinity]) assert.deepEqual(staying(choice, [9, value, 0.1, 0.2], [1, 1, 1, 0]), [1, 1, 1, 0]);
    });
  }

  test('a share that is far below the rounding of the sum is seen', () => {
    // 1e-8 of the energy is in the last: less than float32 resolves beside 1.
    assert.deepEqual(staying({ energy: 1 - 0.9e-8 }, [1, 1e-4]), [1, 1]);
    assert.deepEqual(staying({ energy: 1 - 1.1e-8 }, [1, 1e-4]), [1, 0]);
  });

  test('very large and very small values', () => {
    assert.deepEqual(staying({ energy: 0.9 }, [1e30, 2e30, 1e29]), [1, 1, 0]);
    assert.deepEqual(staying({ energy: 0.9 }, [1e-30, 2e-30, 1e-31]), [1, 1, 0]);
  });
});
