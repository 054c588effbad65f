import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { textMeasure, pathBounds } from '../../../src/plots/static/canvas';
import type { SvgElement } from '../../../src/plots/static/dom';
import { svgBoxes } from '../../../src/plots/static/svg-box';

const boxes = svgBoxes(textMeasure(), pathBounds);
const font = 'font-family: Open Sans; white-space: pre;';

/** Boxes (left, top, right, bottom) that Chromium gives with the same font. */
const inChromium: readonly (readonly [string, string, readonly [number, number, number, number]])[] = [
  ['plain', `<text x="10" y="40" style="${font} font-size: 13px">cross-entropy (nats)</text>`, [10, 26, 130.68, 44]],
  ['centred', `<text x="100" y="40" text-anchor="middle" style="${font} font-size: 17px">Losses against steps</text>`, [19.5, 22, 180.5, 45]],
  ['ending at, turned', `<text x="100" y="80" text-anchor="end" transform="rotate(-90,100,80)" style="${font} font-size: 13px">true class</text>`, [86, 80, 104, 137.73]],
  ['with a bold word', `<text x="10" y="40" style="${font} font-size: 12px"><tspan style="font-weight: bold">4 as 9</tspan> wrong</text>`, [10, 27, 82.07, 44]],
  ['with a subscript', `<text x="10" y="40" style="${font} font-size: 12px">σ<tspan style="font-size: 70%" dy="0.3em">0</tspan><tspan dy="-0.21em">\u200b</tspan> = 0.1</text>`, [10, 27, 52.13, 44.52]],
  ['in two lines', `<text x="100" y="40" text-anchor="middle" style="${font} font-size: 12px"><tspan dy="0em" x="100" y="40">first line</tspan><tspan dy="1.3em" x="100" y="40">second, longer line</tspan></text>`, [47.3, 27, 152.95, 59.6]],
];

for (const [name, markup, expected] of inChromium) {
  test(`text ${name} is as large as in a browser`, () => {
    const box = boxes.onPage(svg(markup));
    assert.ok(box);
    const found = [box.left, box.top, box.right, box.bottom];
    found.forEach((value, side) => assert.ok(Math.abs(value - expected[side]) < 0.6, `${found.join(' ')} is ${expected.join(' ')}`));
  });
}

test('a group is as large as its visible parts where they stand', () => {
  const group = svg(
    '<g transform="translate(100,0) scale(2)"><rect x="1" y="2" width="10" height="20"/><g transform="rotate(90)"><rect x="0" y="0" width="3" height="4"/></g>' +
      '<path d="M0,30H5V31H0Z"/><rect style="display: none" width="999" height="999"/></g>',
  );
  assert.deepEqual(rounded(boxes.local(group)), [-4, 0, 11, 31]);
  assert.deepEqual(rounded(boxes.onPage(group)), [92, 0, 122, 62]);
});

test('nothing has no box', () => {
  assert.equal(boxes.onPage(svg('<g></g>')), undefined);
  assert.equal(boxes.onPage(svg('<text></text>')), undefined);
});

function svg(markup: string): SvgElement {
  const { window } = new JSDOM(`<svg xmlns="http://www.w3.org/2000/svg">${markup}</svg>`);
  return window.document.querySelector('svg')!.firstElementChild as unknown as SvgElement;
}

function rounded(box: { left: number; top: number; right: number; bottom: number } | undefined): number[] {
  assert.ok(box);
  return [box.left, box.top, box.right, box.bottom].map((value) => Math.round(value * 1e6) / 1e6 + 0);
}
