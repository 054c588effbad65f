import type { TestContext } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import type { ConvolutionForm } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { initializers } from './low-rank-checks';

export const [filters, channels, rank] = [5, 4, 3];
export const forms = ['channel', 'spatial'] as const;

export type ConvArgs = Parameters<typeof tf.layers.conv2d>[0];

/** Of images; unknown extents are null, as in `tf.Shape`. */
export const imageShape = ({ dataFormat }: Pick<Partial<ConvArgs>, 'dataFormat'>, ...[batch, height, width]: (number | null)[]) =>
  (dataFormat === 'channelsFirst' ? [batch, channels, height, width] : [batch, height, width, channels]) as number[];

export function builtConv(args: Partial<ConvArgs> = {}): tf.layers.Layer {
  const layer = tensorFlowJs().layers.conv2d({ filters, kernelSize: 3, ...initializers(), ...args });
  layer.build(imageShape(args, null, null, null));
  return layer;
}

export const kernelOf = (layer: tf.layers.Layer) => layer.getWeights()[0] as tf.Tensor4D;

/** Filter gradients are missing on WebAssembly. */
export function trains(t: TestContext): boolean {
  if (tensorFlowJs().getBackend() !== 'wasm') return true;
  t.diagnostic('not on WebAssembly, where convolutions have no gradient with respect to their kernels');
  return false;
}

/** The kernel as the matrix that the form factors, from its definition: rows (h, w, c) or (h, c), columns n or (w, n). */
export function matrixOf(kernel: tf.Tensor4D, form: ConvolutionForm): tf.Tensor2D {
  const [h, w, c, n] = kernel.shape;
  return form === 'channel' ? kernel.reshape([h * w * c, n]) : kernel.transpose([0, 2, 1, 3]).reshape([h * c, w * n]);
}
