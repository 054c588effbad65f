import assert from 'node:assert/strict';
import { test } from 'node:test';
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
