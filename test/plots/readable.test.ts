import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compressionChart, confusionMatrix, digitGrid, heatmap, heatmapRow, imageGrid, lineChart, lossCurves, palette, patternGrid, renderSvg, type Figure,
} from '../../src/plots';

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
  lineChart: lineChart([{ name: 'a', y: [1, 2] }], { ...options, xLabel: 'x', yLabel: 'y', marks: [{ x: 1, label: 'here' }] }),
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
    for (const colour of onPaper) assert.ok(contrastWithWhite(colour ?? 'none') >= 4.5, `${colour} on white`);
    const [, paper] = /<svg [^>]*><rect ([^>]*)>/.exec(svg) ?? [];
    assert.match(paper ?? '', new RegExp(`x="0" y="0" width="${figure.layout.width}" height="${figure.layout.height}" style="fill: rgb\\(255, 255, 255\\); fill-opacity: 1;"`));
  });

  test(`${name}: can be zoomed`, () => {
    assert.ok(!['pan', 'select', 'lasso', false].includes(figure.layout.dragmode as string | false));
    for (const [key, value] of Object.entries(figure.layout)) {
      if (/^[xy]axis/.test(key)) assert.notEqual((value as { fixedrange?: boolean }).fixedrange, true, key);
    }
  });
}

test('the first colours of lines stand out from the paper', () => {
  assert.ok(palette.slice(0, 3).every((colour) => contrastWithWhite(colour) >= 3), palette.map(contrastWithWhite).join());
});

/** WCAG 2's contrast ratio; 4.5 is what texts need, 3 what lines and shapes need. */
function contrastWithWhite(colour: string): number {
  const channels = colour.startsWith('#')
    ? [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    : (colour.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  const [r, g, b] = channels.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 1.05 / (0.2126 * r! + 0.7152 * g! + 0.0722 * b! + 0.05);
}
