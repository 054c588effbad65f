import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComparisonKey, ComparisonRecord } from '../../src';
import { ProgressLines } from '../../kernel-setup/comparison/progress-lines';

const key: ComparisonKey = {
  network: '784-100-50-10', method: 'SVD, refined', budget: 24_180, seed: 1, trainImages: 60_000, testImages: 10_000, start: 's', further: 'f',
};
const last = { ...key, accuracy: 0.97, parameters: 24_000, seconds: 12.34, inference: 2, startInference: 4 } as ComparisonRecord;

test('what is there already is not counted in the time that is left', () => {
  const lines: string[] = [];
  let clock = 0;
  const progress = new ProgressLines((line) => lines.push(line), () => clock);
  progress.report({ done: 90, total: 100, next: key });
  clock = 120_000;
  progress.report({ done: 92, total: 100, last, next: key });
  progress.report({ done: 100, total: 100, last });
  assert.deepEqual(lines, [
    '90 of 100 results are there; next 784-100-50-10, seed 1, SVD, refined, at most 24,180 parameters.',
    '92 of 100: 784-100-50-10, seed 1, SVD, refined, at most 24,180 parameters: test accuracy 0.9700, 24,000 parameters, 12.3 s, ' +
      "inference 0.50 of the dense net's, about 8 min left",
    '100 of 100: 784-100-50-10, seed 1, SVD, refined, at most 24,180 parameters: test accuracy 0.9700, 24,000 parameters, 12.3 s, ' +
      "inference 0.50 of the dense net's",
  ]);
});

test('where nothing is missing it says so', () => {
  const lines: string[] = [];
  new ProgressLines((line) => lines.push(line)).report({ done: 3, total: 3 });
  assert.deepEqual(lines, ['3 of 3 results are there.']);
});
