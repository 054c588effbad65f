/** What a training run recorded, one entry for each step that it completed. */
export interface History {
  /** Mean loss over the training set before the step's update. */
  readonly loss: readonly number[];
  /** Mean loss over the validation set after the step's update. */
  readonly validationLoss: readonly number[];
  /** All steps done, the stopping rule fulfilled, or the run interrupted; the network keeps what it had learnt. */
  readonly stoppedBy: 'steps' | 'early stopping' | 'interrupt';
  /** Wall-clock time of the steps, in seconds. */
  readonly seconds: number;
}
