import { classCaptions, type ClassCaptionOptions } from './class-captions';
import type { Figure } from './figure';
import { stackShape, type ImageStack } from './image-stack';
import { shadedTiles, tileGrid, type TileGridOptions } from './tile-grid';

/** Captions and layout of a `digitGrid`. */
export interface DigitGridOptions extends TileGridOptions, ClassCaptionOptions {}

/**
 * Grey images side by side, dark ink on white, the first at the upper left. The brightest pixel of all is the darkest ink.
 *
 * @param images shape [n, rows, columns]
 * @throws RangeError if there are no images, if labels or predictions are not as many as the images, if there are
 *   predictions but no labels, and on NaN, infinite or negative pixels
 */
export function digitGrid(images: ImageStack, options: DigitGridOptions = {}): Figure {
  const shape = stackShape(images, 'a digit grid', 'images');
  const scale = 255 / (brightest(images.data) || 1);
  const grid = tileGrid(shape, classCaptions(shape[0], options), options);
  return {
    data: [
      shadedTiles(images, grid, {
        shade: (pixel) => Math.round(pixel * scale),
        most: 255,
        blank: 0,
        colorscale: [[0, '#ffffff'], [1, '#000000']],
      }),
    ],
    layout: grid.layout,
  };
}

function brightest(pixels: ArrayLike<number>): number {
  let result = 0;
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i] < 0) throw new RangeError(`images[${i}] is ${pixels[i]}; a pixel is 0 (paper) or more`);
    result = Math.max(result, pixels[i]);
  }
  return result;
}
