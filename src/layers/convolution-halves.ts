import type * as tf from '@tensorflow/tfjs';

/**
 * How a convolution h × w becomes two:
 * - `channel`: h × w to rank channels, then 1 × 1; its kernel [h, w, c, n] is factored as a matrix (h·w·c) × n;
 * - `spatial`: h × 1 to rank channels, then 1 × w (Jaderberg, Vedaldi and Zisserman, "Speeding up convolutional neural networks
 *   with low rank expansions", 2014); its kernel is factored as a matrix (h·c) × (w·n).
 */
export type ConvolutionForm = 'channel' | 'spatial';

type Pair = readonly [number, number];

/** The shape of a convolution, by axis: height, then width. */
export interface Window {
  readonly kernelSize: Pair;
  readonly strides: Pair;
  readonly dilationRate: Pair;
}

/** The two convolutions that have the effect of one. */
export interface Halves {
  readonly left: Window;
  readonly right: Window;
}

/** The window is in the left one, or its height in the left one and its width in the right one. Padding goes along by itself. */
export function halves({ kernelSize, strides, dilationRate }: Window, form: ConvolutionForm): Halves {
  const part = (pick: (pair: Pair) => Pair): Window => ({ kernelSize: pick(kernelSize), strides: pick(strides), dilationRate: pick(dilationRate) });
  return form === 'channel'
    ? { left: part((pair) => pair), right: part(() => [1, 1]) }
    : { left: part(([height]) => [height, 1]), right: part(([, width]) => [1, width]) };
}

/** [h, w, c, n] as the matrix that is factored. */
export function kernelMatrix(kernel: tf.Tensor4D, { left, right }: Halves): tf.Tensor2D {
  const [height, , channels, filters] = kernel.shape;
  const [leftWidth, rightWidth] = [left.kernelSize[1], right.kernelSize[1]];
  return kernel
    .reshape([height, leftWidth, rightWidth, channels, filters])
    .transpose([0, 1, 3, 2, 4])
    .reshape([height * leftWidth * channels, rightWidth * filters]);
}

/** The kernel [h, w, c, n] of such a matrix. */
export function matrixKernel(matrix: tf.Tensor2D, { left, right }: Halves): tf.Tensor4D {
  const [height, leftWidth] = left.kernelSize;
  const rightWidth = right.kernelSize[1];
  const [channels, filters] = [matrix.shape[0] / (height * leftWidth), matrix.shape[1] / rightWidth];
  return matrix
    .reshape([height, leftWidth, channels, rightWidth, filters])
    .transpose([0, 1, 3, 2, 4])
    .reshape([height, leftWidth * rightWidth, channels, filters]);
}

/** The kernels of the two convolutions, of the two factors of the matrix. */
export function factorKernels([leftMatrix, rightMatrix]: readonly [tf.Tensor2D, tf.Tensor2D], { left, right }: Halves): [tf.Tensor4D, tf.Tensor4D] {
  const rank = rightMatrix.shape[0];
  const [rows, width] = [leftMatrix.shape[0], right.kernelSize[1]];
  const [height, leftWidth] = left.kernelSize;
  return [
    leftMatrix.reshape([height, leftWidth, rows / (height * leftWidth), rank]),
    rightMatrix.reshape([rank, width, -1]).transpose([1, 0, 2]).expandDims(0),
  ];
}

/** The two factors of the matrix, of the kernels of the two convolutions. */
export function factorMatrices(left: tf.Tensor4D, right: tf.Tensor4D): { readonly left: tf.Tensor2D; readonly right: tf.Tensor2D } {
  const rank = left.shape[3];
  return { left: left.reshape([-1, rank]), right: right.squeeze([0]).transpose([1, 0, 2]).reshape([rank, -1]) };
}
