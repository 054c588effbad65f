import type { FitCallback, Logs } from '../../../src/training';

/** The seconds and the mean loss of each epoch of a `fit`, and the loss of each step. */
export class EpochTimes implements FitCallback {
  readonly seconds: number[] = [];
  readonly meanLosses: number[] = [];
  readonly losses: number[] = [];
  #begin = 0;

  onEpochBegin(): void {
    this.#begin = performance.now();
  }

  onEpochEnd(_epoch: number, logs?: Logs): void {
    this.meanLosses.push(logs!.loss!);
    this.seconds.push((performance.now() - this.#begin) / 1000);
  }

  onBatchEnd(_batch: number, logs?: Logs): void {
    this.losses.push(logs!.loss!);
  }
}
