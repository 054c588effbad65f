import { loadImage, createCanvas } from '@napi-rs/canvas';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of a pixel. */
  at(x: number, y: number): [number, number, number];
  /** Share of the pixels in a rectangle that are not white. */
  ink(left: number, top: number, right: number, bottom: number): number;
}

/** Decodes a PNG with an implementation that is not ours. */
export async function decodePicture(png: Uint8Array): Promise<Picture> {
  const image = await loadImage(Buffer.from(png));
  const { width, height } = image;
  const context = createCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const at = (x: number, y: number): [number, number, number] => {
    const start = 4 * (Math.round(y) * width + Math.round(x));
    return [data[start], data[start + 1], data[start + 2]];
  };
  return {
    width,
    height,
    at,
    ink(left, top, right, bottom) {
      let inked = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) if (at(x, y).some((c) => c < 250)) inked++;
      return inked / ((right - left) * (bottom - top));
    },
  };
}
