import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarize, type ComparisonRecord } from '../../src';

const record = (changes: Partial<ComparisonRecord>): ComparisonRecord => ({
  network: '784-100-50-10', method: 'SVD', budget: 100, seed: 0, trainImages: 1, testImages: 1, start: 's', further: null,
  parameters: 90, multiplyAdds: 80, accuracy: 0.9, loss: 1, inference: 2, startInference: 4, seconds: 1, coreSeconds: 2,
  files: { float32: { bytes: 400, accuracy: 0.9 }, float16: { bytes: 200, accuracy: 0.9 }, uint8: { bytes: 100, accuracy: 0.8 } },
  ...changes,
});
const stored = (accuracy: number) => ({ ...record({}).files, float32: { bytes: 400, accuracy } });

test('mean and sample standard deviation over the seeds, for each network, method and budget', () => {
  const points = summarize([
    record({ seed: 0, files: stored(0.9), parameters: 90 }),
    record({ seed: 1, files: stored(0.92), parameters: 92 }),
    record({ seed: 2, files: stored(0.94), parameters: 94 }),
    record({ method: 'library', files: stored(0.95) }),
  ]);
  assert.deepEqual(points.map(({ method, seeds }) => [method, seeds]), [['SVD', 3], ['library', 1]]);
  assert.ok(Math.abs(points[0]!.accuracy - 0.92) < 1e-12);
  assert.ok(Math.abs(points[0]!.deviation - 0.02) < 1e-12);
  assert.equal(points[0]!.parameters, 92);
  assert.equal(points[1]!.deviation, 0);
});

test('as it is stored: bytes and accuracy are those of the files', () => {
  const [point] = summarize([record({})], 'uint8');
  assert.equal(point!.bytes, 100);
  assert.equal(point!.accuracy, 0.8);
});

test('a training whose time is not known makes the mean unknown', () => {
  const [point] = summarize([record({}), record({ seed: 1, coreSeconds: null })]);
  assert.equal(point!.coreSeconds, null);
});
