import { classCaptions, type ClassCaptionOptions } from './class-captions';
import type { Figure } from './figure';
import { stackShape, type ImageStack } from './image-stack';
import { packArray } from './packed-array';
import { tileGrid, type TileGridOptions } from './tile-grid';

/** Captions and layout of an `imageGrid`. */
export interface ImageGridOptions extends TileGridOptions, ClassCaptionOptions {
  /** Images in a row; 8 by default, fewer if the captions need the room. */
  readonly columns?: number;
}

/**
 * Colour images side by side, the first at the upper left, with sharp pixels.
 *
 * @param images shape [n, rows, columns, 3]: red, green and blue from 0 to 255
 * @throws RangeError if there are no images, if labels or predictions are not as many as the images, if there are
 *   predictions but no labels, and on values that are not integers from 0 to 255
 */
export function imageGrid(images: ImageStack, options: ImageGridOptions = {}): Figure {
  const shape = stackShape(images, 'an image grid', 'images', 3);
  const bytes = colourBytes(images.data);
  const [count, height, width] = shape;
  const grid = tileGrid(shape, classCaptions(count, options), options, { mostColumns: 8 });
  const size = height * width * 3;
  return {
    data: Array.from({ length: count }, (_, n) => {
      const [x0, y0] = grid.corner(n);
      return { type: 'image', z: packArray(bytes.subarray(n * size, (n + 1) * size), [height, width, 3]), x0, y0, hoverinfo: 'skip' };
    }),
    layout: grid.layout,
  };
}

function colourBytes(values: ArrayLike<number>): Uint8Array {
  const bytes = Uint8Array.from(values);
  const at = bytes.findIndex((byte, i) => byte !== values[i]);
  if (at !== -1) throw new RangeError(`images[${at}] is ${values[at]}; a colour is an integer from 0 to 255`);
  return bytes;
}
