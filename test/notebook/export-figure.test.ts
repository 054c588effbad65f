import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { JSDOM } from 'jsdom';
import { exportFigure } from '../../src/notebook';
import { lossCurves, renderHtml, renderSvg } from '../../src/plots';
import { decodePicture } from '../support/picture';

const folder = mkdtempSync(join(tmpdir(), 'charts-'));
after(() => rmSync(folder, { recursive: true }));
const figure = lossCurves({ loss: [3, 2, 1] }, { title: 'Losses', width: 400, height: 300 });

test('the name says what is written, in folders that need not exist', async () => {
  const path = (name: string) => join(folder, 'deep/er', name);
  await exportFigure(figure, path('loss.svg'));
  const svg = readFileSync(path('loss.svg'), 'utf8');
  // Plotly names parts at random.
  const unnamed = (text: string) => text.replace(/[0-9a-f]{6}(?=xy|x"|y"|"|xyplot)/g, '');
  assert.ok(unnamed(svg) === unnamed(await renderSvg(figure)));
  const root = new JSDOM(svg, { contentType: 'image/svg+xml' }).window.document.documentElement;
  assert.deepEqual([root.tagName, root.getAttribute('width'), root.getAttribute('height')], ['svg', '400', '300']);
  await exportFigure(figure, path('loss.PNG'));
  const picture = await decodePicture(readFileSync(path('loss.PNG')));
  assert.deepEqual([picture.width, picture.height], [800, 600]);
  await exportFigure(figure, path('small.png'), { scale: 1 });
  assert.equal((await decodePicture(readFileSync(path('small.png')))).width, 400);
  await exportFigure(figure, path('loss.html'));
  assert.ok(readFileSync(path('loss.html'), 'utf8') === renderHtml(figure));
  assert.deepEqual(readdirSync(join(folder, 'deep/er')).sort(), ['loss.PNG', 'loss.html', 'loss.svg', 'small.png']);
});

test('another name is refused with those that are allowed, before anything is made', async () => {
  const before = readdirSync(folder);
  await assert.rejects(exportFigure(figure, join(folder, 'new/loss.pdf')), /path is '.*loss\.pdf', which ends in '\.pdf'; it must end in \.svg, \.png, \.html$/);
  await assert.rejects(exportFigure(figure, join(folder, 'loss')), /ends in ''/);
  await assert.rejects(exportFigure(figure, join(folder, 'loss.toString')), /must end in/);
  await assert.rejects(exportFigure(figure, join(folder, 'loss.svg'), { scale: 2 }), /scale is 2 .*only \.png/);
  await assert.rejects(exportFigure(figure, join(folder, 'loss.png'), { scale: 0 }), /scale is 0/);
  assert.deepEqual(readdirSync(folder), before);
});

test('a file that was there is as it was if the figure cannot be drawn', async () => {
  const path = join(folder, 'kept.svg');
  writeFileSync(path, 'kept');
  await assert.rejects(exportFigure({ ...figure, data: [{ type: 'scatter', y: (() => 1) as never }] }, path));
  assert.equal(readFileSync(path, 'utf8'), 'kept');
});
