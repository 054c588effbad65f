import type * as tf from '@tensorflow/tfjs';
import type { FitCallback, Logs } from './callback';

/**
 * Ends a training whose loss is NaN or infinite, after the native call that brought it about: Keras's `TerminateOnNaN`.
 * Without it a training goes on, and its epoch lines say `loss: nan`.
 */
export function terminateOnNaN(): FitCallback {
  let model: tf.LayersModel | undefined;
  return {
    setModel(trained) {
      model = trained;
    },
    onBatchEnd(batch: number, logs?: Logs) {
      if (Number.isFinite(logs?.loss) || model!.stopTraining) return;
      console.warn(`Batch ${batch}: the loss is ${logs?.loss}; the training ends.`);
      model!.stopTraining = true;
    },
  };
}
