import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../tensorflow-js';
import type { RmsProp } from './fused-rules';
import type { OrdinaryRule, Slots, UpdateRecorder } from './rules';

interface Adagrad {
  readonly learningRate: number;
  readonly accumulatedGrads: Slots;
}

/** s ← s + g²; θ ← θ − η·g/√(s + ε). TensorFlow's operations have ε outside the root or none. */
export function adagrad(recorder: UpdateRecorder, optimizer: Adagrad): OrdinaryRule {
  const tf = tensorFlowJs();
  const rate = recorder.parameter(() => optimizer.learningRate);
  const epsilon = tf.backend().epsilon();
  return {
    kind: 'ordinary',
    apply(variable, gradient, slot) {
      const sum = optimizer.accumulatedGrads[slot].variable;
      sum.assign(tf.add(sum, tf.square(gradient)));
      descend(variable, rate, tf.div(gradient, tf.sqrt(tf.add(sum, epsilon))));
    },
  };
}

interface Adadelta {
  readonly learningRate: number;
  readonly rho: number;
  readonly epsilon: number;
  readonly accumulatedGrads: Slots;
  readonly accumulatedUpdates: Slots;
}

/**
 * d = g·√(u + ε)/√(s + ε); s ← ρ·s + (1−ρ)·g²; u ← ρ·u + (1−ρ)·d²; θ ← θ − η·d.
 * TensorFlow's operation divides by the new s, TensorFlow.js by the old one.
 */
export function adadelta(recorder: UpdateRecorder, optimizer: Adadelta): OrdinaryRule {
  const tf = tensorFlowJs();
  const rate = recorder.parameter(() => optimizer.learningRate);
  const epsilon = recorder.parameter(() => optimizer.epsilon);
  const average = runningAverage(recorder, () => optimizer.rho);
  return {
    kind: 'ordinary',
    apply(variable, gradient, slot) {
      const squares = optimizer.accumulatedGrads[slot].variable;
      const updates = optimizer.accumulatedUpdates[slot].variable;
      const root = (x: tf.Tensor) => tf.sqrt(tf.add(x, epsilon));
      const update = tf.mul(tf.div(root(updates), root(squares)), gradient);
      squares.assign(average(squares, tf.square(gradient)));
      updates.assign(average(updates, tf.square(update)));
      descend(variable, rate, update);
    },
  };
}

/**
 * s ← ρ·s + (1−ρ)·g²; m ← ρ·m + (1−ρ)·g; a ← μ·a + η·g/√(s − m² − ε); θ ← θ − a.
 * The difference magnifies what is rounded differently: TensorFlow.js and the fused operation disagree on 1−ρ in
 * float32, and no factor mends a first and a second moment at once.
 */
export function centeredRmsProp(recorder: UpdateRecorder, optimizer: RmsProp): OrdinaryRule {
  const tf = tensorFlowJs();
  const rate = recorder.parameter(() => optimizer.learningRate);
  const factor = recorder.parameter(() => optimizer.momentum);
  const epsilon = recorder.parameter(() => optimizer.epsilon);
  const average = runningAverage(recorder, () => optimizer.decay);
  return {
    kind: 'ordinary',
    apply(variable, gradient, slot) {
      const squares = optimizer.accumulatedMeanSquares[slot].variable;
      const means = optimizer.accumulatedMeanGrads[slot].variable;
      const moments = optimizer.accumulatedMoments[slot].variable;
      squares.assign(average(squares, tf.square(gradient)));
      means.assign(average(means, gradient));
      const deviation = tf.sqrt(tf.sub(squares, tf.add(tf.square(means), epsilon)));
      moments.assign(tf.add(tf.mul(moments, factor), tf.div(tf.mul(gradient, rate), deviation)));
      variable.assign(tf.sub(variable, moments));
    },
  };
}

function runningAverage(recorder: UpdateRecorder, decay: () => number) {
  const tf = tensorFlowJs();
  const [kept, added] = [recorder.parameter(decay), recorder.parameter(() => 1 - decay())];
  return (average: tf.Tensor, value: tf.Tensor) => tf.add(tf.mul(average, kept), tf.mul(value, added));
}

function descend(variable: tf.Variable, rate: tf.Tensor, direction: tf.Tensor): void {
  const tf = tensorFlowJs();
  variable.assign(tf.sub(variable, tf.mul(direction, rate)));
}
