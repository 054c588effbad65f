import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { encodePng } from '../../../src/plots/static/png';
import { decodePicture } from '../../support/picture';

for (const [name, colours] of [['few colours', 200], ['many colours', 5000]] as const) {
  test(`a picture of ${name} is read back as it was`, async () => {
    const [width, height] = [97, 61];
    const pixels = new Uint8Array(width * height * 4);
    for (let i = 0; i < width * height; i++) {
      const colour = ((i * 7919) % colours) * 3301;
      pixels.set([colour & 255, (colour >> 8) & 255, (colour >> 16) & 255, 255], 4 * i);
    }
    const picture = await decodePicture(await encodePng(pixels, width, height));
    assert.deepEqual([picture.width, picture.height], [width, height]);
    for (let i = 0; i < width * height; i++) {
      assert.deepEqual(picture.at(i % width, Math.floor(i / width)), [...pixels.subarray(4 * i, 4 * i + 3)]);
    }
  });
}

test('an enlarged photograph is read back as it was, and takes less room than its plain bytes deflated', async () => {
  const [width, height] = [128, 128];
  const pixels = Uint8Array.from({ length: 4 * width * height }, (_, i) => {
    const [x, y] = [(i >> 3) % (width / 2), Math.floor(i / (8 * width))];
    return 128 + 60 * Math.sin(x / 7 + (i % 4)) + 60 * Math.cos(y / 5) + ((x * 7919 + y * 104_729) % 8);
  });
  const png = await encodePng(pixels, width, height);
  const picture = await decodePicture(png);
  for (let i = 0; i < width * height; i++) {
    assert.deepEqual(picture.at(i % width, Math.floor(i / width)), [...pixels.subarray(4 * i, 4 * i + 3)]);
  }
  assert.ok(png.length < 0.8 * deflateSync(pixels.filter((_, i) => i % 4 < 3), { level: 9 }).length);
});
