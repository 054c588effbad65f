import type { LabelledImages } from './labelled-images';

const side = 32;
const pixels = side * side;
const recordLength = 1 + 3 * pixels;

/** What keeps `bytes` from being a batch of CIFAR-10 images, in words; `undefined` when nothing does. */
export function batchFault(bytes: Uint8Array): string | undefined {
  if (!bytes.length) return 'it is empty';
  if (bytes.length % recordLength) {
    return `it has ${bytes.length} bytes, which is no multiple of ${recordLength}, the length of a label and its image`;
  }
  for (let start = 0; start < bytes.length; start += recordLength) {
    if (bytes[start] > 9) return `image ${start / recordLength} has the label ${bytes[start]}; it must be from 0 to 9`;
  }
  return undefined;
}

/**
 * The images of faultless `batches`, one batch after the other: [n, 32, 32, 3].
 *
 * A batch is in CIFAR-10's binary format: for each image its label, one byte, then the 1024 red, the 1024 green and the
 * 1024 blue bytes, row by row.
 */
export function parseBatches(batches: readonly Uint8Array[]): LabelledImages {
  const n = batches.reduce((total, { length }) => total + length, 0) / recordLength;
  const data = new Uint8Array(n * 3 * pixels);
  const labels = new Uint8Array(n);
  let image = 0;
  for (const batch of batches) {
    for (let start = 0; start < batch.length; start += recordLength, image++) {
      labels[image] = batch[start];
      interleave(batch, start + 1, data, image * 3 * pixels);
    }
  }
  return { images: { data, shape: [n, side, side, 3] }, labels };
}

/** From one plane for each colour, at `from`, to the three colours of each pixel side by side, at `to`. */
function interleave(planes: Uint8Array, from: number, data: Uint8Array, to: number): void {
  for (let pixel = 0; pixel < pixels; pixel++) {
    data[to + 3 * pixel] = planes[from + pixel];
    data[to + 3 * pixel + 1] = planes[from + pixels + pixel];
    data[to + 3 * pixel + 2] = planes[from + 2 * pixels + pixel];
  }
}
