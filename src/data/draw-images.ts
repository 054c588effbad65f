import type { LabelledImages } from './labelled-images';
import { Random } from './random';

/**
 * `count` images of `shape`, each drawn by `draw` into pixels that are zero, with their labels. Every ten in a row have
 * each label once, in random order; the images of a smaller `count` are the first ones of a larger.
 *
 * @throws if `count` is not a natural number or `seed` not an integer in [0, 2³²).
 */
export function drawImages(
  count: number,
  seed: number,
  shape: readonly number[],
  draw: (label: number, random: Random, pixels: Uint8Array) => void,
): LabelledImages {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`count is ${count}; it must be a natural number`);
  }
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RangeError(`seed is ${seed}; it must be an integer from 0 to 4294967295`);
  }
  const random = new Random(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  const data = new Uint8Array(count * size);
  const labels = new Uint8Array(count);
  const order = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  for (let i = 0; i < count; i++) {
    if (i % 10 === 0) random.shuffle(order);
    labels[i] = order[i % 10];
    draw(labels[i], random, data.subarray(i * size, (i + 1) * size));
  }
  return { images: { data, shape: [count, ...shape] }, labels };
}
