import type { Float64Math, Float64Tensor } from '../tensorflow';

/** A rule that turns gradients into changes of the parameters. It remembers nothing itself, so one can serve many runs. */
export interface Optimizer {
  readonly name: string;
  /** What the rule remembers of each parameter from step to step: one tensor of zeros, of the parameter's shape, for each. */
  readonly slots: number;
  /** The step size at a step, counted from 0; hyperparameters that change with the steps are in it. */
  rate(step: number): number;
  /** A parameter and its slots after a step of size `rate`, a scalar, as new tensors. */
  update(math: Float64Math, parameter: ParameterState, gradient: Float64Tensor, rate: Float64Tensor): ParameterState;
}

/** A parameter with what an optimizer remembers of it. */
export interface ParameterState {
  readonly value: Float64Tensor;
  readonly slots: readonly Float64Tensor[];
}

/** Keras keeps an optimizer's hyperparameters as 32-bit floats, also when it trains 64-bit weights. */
export const asKerasKeepsIt = Math.fround;

/** @throws RangeError unless the value is a finite number above 0. */
export function checkPositive(name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new RangeError(`${name} is ${value}; it must be a finite number above 0`);
  }
}

/** @throws RangeError unless 0 ≤ value < 1. */
export function checkDecay(name: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw new RangeError(`${name} is ${value}; it must be at least 0 and below 1`);
}
