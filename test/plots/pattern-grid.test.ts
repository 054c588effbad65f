import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patternGrid, renderPng } from '../../src/plots';
import { decodePicture } from '../support/picture';
import { unpack } from './unpack';

const patterns = { data: [-4, 0, 2, 1, 0.01, 0.02, 0, -0.005, 0, 0, 0, 0], shape: [3, 2, 2] };
const scaled = [[-1, 0, 0.5, 0.25], [0.5, 1, 0, -0.25], [0, 0, 0, 0]];

test('each pattern is scaled by its own largest absolute value, and 0 is the middle of the colours', () => {
  const [{ z, zmin, zmax }] = patternGrid(patterns).data;
  const { data, shape } = unpack(z);
  const middle = (Number(zmin) + Number(zmax)) / 2;
  assert.deepEqual(shape, [2, 3 * 2 + 2 * 2]);
  scaled.forEach((pattern, n) => {
    pattern.forEach((value, k) => {
      const shade = data[Math.floor(k / 2) * shape[1] + n * 4 + (k % 2)];
      assert.ok(Math.abs(shade - middle * (1 + value)) <= 0.5, `pattern ${n}, pixel ${k}: ${shade}`);
    });
  });
  for (const column of [2, 3, 6, 7]) assert.equal(data[column], middle, 'nothing is between the patterns');
});

test('a negated pattern is its mirror image about 0', () => {
  const negated = { ...patterns, data: patterns.data.map((value) => -value) };
  const [shades, mirrored] = [patterns, negated].map((each) => [...unpack(patternGrid(each).data[0].z).data]);
  assert.deepEqual(mirrored, shades.map((shade) => 254 - shade));
});

test('is drawn blue below 0, white at 0 and orange above, the first row on top, whole pixels to each of a pattern’s', async () => {
  const figure = patternGrid(patterns, { captions: ['a', 'b', 'c'], title: 'three', subtitle: 'patterns' });
  const picture = await decodePicture(await renderPng(figure));
  const { l, t } = figure.layout.margin as { l: number; t: number };
  const { range } = figure.layout.xaxis as { range: [number, number] };
  const { range: down } = figure.layout.yaxis as { range: [number, number] };
  // 64 pixels for a picture of two, and as many for its caption as it has rows over it.
  const [pixel, head] = [32, down[0] + 0.5 - 2];
  assert.equal(range[1] + 0.5, 3 * 2 + 2 * 2);
  const blue = [0, 114, 178];
  const orange = [213, 94, 0];
  scaled.forEach((pattern, n) => {
    pattern.forEach((value, k) => {
      const end = value < 0 ? blue : orange;
      const expected = end.map((channel) => 255 + (channel - 255) * Math.abs(value));
      const [x, y] = [n * 4 + (k % 2), head + Math.floor(k / 2)];
      for (const [dx, dy] of [[0.1, 0.1], [0.9, 0.9]]) {
        const found = picture.at(2 * (l + (x + dx) * pixel), 2 * (t + (y + dy) * pixel));
        assert.ok(found.every((channel, c) => Math.abs(channel - expected[c]) <= 2), `pattern ${n}, pixel ${k}: ${found} is ${expected}`);
      }
    });
  });
});

test('says what the colours stand for', () => {
  const { ticktext, title } = patternGrid(patterns).data[0].colorbar as { ticktext: string[]; title: { text: string } };
  assert.deepEqual(ticktext, ['−max', '0', 'max']);
  assert.match(title.text, /max.*each pattern’s largest absolute value/);
});

test('captions are written over the patterns, in their order', () => {
  const { layout } = patternGrid(patterns, { captions: ['a', 'b', 'c'], columns: 2 });
  const annotations = layout.annotations as { text: string; x: number; y: number }[];
  assert.deepEqual(annotations.map(({ text }) => text), ['a', 'b', 'c']);
  assert.deepEqual(annotations.map(({ x }) => x), [0.5, 4.5, 0.5]);
  assert.ok(annotations[0].y === annotations[1].y && annotations[1].y < annotations[2].y);
});

test('a hundred first-layer patterns take less than 200 kB', () => {
  const many = { data: Float32Array.from({ length: 100 * 784 }, (_, i) => Math.sin(i * i)), shape: [100, 28, 28] };
  assert.ok(JSON.stringify(patternGrid(many)).length < 200_000);
});

test('what are no patterns is refused', () => {
  const refused = (data: number[], shape: number[], message: RegExp) =>
    assert.throws(() => patternGrid({ data, shape }), { name: 'RangeError', message });
  refused([], [0, 28, 28], /no patterns.*\[0, 28, 28\]/);
  refused([1, 2], [2], /a pattern grid takes patterns of the shape \[n, rows, columns\].*\[2\]/);
  refused([1, 2], [1, 1, 1], /the patterns have 2 pixels, .*\[1, 1, 1\] says 1/);
  refused([1, NaN], [1, 1, 2], /patterns\[1\] is NaN/);
  refused([-Infinity], [1, 1, 1], /patterns\[0\] is -Infinity/);
  assert.throws(() => patternGrid(patterns, { captions: ['a'] }), { name: 'RangeError', message: /3 patterns and 1 captions/ });
  assert.throws(() => patternGrid(patterns, { columns: 1.5 }), { name: 'RangeError', message: /columns is 1.5/ });
});
