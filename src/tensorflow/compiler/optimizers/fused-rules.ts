import type * as tf from '@tensorflow/tfjs';
import { bool, type } from '../../native/attributes';
import { tensorFlowJs } from '../../tensorflow-js';
import type { FusedRule, Slots, UpdateRecorder } from './rules';

/*
 * What each optimizer of TensorFlow.js 4.22 computes, in the terms of TensorFlow's `core/kernels/training_ops.cc`; g is
 * the gradient, θ the variable, η the learning rate.
 */

const attributes = { T: type('float32'), use_locking: bool(false) };

interface Sgd {
  /** −η: what the optimizer computes with; it changes with `setLearningRate`, not with `learningRate`. */
  readonly c: tf.Scalar;
}

/** θ ← θ − η·g */
export function sgd(recorder: UpdateRecorder, optimizer: Sgd): FusedRule {
  const rate = recorder.parameter(() => -optimizer.c.dataSync()[0]);
  return {
    kind: 'fused',
    note: (variable, gradient) =>
      recorder.update('ResourceApplyGradientDescent', [variable, rate, gradient], attributes, [variable]),
  };
}

interface Momentum extends Sgd {
  /** μ: what the optimizer computes with. */
  readonly m: tf.Scalar;
  readonly useNesterov: boolean;
  readonly accumulations: Slots;
}

/** a ← μ·a + g; θ ← θ − η·a, or with Nesterov's form θ − η·(g + μ·a) */
export function momentum(recorder: UpdateRecorder, optimizer: Momentum): FusedRule {
  const rate = recorder.parameter(() => -optimizer.c.dataSync()[0]);
  const factor = recorder.parameter(() => optimizer.m.dataSync()[0]);
  const use_nesterov = bool(optimizer.useNesterov);
  return {
    kind: 'fused',
    note(variable, gradient, slot) {
      const accumulation = optimizer.accumulations[slot].variable;
      const inputs = [variable, accumulation, rate, gradient, factor];
      recorder.update('ResourceApplyMomentum', inputs, { ...attributes, use_nesterov }, [variable, accumulation]);
    },
  };
}

interface Adam {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** β1ᵗ and β2ᵗ of the next step t, which counts from 1. */
  readonly accBeta1: tf.Variable;
  readonly accBeta2: tf.Variable;
  readonly accumulatedFirstMoment: Slots;
  readonly accumulatedSecondMoment: Slots;
}

/**
 * m ← β1·m + (1−β1)·g; v ← β2·v + (1−β2)·g²; θ ← θ − η·m̂/(√v̂ + ε), with m̂ = m/(1−β1ᵗ) and v̂ = v/(1−β2ᵗ).
 * TensorFlow adds ε to √v instead: ε·√(1−β2ᵗ) makes the two equal.
 */
export function adam(recorder: UpdateRecorder, optimizer: Adam): FusedRule {
  const tf = tensorFlowJs();
  const { accBeta1, accBeta2 } = optimizer;
  const scale1 = () => averageScale(optimizer.beta1);
  const scale2 = () => Math.sqrt(averageScale(optimizer.beta2));
  const rate = recorder.parameter(() => (optimizer.learningRate * scale1()) / scale2());
  const [beta1, beta2] = [recorder.parameter(() => optimizer.beta1), recorder.parameter(() => optimizer.beta2)];
  const epsilon = recorder.parameter(() => optimizer.epsilon / scale2());
  const [power1, power2] = [accBeta1.clone(), accBeta2.clone()];
  const uncorrectedEpsilon = tf.mul(tf.sqrt(tf.sub(1, power2)), epsilon);
  const use_nesterov = bool(false);
  const [nextPower1, nextPower2] = [tf.mul(power1, beta1), tf.mul(power2, beta2)];
  return {
    kind: 'fused',
    note(variable, gradient, slot) {
      const first = optimizer.accumulatedFirstMoment[slot].variable;
      const second = optimizer.accumulatedSecondMoment[slot].variable;
      const inputs = [variable, first, second, power1, power2, rate, beta1, beta2, uncorrectedEpsilon, gradient];
      recorder.update('ResourceApplyAdam', inputs, { ...attributes, use_nesterov }, [variable, first, second]);
    },
    advance() {
      accBeta1.assign(nextPower1);
      accBeta2.assign(nextPower2);
    },
  };
}

interface Adamax {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly decay: number;
  readonly accBeta1: tf.Variable;
  /** t−1, a float. */
  readonly iteration: tf.Variable;
  readonly accumulatedFirstMoment: Slots;
  readonly accumulatedWeightedInfNorm: Slots;
}

/** m ← β1·m + (1−β1)·g; u ← max(β2·u, |g|); θ ← θ − η/(1 + decay·(t−1))/(1−β1ᵗ) · m/(u + ε) */
export function adamax(recorder: UpdateRecorder, optimizer: Adamax): FusedRule {
  const tf = tensorFlowJs();
  const { accBeta1, iteration } = optimizer;
  const initialRate = recorder.parameter(() => optimizer.learningRate * averageScale(optimizer.beta1));
  const decay = recorder.parameter(() => optimizer.decay);
  const [beta1, beta2] = [recorder.parameter(() => optimizer.beta1), recorder.parameter(() => optimizer.beta2)];
  const epsilon = recorder.parameter(() => optimizer.epsilon);
  const power = accBeta1.clone();
  const rate = tf.div(initialRate, tf.add(tf.mul(iteration, decay), 1));
  const [nextPower, nextIteration] = [tf.mul(power, beta1), tf.add(iteration, 1)];
  return {
    kind: 'fused',
    note(variable, gradient, slot) {
      const first = optimizer.accumulatedFirstMoment[slot].variable;
      const norm = optimizer.accumulatedWeightedInfNorm[slot].variable;
      const inputs = [variable, first, norm, power, rate, beta1, beta2, epsilon, gradient];
      recorder.update('ResourceApplyAdaMax', inputs, attributes, [variable, first, norm]);
    },
    advance() {
      accBeta1.assign(nextPower);
      iteration.assign(nextIteration);
    },
  };
}

export interface RmsProp {
  readonly learningRate: number;
  readonly decay: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;
  readonly accumulatedMeanSquares: Slots;
  readonly accumulatedMoments: Slots;
  readonly accumulatedMeanGrads: Slots;
}

/** s ← ρ·s + (1−ρ)·g²; a ← μ·a + η·g/√(s + ε); θ ← θ − a, with ρ = `decay` */
export function rmsProp(recorder: UpdateRecorder, optimizer: RmsProp): FusedRule {
  const scale = () => averageScale(optimizer.decay);
  const rate = recorder.parameter(() => optimizer.learningRate / Math.sqrt(scale()));
  const decay = recorder.parameter(() => optimizer.decay);
  const factor = recorder.parameter(() => optimizer.momentum);
  const epsilon = recorder.parameter(() => optimizer.epsilon / scale());
  return {
    kind: 'fused',
    note(variable, gradient, slot) {
      const square = optimizer.accumulatedMeanSquares[slot].variable;
      const moment = optimizer.accumulatedMoments[slot].variable;
      const inputs = [variable, square, moment, rate, decay, factor, epsilon, gradient];
      recorder.update('ResourceApplyRMSProp', inputs, attributes, [variable, square, moment]);
    },
  };
}

/**
 * By what factor a running average of TensorFlow.js, βx + (1−β)y, exceeds the one of TensorFlow's fused operations. The
 * weight of a new value is 1−β rounded to float32 in the one, and 1 minus β rounded to float32 in the other: a relative
 * 1.3e-5 apart for β = 0.999. Put into the learning rate and ε, the factor makes the updates agree; the accumulators
 * differ by it.
 */
function averageScale(beta: number): number {
  const fused = 1 - Math.fround(beta);
  return fused === 0 ? 1 : Math.fround(1 - beta) / fused;
}
