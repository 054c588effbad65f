import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../tensorflow-js';
import { activeRecorder } from './recorder';

/**
 * A number in a step that JavaScript may change, as it may an optimizer's learning rate: a float32 scalar that is read anew at the start of
 * each native call, or in each step where the steps run operation by operation. To be called in the step, outside of its loops.
 */
export function stepParameter(read: () => number): tf.Scalar {
  const recorder = activeRecorder();
  return recorder?.isListening ? (recorder.parameter(read) as tf.Scalar) : tensorFlowJs().scalar(read());
}
