import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { confusionMatrix, digitGrid, heatmap, lineChart, lossCurves, renderPng, renderSvg } from '../../../src/plots';
import { projectRoot } from '../../support/project';
import { decodePicture } from '../../support/picture';

test('a picture has the figure’s size twice over, a title, axis labels, lines and a legend', async () => {
  const picture = await decodePicture(
    await renderPng(lossCurves({ loss: [3, 2, 1], validationLoss: [3, 2.5, 2] }, { title: 'Losses' })),
  );
  assert.deepEqual([picture.width, picture.height], [1440, 840]);
  const ink = {
    title: picture.ink(600, 20, 840, 80),
    'label of the vertical axis': picture.ink(0, 240, 80, 640),
    'label of the horizontal axis': picture.ink(480, 770, 840, 840),
    lines: picture.ink(160, 130, 1100, 700),
    legend: picture.ink(1200, 110, 1440, 220),
  };
  for (const [part, share] of Object.entries(ink)) assert.ok(share > 0.005 && share < 0.5, `${part}: ${share}`);
  assert.equal(picture.ink(0, 0, 1440, 16), 0, 'the upper edge is free');
});

test('cells of a heatmap have Viridis’s colours, the first row on top', async () => {
  const figure = heatmap({ data: [0, 1, 2, 3, 4, 5], shape: [2, 3] });
  const picture = await decodePicture(await renderPng(figure));
  const plot = await plotArea(figure);
  // matplotlib's viridis at 0, 0.2, … 1, as plotly interpolates its ten stops: within a few of 255.
  const viridis = [[68, 1, 84], [65, 68, 135], [42, 120, 142], [34, 168, 132], [122, 209, 81], [253, 231, 37]];
  viridis.forEach((colour, cell) => {
    const x = 2 * (plot.left + ((cell % 3) + 0.5) * (plot.width / 3));
    const y = 2 * (plot.top + (Math.floor(cell / 3) + 0.5) * (plot.height / 2));
    const found = picture.at(x, y);
    assert.ok(found.every((channel, c) => Math.abs(channel - colour[c]) <= 6), `cell ${cell}: ${found} is ${colour}`);
  });
});

test('cells of a heatmap have sharp edges', async () => {
  const figure = heatmap({ data: [0, 1], shape: [1, 2] });
  const picture = await decodePicture(await renderPng(figure));
  const plot = await plotArea(figure);
  const [middle, y] = [2 * (plot.left + plot.width / 2), 2 * (plot.top + plot.height / 2)];
  assert.deepEqual(picture.at(middle - 4, y), picture.at(2 * plot.left + 10, y));
  assert.deepEqual(picture.at(middle + 4, y), picture.at(2 * (plot.left + plot.width) - 10, y));
});

test('every kind of figure is drawn, in a picture of less than 100 kB, also several at once', async () => {
  const labels = Uint8Array.from({ length: 1000 }, (_, i) => i % 10);
  const figures = {
    lines: lineChart([{ name: 'a', y: [1, 10, 1000] }], { xLabel: 'x', yLabel: 'y', logScale: true }),
    confusion: confusionMatrix(labels, labels.map((label, i) => (i % 30 === 0 ? (label + 3) % 10 : label))),
    digits: digitGrid({ data: Uint8Array.from({ length: 20 * 784 }, (_, i) => (i * i) % 256), shape: [20, 28, 28] }),
    heat: heatmap({ data: Float32Array.from({ length: 256 * 256 }, (_, i) => Math.sin(i / 3000)), shape: [256, 256] }, { title: 'σ₂₀ ≥ 3 × 4' }),
  };
  const pictures = await Promise.all(Object.values(figures).map((figure) => renderPng(figure)));
  for (const [at, [name, { layout }]] of Object.entries(figures).entries()) {
    const picture = await decodePicture(pictures[at]);
    assert.deepEqual([picture.width, picture.height], [2 * layout.width, 2 * layout.height], name);
    assert.ok(picture.ink(0, 0, picture.width, picture.height) > 0.01, `${name} is not blank`);
    assert.ok(pictures[at].length < 100_000, `${name}: ${pictures[at].length} bytes`);
  }
});

test('drawing leaves the figure as it was, and a picture may have any scale', async () => {
  const figure = lineChart([{ name: 'a', y: [1, 2] }], { xLabel: 'x', yLabel: 'y' });
  const before = JSON.stringify(figure);
  const picture = await decodePicture(await renderPng(figure, { scale: 0.5 }));
  assert.deepEqual([picture.width, picture.height], [360, 210]);
  assert.equal(JSON.stringify(figure), before);
  await assert.rejects(renderPng(figure, { scale: 0 }), /scale is 0/);
});

test('a process that has drawn a chart ends by itself', async () => {
  const program = `require(${JSON.stringify(join(projectRoot, '.build/src/plots'))})
    .renderPng({ data: [{ type: 'scatter', y: [1, 2] }], layout: { width: 300, height: 200 } })
    .then((png) => console.log(png.length > 500 ? 'drawn' : 'blank'))`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'], timeout: 60_000 });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const [code, signal] = await once(child, 'close');
  assert.deepEqual([output.trim(), code, signal], ['drawn', 0, null]);
});

/** Where the SVG has the plot's own area, in the figure's pixels. */
async function plotArea(figure: Parameters<typeof renderSvg>[0]) {
  const svg = await renderSvg(figure);
  const image = /<image [^>]*>/.exec(svg)?.[0] ?? '';
  const number = (name: string) => Number(new RegExp(` ${name}="([-\\d.]+)"`).exec(image)?.[1]);
  const [, left, top] = /<g class="xy" transform="translate\(([-\d.]+),\s*([-\d.]+)\)"/.exec(svg) ?? [];
  const area = { left: Number(left) + number('x'), top: Number(top) + number('y'), width: number('width'), height: number('height') };
  assert.ok(Object.values(area).every(Number.isFinite), `no heatmap in ${svg.slice(0, 200)}`);
  return area;
}
