import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePng } from '../../src/plots/static/png';
import { decodePicture, type Picture } from '../support/picture';
import { missingIn } from './charts';

const [width, height] = [200, 100];

/** A picture whose pixels have the colour that `paint` says, else are white. */
async function picture(paint: (x: number, y: number) => readonly [number, number, number] | undefined): Promise<Picture> {
  const pixels = new Uint8Array(4 * width * height).fill(255);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels.set(paint(x, y) ?? [255, 255, 255], 4 * (y * width + x));
  return decodePicture(await encodePng(pixels, width, height));
}

const blue = [0, 0x72, 0xb2] as const;
const orange = [0xd5, 0x5e, 0] as const;
const lines = [{ colour: '#0072b2', mixed: true }, { colour: '#d55e00', mixed: true }];
const areas = lines.map(({ colour }) => ({ colour, mixed: false }));
/** A colour on a pixel of which a line covers a share. */
const mixed = (colour: readonly number[], share: number) => colour.map((value) => Math.round(255 - share * (255 - value))) as [number, number, number];

test('an empty frame is no chart', async () => {
  const frame = await picture((x, y) => (x < 2 || y > 97 ? [0x8c, 0x8c, 0x8c] : undefined));
  assert.match(missingIn(frame, lines) ?? '', /no pixels of #0072b2, #d55e00/);
  assert.match(missingIn(frame, []) ?? '', /2 colours in all/);
});

test('neither is a legend without lines, nor lines of which one is missing', async () => {
  const legend = await picture((x, y) => (x < 150 ? undefined : y < 10 ? blue : y < 20 ? orange : undefined));
  assert.match(missingIn(legend, lines) ?? '', /only 0 pixels of #0072b2, #d55e00 outside the legend/);
  const line = await picture((_, y) => (y < 4 ? blue : undefined));
  assert.match(missingIn(line, lines) ?? '', /no pixels of #d55e00$/);
});

test('lines are, also where one covers most of the other, and thin ones between the pixels', async () => {
  const covered = await picture((x, y) => (y < 2 ? (x < 15 ? orange : blue) : undefined));
  assert.equal(missingIn(covered, lines), undefined);
  const thin = await picture((x, y) => (y === 9 || y === 10 ? mixed(blue, 0.6) : y === 20 ? mixed(orange, x % 2) : undefined));
  assert.equal(missingIn(thin, lines), undefined);
});

test('two points are, if it has no more', async () => {
  const points = await picture((x, y) => (y < 5 && x < 5 ? blue : y < 5 && x > 100 && x < 106 ? orange : undefined));
  assert.match(missingIn(points, lines) ?? '', /only 50 pixels/);
  assert.equal(missingIn(points, lines, true), undefined);
});

test('areas have their colour unmixed', async () => {
  assert.equal(missingIn(await picture((x) => (x < 9 ? blue : x < 18 ? orange : undefined)), areas), undefined);
  assert.match(missingIn(await picture((x) => mixed(x < 100 ? blue : orange, 0.8)), areas) ?? '', /no pixels of #0072b2, #d55e00/);
});

test('a photograph has many colours', async () => {
  assert.equal(missingIn(await picture((x, y) => [x, y, 0]), []), undefined);
});
