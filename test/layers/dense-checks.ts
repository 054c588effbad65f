import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';
import { initializers } from './low-rank-checks';

export const [inputs, units] = [12, 10];

export function builtDense(args: Partial<Parameters<typeof tf.layers.dense>[0]> = {}): tf.layers.Layer {
  const layer = tensorFlowJs().layers.dense({ units, ...initializers(), ...args });
  layer.build([null, inputs]);
  return layer;
}

export const kernelOf = (layer: tf.layers.Layer) => layer.getWeights()[0] as tf.Tensor2D;
