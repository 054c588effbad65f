import assert from 'node:assert/strict';
import { test } from 'node:test';
import { show } from '../../src/notebook';
import { jupyterDisplay } from '../../src/notebook/displayable';
import { imageGrid, renderPng } from '../../src/plots';
import { decodePicture } from '../support/picture';
import { unpack } from './unpack';

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 2_654_435_761) >>> 24);
const images = { data: bytes(5 * 4 * 3 * 3), shape: [5, 4, 3, 3] };
const photographs = { data: bytes(40 * 3072), shape: [40, 32, 32, 3] };

test('each image appears once, unchanged, in reading order', () => {
  const { data } = imageGrid(images, { columns: 2 });
  data.forEach(({ z, x0, y0 }, n) => {
    const { data: values, shape } = unpack(z);
    assert.deepEqual(shape, [4, 3, 3]);
    assert.deepEqual(values, images.data.subarray(36 * n, 36 * n + 36));
    assert.deepEqual([x0, y0], [(n % 2) * 5, Math.floor(n / 2) * 6]);
  });
});

test('is drawn with its colours and sharp pixels, the first row on top', async () => {
  const figure = imageGrid(images, { columns: 3 });
  const picture = await decodePicture(await renderPng(figure));
  const { l, t } = figure.layout.margin as { l: number; t: number };
  const pixel = Math.floor(64 / 3);
  for (let n = 0; n < 5; n++) {
    for (let k = 0; k < 12; k++) {
      const [x, y] = [(n % 3) * 5 + (k % 3), Math.floor(n / 3) * 6 + Math.floor(k / 3)];
      const expected = [...images.data.subarray(36 * n + 3 * k, 36 * n + 3 * k + 3)];
      for (const [dx, dy] of [[0.1, 0.1], [0.9, 0.9]]) {
        const found = picture.at(2 * (l + (x + dx) * pixel), 2 * (t + (y + dy) * pixel));
        assert.ok(found.every((channel, c) => Math.abs(channel - expected[c]) <= 1), `image ${n}, pixel ${k}: ${found} is ${expected}`);
      }
    }
  }
});

test('long names of a wrong image’s two classes are below each other', () => {
  const classNames = ['airplane', 'automobile', 'bird'];
  const { layout } = imageGrid(images, { labels: [0, 1, 2, 0, 1], predictions: [0, 1, 1, 0, 1], classNames });
  const texts = (layout.annotations as { text: string }[]).map(({ text }) => text);
  assert.deepEqual(texts, ['airplane', 'automobile', '<b>bird<br>as automobile</b>', 'airplane', 'automobile']);
});

test('forty photographs are shown in a notebook as a chart of less than 200 kB and a picture', async () => {
  const figure = imageGrid(photographs, { labels: new Uint8Array(40), classNames: ['automobile'] });
  assert.ok(JSON.stringify(figure).length < 200_000);
  const bundle = await show(figure)[jupyterDisplay]();
  assert.deepEqual(Object.keys(bundle), ['application/vnd.plotly.v1+json', 'image/png', 'text/plain']);
  const picture = await decodePicture(Buffer.from(bundle['image/png'] as string, 'base64'));
  assert.deepEqual([picture.width, picture.height], [figure.layout.width, figure.layout.height]);
});

test('what are no colour images is refused', () => {
  const refused = (data: number[], shape: number[], message: RegExp) =>
    assert.throws(() => imageGrid({ data, shape }), { name: 'RangeError', message });
  refused([], [0, 32, 32, 3], /no images.*\[0, 32, 32, 3\]/);
  refused([1, 2, 3], [1, 1, 3], /an image grid takes images of the shape \[n, rows, columns, 3\].*\[1, 1, 3\]/);
  refused([1, 2, 3, 4], [1, 1, 1, 4], /\[n, rows, columns, 3\].*\[1, 1, 1, 4\]/);
  refused([1, 2], [1, 1, 1, 3], /the images have 2 values, .*\[1, 1, 1, 3\] says 3/);
  refused([0, NaN, 0], [1, 1, 1, 3], /images\[1\] is NaN/);
  refused([0, 0, 256], [1, 1, 1, 3], /images\[2\] is 256; a colour is an integer from 0 to 255/);
  refused([-1, 0, 0], [1, 1, 1, 3], /images\[0\] is -1/);
  refused([1, 0.5, 0], [1, 1, 1, 3], /images\[1\] is 0.5/);
  assert.throws(() => imageGrid(images, { labels: [1] }), /5 images and 1 labels/);
  assert.throws(() => imageGrid(images, { labels: [1, 2, 3, 4, 5], predictions: [1] }), /5 images and 1 predictions/);
  assert.throws(() => imageGrid(images, { predictions: [1, 2, 3, 4, 5] }), /without labels/);
  assert.throws(() => imageGrid(images, { columns: 0 }), /columns is 0/);
});
