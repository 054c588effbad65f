import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../../../src/tensorflow/tensorflow-js';

export type OutputActivation = 'linear' | 'sigmoid' | 'softmax' | 'softplus';

export interface Loss {
  readonly name: string;
  /** Of the layer that makes the predictions. */
  readonly activation: OutputActivation;
  labels(examples: number): tf.Tensor;
  compute(labels: tf.Tensor, predictions: tf.Tensor): tf.Tensor;
}

/** What stands in the labels, for `outputs` numbers that are predicted for an example. */
const labels = {
  numbers: (tf, examples, outputs) => tf.randomNormal([examples, outputs]),
  positiveNumbers: (tf, examples, outputs) => tf.randomUniform([examples, outputs], 0.5, 2),
  bits: (tf, examples, outputs) => tf.randomUniformInt([examples, outputs], 0, 2).cast('float32'),
  signs: (tf, examples, outputs) => tf.randomUniformInt([examples, outputs], 0, 2).cast('float32').mul(2).sub(1),
  class: (tf, examples, outputs) => tf.randomUniformInt([examples, 1], 0, outputs).cast('float32'),
  oneHot: (tf, examples, outputs) => tf.oneHot(tf.randomUniformInt([examples], 0, outputs), outputs).cast('float32'),
} satisfies Record<string, (tf: TensorFlowJs, examples: number, outputs: number) => tf.Tensor>;

type TensorFlowJs = typeof tf;

/** The losses that `model.compile` takes by name, and those of `tf.losses`. */
const losses: readonly (readonly [name: string, OutputActivation, keyof typeof labels])[] = [
  ['meanSquaredError', 'linear', 'numbers'],
  ['meanAbsoluteError', 'linear', 'numbers'],
  ['meanSquaredLogarithmicError', 'softplus', 'positiveNumbers'],
  ['meanAbsolutePercentageError', 'linear', 'positiveNumbers'],
  ['logcosh', 'linear', 'numbers'],
  ['cosineProximity', 'linear', 'numbers'],
  ['poisson', 'softplus', 'positiveNumbers'],
  ['hinge', 'linear', 'signs'],
  ['squaredHinge', 'linear', 'signs'],
  ['categoricalHinge', 'linear', 'oneHot'],
  ['categoricalCrossentropy', 'softmax', 'oneHot'],
  ['sparseCategoricalCrossentropy', 'softmax', 'class'],
  ['kullbackLeiblerDivergence', 'softmax', 'oneHot'],
  ['binaryCrossentropy', 'sigmoid', 'bits'],
  ['tf.losses.softmaxCrossEntropy', 'linear', 'oneHot'],
  ['tf.losses.sigmoidCrossEntropy', 'linear', 'bits'],
  ['tf.losses.meanSquaredError', 'linear', 'numbers'],
  ['tf.losses.absoluteDifference', 'linear', 'numbers'],
  ['tf.losses.huberLoss', 'linear', 'numbers'],
  ['tf.losses.hingeLoss', 'linear', 'bits'],
  ['tf.losses.logLoss', 'sigmoid', 'bits'],
];

/** The losses in turn. */
export function lossFor(turn: number, outputs: number): Loss {
  const [name, activation, kind] = losses[turn % losses.length]!;
  const ofCore = 'tf.losses.';
  return {
    name,
    activation,
    labels: (examples) => labels[kind](tensorFlowJs(), examples, outputs),
    compute: name.startsWith(ofCore) ? coreLoss(name.slice(ofCore.length)) : layersLoss(name),
  };
}

function coreLoss(name: string): Loss['compute'] {
  return (tensorFlowJs().losses as unknown as Record<string, Loss['compute']>)[name]!;
}

/** tfjs-layers finds a loss by its name when a model is compiled, and exports no other way to it. */
function layersLoss(name: string): Loss['compute'] {
  const tf = tensorFlowJs();
  const input = tf.input({ shape: [1] });
  const model = tf.model({ inputs: input, outputs: input });
  const optimizer = tf.train.sgd(1);
  model.compile({ loss: name, optimizer });
  optimizer.dispose();
  return (model as unknown as { lossFunctions: Loss['compute'][] }).lossFunctions[0]!;
}
