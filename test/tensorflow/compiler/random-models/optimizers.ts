import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../../../src/tensorflow/tensorflow-js';

type Train = typeof tf.train;

const optimizers: Record<string, (train: Train, rate: number) => tf.Optimizer> = {
  sgd: (train, rate) => train.sgd(rate),
  momentum: (train, rate) => train.momentum(rate, 0.9),
  'nesterov momentum': (train, rate) => train.momentum(rate, 0.9, true),
  adam: (train, rate) => train.adam(rate),
  adamax: (train, rate) => train.adamax(rate, 0.9, 0.999, 1e-8, 0.01),
  rmsprop: (train, rate) => train.rmsprop(rate),
  'rmsprop with momentum': (train, rate) => train.rmsprop(rate, 0.9, 0.5),
  // TensorFlow.js subtracts ε in this one: a positive ε gives NaN wherever a gradient is 0.
  'centered rmsprop': (train, rate) => train.rmsprop(rate, 0.9, 0.5, -1e-7, true),
  adagrad: (train, rate) => train.adagrad(rate),
  adadelta: (train, rate) => train.adadelta(rate),
};

/** The optimizers of `tf.train` in turn. */
export function optimizerFor(turn: number, rate: number): { readonly name: string; make(): tf.Optimizer } {
  const names = Object.keys(optimizers);
  const name = names[turn % names.length]!;
  return { name: `${name} ${rate}`, make: () => optimizers[name]!(tensorFlowJs().train, rate) };
}
