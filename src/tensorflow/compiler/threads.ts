import { operationThreads } from '../environment';
import type { SessionThreads } from '../native/session-config';

/** What a step has to do, as far as threads are concerned. */
export interface StepSize {
  /** FLOPs of its largest product or convolution. */
  readonly largestOperation: number;
  /** Elements of the variables that it changes. */
  readonly changedElements: number;
}

/**
 * How many threads a compiled step's session should have: for the work of one operation, and for operations beside each
 * other (the gradients and updates of different layers).
 *
 * By rule and not by trial, so that a training gives the same numbers each time. Measured on two cores, steps of dense nets (50 to
 * 1024 wide, batches of 1 to 2048) and convolutional ones, with Adam, as a share of the time on one thread, medians:
 *
 * | step | largest operation | 1 for each, 2 beside | 2 for each, 1 beside | 2 and 2 |
 * | --- | --- | --- | --- | --- |
 * | 784-100-50-10, batch 32 | 5e6 FLOPs | 1.13 | 1.94 | 1.45 |
 * | 784-512-512-10, batch 8 | 6e6 | 0.76 | 1.29 | 1.01 |
 * | 784-256-256-10, batch 32 | 1.3e7 | 0.92 | 1.18 | 0.94 |
 * | 784-512-512-10, batch 32 | 2.6e7 | 0.75 | 0.93 | 0.77 |
 * | 784-256-256-10, batch 128 | 5e7 | 0.86 | 0.87 | 0.73 |
 * | 784-100-50-10, batch 512 | 8e7 | 0.98 | 0.95 | 0.77 |
 * | convolutions of 32 and 64, batch 32 | 1.4e8 | 0.72 | 0.74 | 0.65 |
 * | 784-512-512-10, batch 512 | 4e8 | 0.82 | 0.58 | 0.60 |
 */
export function threadsFor({ largestOperation, changedElements }: StepSize, cores = operationThreads()): SessionThreads {
  return {
    intraOp: largestOperation < 3e7 ? 1 : cores,
    interOp: largestOperation < 1e7 && changedElements < 2e5 ? 1 : cores,
  };
}
