import { operationThreads } from '../environment';
import type { SessionThreads } from '../native/session-config';

/** What a step has to do, as far as threads are concerned. */
export interface StepSize {
  /** FLOPs of its largest product or convolution. */
  readonly largestOperation: number;
  /** Elements of the variables that it changes, those of the optimizer included. */
  readonly changedElements: number;
  /** Whether XLA translates its loop. */
  readonly jitCompiled?: boolean;
}

/** A further thread costs an operation some microseconds; so many FLOPs must each thread have for that to pay. */
const operationsPerThread = 1.75e7;

/** The same where XLA has translated the loop, and how many FLOPs take as long as changing one element there. */
const translated = { operationsPerThread: 5e6, operationsPerChange: 2.5 } as const;

/** Smaller steps are over before a second thread has been of use. */
const small: StepSize = { largestOperation: 1.5e7, changedElements: 4e5 };

/**
 * How many threads a compiled step's session should have: for the work of one operation, and for operations beside each
 * other. A step that changes variables mostly has two at a time, the gradients of a layer's weights and of its inputs:
 * they share the cores, unless each is large enough for all of them.
 *
 * By rule and not by trial, so that a training gives the same numbers each time. Measured on two cores (AMD EPYC,
 * TensorFlow 2.21) for 60 steps: dense nets 50 to 1024 wide and convolutional ones, batches of 1 to 5000, Adam, SGD and
 * forward passes. The rule costs 3 % more than the best of four choices on average and 45 % at most; two threads for
 * both, always, 13 % and 83 %. In milliseconds a step, for (operation, beside), what the rule takes in bold; all are in
 * `test/tensorflow/compiler/threads-measured.json`:
 *
 * | step | largest operation | (1, 1) | (1, 2) | (2, 1) | (2, 2) |
 * | --- | --- | --- | --- | --- | --- |
 * | 784-100-50-10, Adam, batch 32 | 5.0e6 FLOPs | **0.244** | 0.262 | 0.385 | 0.305 |
 * | 784-512-512-10, Adam, batch 8 | 6.4e6 | 0.764 | **0.606** | 0.998 | 0.746 |
 * | 784-256-256-10, Adam, batch 128 | 5.1e7 | 1.82 | **1.62** | 1.56 | 1.30 |
 * | 784-5×1024-10, Adam, batch 32 | 6.7e7 | 21.9 | **13.7** | 18.2 | 16.8 |
 * | 784-5×1024-10, forward, batch 32 | 6.7e7 | 4.73 | 4.98 | **3.11** | 3.17 |
 * | 784-512-512-10, Adam, batch 128 | 1.0e8 | 4.75 | 3.93 | 3.45 | **3.14** |
 * | 784-5×1024-10, Adam, batch 512 | 1.1e9 | 155 | 112 | 86.4 | **83.6** |
 *
 * What XLA translates does one operation after another, and shares out even small ones: at batch 32 two threads took
 * 0.66 ms instead of 0.23 for 784-100-50-10, and 13.5 instead of 21.5 for 784-5×1024-10. The rule takes the better
 * number for each of 17 such steps. For more cores than two it is an extrapolation.
 */
export function threadsFor(step: StepSize, cores = operationThreads()): SessionThreads {
  const { largestOperation, changedElements } = step;
  const atMost = (count: number, most: number) => Math.max(1, Math.min(Math.floor(count), most));
  if (step.jitCompiled) {
    const work = Math.max(largestOperation, translated.operationsPerChange * changedElements);
    return { intraOp: atMost(work / translated.operationsPerThread, cores), interOp: 1 };
  }
  const beside = changedElements > 0 ? 2 : 1;
  const paying = largestOperation / operationsPerThread;
  const isSmall = largestOperation < small.largestOperation && changedElements < small.changedElements;
  return {
    intraOp: paying >= beside * cores ? cores : atMost(paying, Math.ceil(cores / beside)),
    interOp: beside === 1 || isSmall ? 1 : cores,
  };
}
