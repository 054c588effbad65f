import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digitGrid } from '../../src/plots';
import { unpack } from './unpack';

const images = { data: Uint8Array.from({ length: 5 * 4 * 3 }, (_, i) => i), shape: [5, 4, 3] };

test('each image appears once, unchanged but for its scale, in reading order', () => {
  const { data, shape } = unpack(digitGrid(images, { columns: 2 }).data[0].z);
  assert.deepEqual(shape, [3 * 4 + 2 * 2, 2 * 3 + 2]);
  const scale = 255 / 59;
  for (let n = 0; n < 5; n++) {
    const [top, left] = [Math.floor(n / 2) * 6, (n % 2) * 5];
    for (let y = 0; y < 4; y++) {
      for (let x = 0; x < 3; x++) {
        assert.equal(data[(top + y) * shape[1] + left + x], Math.round(images.data[n * 12 + y * 3 + x] * scale));
      }
    }
  }
});

test('pixels of 0 to 1 give the same picture as pixels of 0 to 255', () => {
  const scaled = { data: Float64Array.from(images.data, (pixel) => pixel / 255), shape: images.shape };
  assert.deepEqual(digitGrid(scaled).data[0].z, digitGrid(images).data[0].z);
});

test('a wrong prediction is written beside its label', () => {
  const { layout } = digitGrid(images, { labels: [7, 2, 1, 0, 4], predictions: [7, 2, 8, 0, 4] });
  assert.deepEqual((layout.annotations as { text: string }[]).map(({ text }) => text), ['7', '2', '<b>1 as 8</b>', '0', '4']);
});

test('a hundred digits take less than 200 kB', () => {
  const many = { data: new Uint8Array(100 * 784).fill(200), shape: [100, 28, 28] };
  assert.ok(JSON.stringify(digitGrid(many, { labels: new Uint8Array(100) })).length < 200_000);
});

test('what are no images is refused', () => {
  assert.throws(() => digitGrid({ data: [], shape: [0, 28, 28] }), /no images/);
  assert.throws(() => digitGrid({ data: [1, 2], shape: [2] }), /\[n, rows, columns\].*\[2\]/);
  assert.throws(() => digitGrid({ data: [1, 2], shape: [1, 1, 1] }), /2 pixels/);
  assert.throws(() => digitGrid({ data: [-1], shape: [1, 1, 1] }), /images\[0\] is -1/);
  assert.throws(() => digitGrid({ data: [NaN], shape: [1, 1, 1] }), /images\[0\] is NaN/);
  assert.throws(() => digitGrid(images, { labels: [1] }), /5 images and 1 labels/);
  assert.throws(() => digitGrid(images, { predictions: [1, 2, 3, 4, 5] }), /without labels/);
  assert.throws(() => digitGrid(images, { columns: 0 }), /columns is 0/);
});
