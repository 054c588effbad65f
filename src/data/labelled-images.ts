import type { NumericArray } from './array';

/** Images and the class of each. Their values go from 0 to 255: background to ink, or dark to bright in each colour. */
export interface LabelledImages {
  /** Shape [n, height, width] if grey, [n, height, width, 3] if coloured: red, green, blue. */
  readonly images: NumericArray<Uint8Array>;
  /** Length n. */
  readonly labels: Uint8Array;
  /** What to write on every result made from these images; set where they are not what they stand for. */
  readonly banner?: string;
}

/** A training and a test set. */
export interface ImageSets {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  /** The names of the labels, from 0 on. */
  readonly classNames: readonly string[];
  /** What to write on every result made from these images; set where they are not the whole published set. */
  readonly banner?: string;
}

/** Handwritten digits, 28 × 28 pixels each: images of shape [n, 28, 28]. */
export interface Mnist extends ImageSets {
  /** Where the digits came from: a folder that the caller or `MNIST_DIR` named, the cache, a mirror, or a program. */
  readonly source: 'directory' | 'MNIST_DIR' | 'cache' | 'download' | 'synthetic';
}

/**
 * Small colour photographs, 32 × 32 pixels each: images of shape [n, 32, 32, 3]. The labels 0 to 9 are airplane, automobile, bird, cat,
 * deer, dog, frog, horse, ship and truck; those of synthetic pictures name their figures.
 */
export interface Cifar10 extends ImageSets {
  /** Where the pictures came from: a folder that the caller or `CIFAR10_DIR` named, the cache, a mirror, or a program. */
  readonly source: 'directory' | 'CIFAR10_DIR' | 'cache' | 'download' | 'synthetic';
}
