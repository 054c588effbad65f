import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heatmapRow, renderPng } from '../../src/plots';
import { unpack } from './unpack';

const panel = (title: string, rows: number, columns: number) => ({
  title,
  data: Float32Array.from({ length: rows * columns }, (_, k) => k),
  shape: [rows, columns],
  rowLabel: `${title} rows`,
  columnLabel: `${title} columns`,
});

test('each matrix has axes, a colour bar and a range of its own, beside the others', () => {
  const { data, layout } = heatmapRow([panel('W', 30, 40), panel('u', 30, 4), panel('s', 4, 4), panel('v', 4, 40)]);
  const domains = ['xaxis', 'xaxis2', 'xaxis3', 'xaxis4'].map((name) => (layout[name] as { domain: [number, number] }).domain);
  domains.forEach(([from, to], at) => {
    assert.ok(to > from && from >= (domains[at - 1]?.[1] ?? 0));
    const { x } = data[at]!.colorbar as { x: number };
    assert.ok(x >= to && x < (domains[at + 1]?.[0] ?? 1), 'the colour bar is between the panels');
  });
  assert.deepEqual(data.map(({ zmin, zmax }) => [zmin, zmax]), [[0, 1199], [0, 119], [0, 15], [0, 159]]);
  assert.deepEqual(data.map(({ z }) => unpack(z).shape), [[30, 40], [30, 4], [4, 4], [4, 40]]);
  assert.deepEqual((layout.annotations as { text: string }[]).map(({ text }) => text), ['W', 'u', 's', 'v']);
  assert.equal((layout.yaxis3 as { title: { text: string } }).title.text, 's rows');
});

test('large matrices are reduced, so that the figure stays small', () => {
  const figure = heatmapRow(['a', 'b', 'c', 'd'].map((title) => panel(title, 1024, 1024)));
  assert.ok(JSON.stringify(figure).length < 250_000);
});

test('is drawn', async () => {
  const png = await renderPng(heatmapRow([panel('a', 3, 4), panel('b', 4, 3)], { title: 'two' }));
  assert.ok(png.length > 5000);
});

test('needs a panel', () => {
  assert.throws(() => heatmapRow([]), { name: 'RangeError', message: 'a row of heatmaps needs at least one panel' });
});
