import assert from 'node:assert/strict';
import { test } from 'node:test';

import { syntheticPictures, type LabelledImages } from '../../src/data';
import { pictureNames } from '../../src/data/synthetic-pictures';
import { sha256 } from './bytes';

const side = 32;
const size = 3 * side * side;
const pixelsOf = ({ images }: LabelledImages, i: number) => images.data.subarray(size * i, size * (i + 1));

test('the pictures have the form of CIFAR-10, and say that they are not', () => {
  const { images, labels, banner } = syntheticPictures(30, 0);
  assert.deepEqual(images.shape, [30, 32, 32, 3]);
  assert.deepEqual([images.data.length, labels.length, new Set(pictureNames).size], [30 * size, 30, 10]);
  assert.match(banner!, /^Synthetic pictures, not CIFAR-10/);
});

test('every ten in a row have each label once', () => {
  const { labels } = syntheticPictures(200, 3);
  for (let i = 0; i < 200; i += 10) {
    assert.deepEqual([...labels.subarray(i, i + 10)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
});

test('a seed gives the same pictures again, a smaller count the first of them, another seed others', () => {
  const pictures = syntheticPictures(100, 7);
  assert.deepEqual(syntheticPictures(100, 7), pictures);
  const fewer = syntheticPictures(33, 7);
  assert.deepEqual(fewer.images.data, pictures.images.data.slice(0, 33 * size));
  assert.deepEqual(fewer.labels, pictures.labels.slice(0, 33));
  assert.notDeepEqual(syntheticPictures(100, 8).images.data, pictures.images.data);
});

test('they are the same on every machine: the published SHA-256 of 1000 pictures of seed 0', () => {
  const { images, labels } = syntheticPictures(1000, 0);
  assert.equal(sha256(labels), 'd29a5be8249b653dc51bb03bd9d13df8bd1d9af20119e82cfdf99972c3182db2');
  assert.equal(sha256(images.data), '8737ad73196855a08f9e398b49d7b00e3c0d97ac93b17488fb368b8539e9cabe');
});

test('every figure can be seen on its ground, and the colours go from dark to bright', () => {
  const pictures = syntheticPictures(1000, 2);
  pictures.labels.forEach((label, i) => {
    // The noise alone, uniform up to 20 levels and the same in all three colours, has 3 · 20²/3.
    const variance = totalVariance(pixelsOf(pictures, i));
    assert.ok(variance > 800, `picture ${i}, ${pictureNames[label]}: variance ${variance}`);
  });
  const [darkest, brightest] = pictures.images.data.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [255, 0]);
  assert.ok(darkest < 10 && brightest > 245, `${darkest}, ${brightest}`);
});

test('the names fit what is drawn', () => {
  const pictures = syntheticPictures(1000, 5);
  const mean = meansByClass(pictures, (pixels) => [
    unlikeness(pixels, 0, 3) / unlikeness(pixels, 3, 0),
    (unlikeness(pixels, 2, 2) + unlikeness(pixels, 2, -2)) / (unlikeness(pixels, 0, 3) + unlikeness(pixels, 3, 0)),
    unlikeness(pixels, 1, 0) + unlikeness(pixels, 0, 1),
  ]);
  const [ratio, diagonal, edges] = [0, 1, 2].map((feature) => (name: string) => mean[pictureNames.indexOf(name)][feature]);
  assert.ok(ratio('vertical bars') > 2 && ratio('horizontal bars') < 0.5, 'bars change across, not along');
  for (const name of ['disc', 'ring', 'square', 'frame', 'cross', 'checkerboard']) {
    assert.ok(Math.abs(ratio(name) - 1) < 0.25, `${name} changes alike in both directions: ${ratio(name)}`);
  }
  assert.ok(diagonal('checkerboard') < diagonal('frame') && diagonal('diagonal bars') < 1);
  for (const [filled, open] of [['disc', 'ring'], ['square', 'frame'], ['frame', 'checkerboard']] as const) {
    assert.ok(edges(filled) < edges(open), `${open} has more edges than ${filled}`);
  }
});

test('colours do not tell the class, nor do single pixels: the nearest class mean is a guess', () => {
  const [train, held] = [syntheticPictures(2000, 0), syntheticPictures(500, 1)];
  const colour = (pixels: Uint8Array) => [0, 1, 2].map((c) => sum(pixels.filter((_, i) => i % 3 === c)) / (side * side));
  for (const features of [colour, (pixels: Uint8Array) => [...pixels]]) {
    const accuracy = nearestMeanAccuracy(train, held, features);
    assert.ok(accuracy > 0.05 && accuracy < 0.15, `${accuracy}`);
  }
});

test('how colours change with distance tells it: the nearest class mean is right for 60 to 90 in 100', () => {
  const variogram = (pixels: Uint8Array) =>
    [1, 2, 3, 5, 7, 9].flatMap((k) => [[0, k], [k, 0], [k, k], [k, -k]].map(([down, right]) => unlikeness(pixels, down, right)));
  const accuracy = nearestMeanAccuracy(syntheticPictures(1000, 0), syntheticPictures(500, 1), variogram);
  assert.ok(accuracy > 0.6 && accuracy < 0.9, `${accuracy}`);
});

test('no two pictures are alike', () => {
  const pictures = syntheticPictures(1000, 0);
  assert.equal(new Set(Array.from({ length: 1000 }, (_, i) => sha256(pixelsOf(pictures, i)))).size, 1000);
});

test('a count or a seed that is none is refused', () => {
  for (const count of [-1, 1.5, NaN]) {
    assert.throws(() => syntheticPictures(count, 0), { message: `count is ${count}; it must be a natural number` });
  }
  for (const seed of [-1, 0.5, 2 ** 32, NaN]) {
    assert.throws(() => syntheticPictures(1, seed), { message: `seed is ${seed}; it must be an integer from 0 to 4294967295` });
  }
  assert.deepEqual(syntheticPictures(0, 0).images.shape, [0, 32, 32, 3]);
});

/**
 * The mean squared difference of the pixels that lie `down` rows and `right` columns apart, in units of the variance: it
 * depends neither on where the figure lies nor on which colours it has.
 */
function unlikeness(pixels: Uint8Array, down: number, right: number): number {
  let differences = 0;
  let pairs = 0;
  for (let row = 0; row + down < side; row++) {
    for (let column = Math.max(0, -right); column < side && column + right < side; column++) {
      const from = 3 * (side * row + column);
      const to = from + 3 * (side * down + right);
      for (let c = 0; c < 3; c++) differences += (pixels[from + c] - pixels[to + c]) ** 2;
      pairs++;
    }
  }
  return differences / pairs / totalVariance(pixels);
}

/** The variances of the three colours, added. */
function totalVariance(pixels: Uint8Array): number {
  const sums = [0, 0, 0];
  let squares = 0;
  for (let i = 0; i < pixels.length; i++) {
    sums[i % 3] += pixels[i];
    squares += pixels[i] ** 2;
  }
  const n = pixels.length / 3;
  return squares / n - sum(sums.map((total) => (total / n) ** 2));
}

function nearestMeanAccuracy(
  train: LabelledImages,
  held: LabelledImages,
  features: (pixels: Uint8Array) => readonly number[],
): number {
  const means = meansByClass(train, features);
  const right = held.labels.filter((label, i) => {
    const own = features(pixelsOf(held, i));
    const distances = means.map((mean) => mean.reduce((total, value, f) => total + (own[f] - value) ** 2, 0));
    return distances.indexOf(Math.min(...distances)) === label;
  });
  return right.length / held.labels.length;
}

function meansByClass(pictures: LabelledImages, features: (pixels: Uint8Array) => readonly number[]): number[][] {
  const totals: number[][] = Array.from({ length: 10 }, () => []);
  pictures.labels.forEach((label, i) =>
    features(pixelsOf(pictures, i)).forEach((value, f) => (totals[label][f] = (totals[label][f] ?? 0) + value)),
  );
  return totals.map((total, label) => total.map((value) => value / pictures.labels.filter((other) => other === label).length));
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
