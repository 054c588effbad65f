import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textMeasure } from '../../src/plots/static/canvas';
import { tileGrid, type TileGrid } from '../../src/plots/tile-grid';

const names = ['airplane', '<b>automobile<br>as airplane</b>', '<b>ship<br>as automobile</b>', '<b>dog<br>as automobile</b>'];
const captions = Array.from({ length: 40 }, (_, n) => ({ text: names[n % names.length] }));

for (const [side, options] of [[28, {}], [32, {}], [32, { columns: 10 }], [32, { width: 500 }], [96, {}], [28, { columns: 3 }]] as const) {
  test(`captions over ${side} × ${side} pixels do not meet each other or a picture: ${JSON.stringify(options)}`, () => {
    const grid = tileGrid([40, side, side], captions, options);
    const boxes = captionBoxes(grid);
    boxes.forEach((box, n) => {
      const next = boxes[n + 1];
      if (next?.bottom === box.bottom) assert.ok(box.right <= next.left, `captions ${n} and ${n + 1}`);
      assert.ok(box.left >= 0 && box.right <= grid.layout.width, `caption ${n} is inside the figure`);
      const above = [...Array(n).keys()].map((each) => (grid.corner(each)[1] + side) * scale(grid)).filter((end) => end <= box.bottom);
      assert.ok(box.top >= Math.max(0, ...above), `caption ${n} is below the row above`);
    });
  });
}

test('without captions ten are in a row', () => {
  const { width, height } = tileGrid([25, 28, 28], [], {});
  assert.deepEqual([width, height], [10 * 30 - 2, 3 * 30 - 2]);
});

/** The figure's pixels to each of a picture's. */
function scale({ width, layout }: TileGrid): number {
  const { l, r } = layout.margin as { l: number; r: number };
  return (layout.width - l - r) / width;
}

/** The captions' boxes in the figure's pixels; vertically from the upper edge of the pictures. */
function captionBoxes(grid: TileGrid) {
  const measure = textMeasure();
  const { l } = grid.layout.margin as { l: number };
  const annotations = grid.layout.annotations as { text: string; x: number; y: number; font: { size: number } }[];
  return annotations.map(({ text, x, y, font: { size } }) => {
    const lines = text.replace(/<\/?b>/g, '').split('<br>');
    const width = Math.max(...lines.map((line) => measure(line, `bold ${size}px 'Open Sans'`).width));
    const [middle, bottom] = [l + (x + 0.5) * scale(grid), (y + 0.5) * scale(grid)];
    return { left: middle - width / 2, right: middle + width / 2, top: bottom - lines.length * 1.3 * size, bottom };
  });
}
