import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { decompress, compress, liveHandles, loadBackend, svd, truncateWeights } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { denseModel, largestDifference, predictions } from './models';

before(loadBackend);

describe('truncateWeights', () => {
  test('kernels have the rank, and the predictions of the factorised model; the original stays', () => {
    const { memory, tidy } = tensorFlowJs();
    const model = denseModel();
    const { model: cut } = compress(model, { rank: 4, layers: ({ name }) => name !== 'third' });
    const [shown, factorised] = [predictions(model), predictions(decompress(cut))];
    const before = [memory().numTensors, liveHandles()];
    const truncated = truncateWeights(model, { rank: 4 });
    assert.deepEqual(truncated.toJSON(undefined, false), model.toJSON(undefined, false));
    assert.ok(largestDifference(predictions(truncated), factorised) < 1e-5);
    for (const [name, rank] of [['first', 4], ['second', 4], ['third', 4]] as const) {
      const s = tidy(() => Array.from(svd(truncated.getLayer(name).getWeights()[0] as tf.Tensor2D, { computeUV: false }).dataSync()));
      assert.equal(s.filter((value) => value > 1e-5 * s[0]!).length, rank);
    }
    truncated.dispose();
    assert.deepEqual([memory().numTensors, liveHandles()], before);
    assert.deepEqual(predictions(model), shown);
  });

  test('a rank that is none, or that no kernel exceeds, is refused', () => {
    const model = denseModel();
    assert.throws(() => truncateWeights(model, { rank: 0 }), { name: 'RangeError', message: 'truncateWeights: rank is 0; it must be an integer above 0' });
    const message = 'truncateWeights: the model has no Dense layer with more than 16 singular values';
    assert.throws(() => truncateWeights(model, { rank: 16 }), { name: 'RangeError', message });
    model.dispose();
  });
});
