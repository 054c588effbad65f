import type { NumericArray } from './array';

/** Grey images, 0 (background) to 255 (ink), and the class of each. */
export interface LabelledImages {
  /** Shape [n, height, width]. */
  readonly images: NumericArray<Uint8Array>;
  /** Length n. */
  readonly labels: Uint8Array;
  /** What to write on every result made from these images; set where they are not what they stand for. */
  readonly banner?: string;
}

/** A training and a test set of handwritten digits, 28 × 28 pixels each. */
export interface Mnist {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  readonly classNames: readonly string[];
  /** Where the digits came from: a folder that the caller or `MNIST_DIR` named, the cache, a mirror, or a program. */
  readonly source: 'directory' | 'MNIST_DIR' | 'cache' | 'download' | 'synthetic';
  /** What to write on every result made from these digits; set when they are synthetic. */
  readonly banner?: string;
}
