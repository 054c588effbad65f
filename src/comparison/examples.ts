import type * as tf from '@tensorflow/tfjs';
import { flatten, oneHot, scale, take, type ImageSets, type LabelledImages } from '../data';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';

/** Images [n, 784] with pixels from 0 to 1, and one row of probabilities for each. */
export interface ImagesAndTargets {
  readonly x: tf.Tensor2D;
  readonly y: tf.Tensor2D;
}

/** What a comparison trains and tests on. */
export interface ComparisonData {
  readonly train: ImagesAndTargets;
  readonly test: ImagesAndTargets;
}

/** How much of the data is taken. */
export interface ComparisonDataOptions {
  /** How many images to train on, the first ones; all by default. */
  readonly trainImages?: number;
  /** How many to test on; all by default. */
  readonly testImages?: number;
}

/** MNIST as the comparison takes it; new tensors. */
export function comparisonData({ train, test }: Pick<ImageSets, 'train' | 'test'>, { trainImages = Infinity, testImages = Infinity }: ComparisonDataOptions = {}): ComparisonData {
  return { train: examples(train, trainImages), test: examples(test, testImages) };
}

function examples(all: LabelledImages, count: number): ImagesAndTargets {
  const { images, labels } = take(all, Math.min(count, all.labels.length));
  const [x, y] = [scale(flatten(images)), oneHot(labels, 10)].map(({ data, shape }) =>
    tensorFlowJs().tensor2d(Float32Array.from(data), shape as [number, number]));
  return { x: x!, y: y! };
}

/** Images in the shape that a model takes; a new tensor. */
export function imagesFor(model: tf.LayersModel, x: tf.Tensor2D): tf.Tensor {
  return x.reshape([x.shape[0], ...(model.inputs[0]!.shape.slice(1) as number[])]);
}
