import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compressionChart, confusionMatrix, digitGrid, heatmap, heatmapRow, imageGrid, lineChart, lossCurves, palette, patternGrid, renderPng, renderSvg, type Figure,
} from '../../src/plots';
import { contrast, distance, visions } from '../support/colour';
import { decodePicture } from '../support/picture';

const paper = '#ffffff';
const darkPage = '#111111';
const options = { title: 'Title', subtitle: 'Subtitle' };
const square = { data: [0, 1, 2, 3], shape: [2, 2] };
const layer = { name: 'dense', rank: 2, energyKept: 0.9, parametersBefore: 100, parametersAfter: 40 };

const figures: Record<string, Figure> = {
  compressionChart: compressionChart({ layers: [layer], parametersBefore: 100, parametersAfter: 40 }, options),
  confusionMatrix: confusionMatrix([0, 1], [0, 0], options),
  digitGrid: digitGrid({ data: [0, 1, 2, 3], shape: [1, 2, 2] }, { ...options, labels: [0], predictions: [1] }),
  heatmap: heatmap(square, options),
  heatmapRow: heatmapRow([{ ...square, title: 'a' }, { ...square, title: 'b' }], options),
  imageGrid: imageGrid({ data: Array.from({ length: 12 }, (_, i) => i), shape: [1, 2, 2, 3] }, { ...options, labels: [0] }),
  lineChart: lineChart([{ name: 'a', y: [1, 2] }, { name: 'with a name that is long', y: [2, 1] }], { ...options, xLabel: 'x', yLabel: 'y', marks: [{ x: 1, label: 'here' }] }),
  lossCurves: lossCurves({ loss: [2, 1], validationLoss: [2, 1.5] }, options),
  patternGrid: patternGrid({ data: [0, -1, 2, 3], shape: [1, 2, 2] }, { ...options, captions: ['a'] }),
};

for (const [name, figure] of Object.entries(figures)) {
  test(`${name}: its paper is opaque white, on which every text can be read, on a dark page as on a light one`, async () => {
    assert.deepEqual([figure.layout.paper_bgcolor, figure.layout.plot_bgcolor], ['white', 'white']);
    const svg = await renderSvg(figure);
    const texts = [...svg.matchAll(/<text [^>]*?style="([^"]*)"[^>]*>/g)].map(([, style]) => /(?:^|[ ;])fill: (rgb\([^)]*\)|#\w+)/.exec(style!)?.[1]);
    assert.ok(texts.length > 2);
    // The numbers on a confusion matrix's cells get their colour from plotly, to suit the cell.
    const onPaper = name === 'confusionMatrix' ? texts.filter((colour) => !/255, 255, 255/.test(colour ?? '')) : texts;
    for (const colour of onPaper) assert.ok(contrast(colour ?? 'none', paper) >= 4.5, `${colour} on white`);
    const [, sheet] = /<svg [^>]*><rect ([^>]*)>/.exec(svg) ?? [];
    assert.match(sheet ?? '', new RegExp(`x="0" y="0" width="${figure.layout.width}" height="${figure.layout.height}" style="fill: rgb\\(255, 255, 255\\); fill-opacity: 1;"`));
  });

  test(`${name}: nothing is where plotly’s buttons appear`, async () => {
    const picture = await decodePicture(await renderPng(figure, { scale: 1 }));
    assert.equal(picture.ink(0, 0, picture.width, 28), 0);
  });

  test(`${name}: can be zoomed`, () => {
    assert.ok(!['pan', 'select', 'lasso', false].includes(figure.layout.dragmode as string | false));
    for (const [key, value] of Object.entries(figure.layout)) {
      if (/^[xy]axis/.test(key)) assert.notEqual((value as { fixedrange?: boolean }).fixedrange, true, key);
    }
  });
}

test('every colour of lines stands out from white paper, and would from JupyterLab’s dark page', () => {
  for (const page of [paper, darkPage]) {
    for (const colour of palette) assert.ok(contrast(colour, page) >= 3, `${colour} on ${page}: ${contrast(colour, page)}`);
  }
});

test('the lines of loss curves and the edges of bars stand out from the paper, validation from training too', () => {
  const curves = lossCurves(palette.map((_, at) => ({ name: String(at), loss: [2, 1], validationLoss: [2, 1] })));
  const colours = curves.data.map(({ line }) => (line as { color: string }).color);
  for (const colour of colours) assert.ok(contrast(colour, paper) >= 3, `${colour}: ${contrast(colour, paper)}`);
  for (let at = 0; at < colours.length; at += 2) assert.ok(contrast(colours[at]!, colours[at + 1]!) >= 2, `${colours[at]} and ${colours[at + 1]}`);
  for (const { marker } of figures.compressionChart!.data) assert.ok(contrast((marker as { line: { color: string } }).line.color, paper) >= 3);
});

test('no two colours of lines are alike for the colour-blind', () => {
  for (const vision of Object.keys(visions) as (keyof typeof visions)[]) {
    palette.forEach((one, at) => palette.slice(at + 1).forEach((other) => {
      assert.ok(distance(one, other, vision) >= 15, `${one} and ${other}, ${vision}: ${distance(one, other, vision)}`);
    }));
  }
});
