import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { comparisonData, comparisonNetworks, liveHandles, loadBackend, syntheticDigits, type ComparisonData, type ComparisonMethod } from '../../src';
import { methods } from '../../src/comparison/methods';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';

const thatTrain = (Object.keys(methods) as ComparisonMethod[]).filter((method) => method !== 'SVD' && method !== 'library');

describe('a method that is aborted in its training', () => {
  let data: ComparisonData;
  before(async () => {
    await loadBackend();
    data = comparisonData({ train: syntheticDigits(320, 0), test: syntheticDigits(10, 1) });
  });
  after(() => tensorFlowJs().dispose([data.train.x, data.train.y, data.test.x, data.test.y]));

  for (const method of thatTrain) {
    test(`${method}: says so, and leaves no tensor behind`, async () => {
      const network = comparisonNetworks['784-100-50-10'];
      const start = network.build(0);
      const before = [tensorFlowJs().memory().numTensors, liveHandles()];
      const stop = new AbortController();
      const recipe = { epochs: 100_000, batchSize: 8 };
      const running = methods[method]({ network, start, examples: data.train, maxParameters: 24_180, recipe, seed: 0, signal: stop.signal });
      setTimeout(() => stop.abort(new Error('enough')), 300);
      await assert.rejects(running, /enough/);
      assert.deepEqual([tensorFlowJs().memory().numTensors, liveHandles()], before);
      start.dispose();
    });
  }
});
