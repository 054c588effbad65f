import type * as tfjs from '@tensorflow/tfjs';
import type { DenseWeights } from './inputs';

/** A sequential model of dense layers with these weights: ReLU, then the output's activation. */
export function denseNetwork(
  tf: typeof tfjs,
  weights: readonly DenseWeights[],
  output: 'linear' | 'softmax',
): tfjs.Sequential {
  const model = tf.sequential();
  weights.forEach(({ shape: [inputs, units] }, i) => {
    const activation = i + 1 < weights.length ? 'relu' : output;
    model.add(tf.layers.dense({ units, activation, inputShape: [inputs] }));
  });
  setDenseWeights(tf, model, weights);
  return model;
}

function setDenseWeights(tf: typeof tfjs, model: tfjs.Sequential, weights: readonly DenseWeights[]): void {
  tf.tidy(() => model.setWeights(weights.flatMap(({ kernel, bias, shape }) => [tf.tensor2d(kernel, shape), tf.tensor1d(bias)])));
}
