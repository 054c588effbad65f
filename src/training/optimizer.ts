import type { Float64Math, Float64Tensor } from '../tensorflow';

/** A rule that turns gradients into changes of the parameters. Holds hyperparameters only, so one can serve many runs. */
export interface Optimizer {
  readonly name: string;
  /** Begins a run: whatever the rule remembers from step to step starts afresh. */
  start(math: Float64Math, shapes: readonly (readonly number[])[]): OptimizerRun;
}

/** What an optimizer remembers during one run. */
export interface OptimizerRun {
  /** The parameters after one step, as new tensors; gradients and parameters are left as they are. */
  update(parameters: readonly Float64Tensor[], gradients: readonly Float64Tensor[]): Float64Tensor[];
  dispose(): void;
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
