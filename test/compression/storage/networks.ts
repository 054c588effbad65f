import type * as tf from '@tensorflow/tfjs';
import { truncatedDense } from '../../../src/layers';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';

/** 6-8-5-3 with a layer of this library and batch normalisation; not compiled. */
export function withOurLayer(): tf.Sequential {
  const tf = tensorFlowJs();
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, activation: 'relu', inputShape: [6], kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) }),
      truncatedDense({ units: 5, rank: 2, kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) }),
      tf.layers.batchNormalization(),
      tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: tf.initializers.glorotUniform({ seed: 3 }) }),
    ],
  });
}

/** What a model of six inputs makes of the same ten rows each time. */
export function predictions(model: tf.LayersModel): number[] {
  const tf = tensorFlowJs();
  return tf.tidy(() => Array.from((model.predict(tf.linspace(-1, 1, 60).reshape([10, 6])) as tf.Tensor).dataSync()));
}
