import type * as tf from '@tensorflow/tfjs';
import { withCountedRandom } from '../../../../src/tensorflow/step-random';
import { tensorFlowJs } from '../../../../src/tensorflow/tensorflow-js';
import { Chooser } from './chooser';
import { randomLayers } from './layers';
import { lossFor } from './losses';
import { optimizerFor } from './optimizers';

/** A small model with data to train it on. */
export interface RandomModel {
  /** The input's shape, the layers, the loss and the optimizer in words. */
  readonly description: string;
  readonly model: tf.LayersModel;
  readonly data: readonly tf.Tensor[];
  readonly examples: number;
  /** Divides the examples into two batches and a last short one. */
  readonly batchSize: number;
  makeOptimizer(): tf.Optimizer;
  /** The loss of a batch in training, with the regularisers'. */
  loss(x: tf.Tensor, y: tf.Tensor): tf.Scalar;
}

/** The model with a number: all losses and optimizers take turns, the rest is drawn from the number. */
export function randomModel(number: number): RandomModel {
  const tf = tensorFlowJs();
  const choose = new Chooser(number);
  return withCountedRandom({ seed: number, step: 0 }, () => {
    const outputs = choose.integer(2, 5);
    const loss = lossFor(number, outputs);
    const optimizer = optimizerFor(number, choose.from(0.01, 0.003));
    const { input, output, words } = randomLayers(choose, outputs, loss.activation);
    const model = tf.model({ inputs: input, outputs: output });
    const batchSize = choose.integer(2, 9);
    const examples = 2 * batchSize + choose.integer(1, batchSize - 1);
    const x = tf.randomNormal([examples, ...(input.shape.slice(1) as number[])]);
    return {
      description: `${words}, ${loss.name}, ${optimizer.name}, ${examples} examples in batches of ${batchSize}`,
      model,
      data: [x, loss.labels(examples)],
      examples,
      batchSize,
      makeOptimizer: optimizer.make,
      loss(batch, labels) {
        const predictions = model.apply(batch, { training: true }) as tf.Tensor;
        const sum = model.calculateLosses().reduce(tf.add<tf.Tensor>, tf.mean(loss.compute(labels, predictions)));
        return sum as tf.Scalar;
      },
    };
  });
}
