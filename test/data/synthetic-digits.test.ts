import assert from 'node:assert/strict';
import { test } from 'node:test';

import { syntheticDigits, type LabelledImages } from '../../src/data';
import { sha256 } from './bytes';

test('the digits have the form of MNIST, and say that they are not', () => {
  const { images, labels, banner } = syntheticDigits(30, 0);
  assert.deepEqual(images.shape, [30, 28, 28]);
  assert.deepEqual([images.data.length, labels.length], [30 * 784, 30]);
  assert.match(banner!, /^Synthetic digits, not MNIST/);
  for (let i = 0; i < 30; i++) {
    const image = images.data.subarray(784 * i, 784 * (i + 1));
    assert.ok(Math.max(...image) > 150, 'there is ink');
    assert.ok(image.filter((pixel) => pixel === 0).length > 392, 'most of it is background');
  }
});

test('every ten in a row have each label once', () => {
  const { labels } = syntheticDigits(200, 3);
  for (let i = 0; i < 200; i += 10) {
    assert.deepEqual([...labels.subarray(i, i + 10)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
});

test('a seed gives the same digits again, a smaller count the first of them, another seed others', () => {
  const digits = syntheticDigits(100, 7);
  assert.deepEqual(syntheticDigits(100, 7), digits);
  const fewer = syntheticDigits(33, 7);
  assert.deepEqual(fewer.images.data, digits.images.data.slice(0, 33 * 784));
  assert.deepEqual(fewer.labels, digits.labels.slice(0, 33));
  assert.notDeepEqual(syntheticDigits(100, 8).images.data, digits.images.data);
});

test('they are the same on every machine: the published SHA-256 of 1000 digits of seed 0', () => {
  const { images, labels } = syntheticDigits(1000, 0);
  assert.equal(sha256(labels), '797ca82fe911ab3df9cd212aebaae63c869d985e308fdcfed3fefd1d51e621fc');
  assert.equal(sha256(images.data), 'ee6b6adfcf271e97d541686acab455a04ca34c47274c187dd341a687d0d955d4');
});

test('they can be learnt, and not too easily: the nearest class mean is right for 70 to 90 in 100', () => {
  const accuracy = nearestMeanAccuracy(syntheticDigits(5000, 0), syntheticDigits(1000, 1));
  assert.ok(accuracy > 0.7 && accuracy < 0.9, `${accuracy}`);
});

test('no two digits are alike', () => {
  const { images } = syntheticDigits(1000, 0);
  const hashes = Array.from({ length: 1000 }, (_, i) => sha256(images.data.slice(784 * i, 784 * (i + 1))));
  assert.equal(new Set(hashes).size, 1000);
});

test('a count or a seed that is none is refused', () => {
  for (const count of [-1, 1.5, NaN]) {
    assert.throws(() => syntheticDigits(count, 0), { message: `count is ${count}; it must be a natural number` });
  }
  for (const seed of [-1, 0.5, 2 ** 32, NaN]) {
    assert.throws(() => syntheticDigits(1, seed), { message: `seed is ${seed}; it must be an integer from 0 to 4294967295` });
  }
  assert.deepEqual(syntheticDigits(0, 0).images.shape, [0, 28, 28]);
});

function nearestMeanAccuracy(train: LabelledImages, held: LabelledImages): number {
  const means = Array.from({ length: 10 }, () => new Float64Array(784));
  const counts = new Float64Array(10);
  train.labels.forEach((label, i) => {
    counts[label]++;
    for (let p = 0; p < 784; p++) means[label][p] += train.images.data[784 * i + p];
  });
  means.forEach((mean, label) => mean.forEach((total, p) => (mean[p] = total / counts[label])));
  const right = held.labels.filter((label, i) => {
    const image = held.images.data.subarray(784 * i, 784 * (i + 1));
    const distances = means.map((mean) => mean.reduce((sum, value, p) => sum + (image[p] - value) ** 2, 0));
    return distances.indexOf(Math.min(...distances)) === label;
  });
  return right.length / held.labels.length;
}
