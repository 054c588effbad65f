/** What a training recorded, as `model.fit` does, and how it went. */
export interface FitHistory {
  /** The epochs that were completed, counted from zero. */
  readonly epoch: readonly number[];
  /**
   * Loss and metrics by name (`loss`, `acc`, `val_loss` …), one entry for each completed epoch: the mean over its
   * batches, each taken before its update, and over the validation examples after the last update.
   */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /**
   * All epochs done, stopped by a callback, or interrupted. An interrupted epoch is not in the history; its updates are
   * in the model.
   */
  readonly stoppedBy: 'epochs' | 'early stopping' | 'interrupt';
  /** The seed of shuffling and of the model's random operations: give it to `fit` for the same training again. */
  readonly seed: number;
  /** Wall-clock time of the epochs in seconds, those before a resumption included. */
  readonly seconds: number;
  /** The number of epochs that came from a checkpoint; 0 for a training from its beginning. */
  readonly resumedEpochs: number;
  /** Whether the steps ran as one native graph or operation by operation; undefined if none was run. */
  readonly execution: 'compiled' | 'eager' | undefined;
}
