import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';
import { checkStoredWeights, quantizeArtifacts, type StoredWeightsRule } from './quantize-artifacts';

/**
 * A handler that stores smaller weights wherever another one saves to: `model.save(withStoredWeights('downloads://net', 'uint8'))`.
 *
 * @param handler a handler of TensorFlow.js, or a URL that it has one for
 * @param weights as in `quantizeArtifacts`, which says what saving throws
 * @throws RangeError if there is no such way to store weights, or no handler for the URL that saves
 */
export function withStoredWeights(handler: tf.io.IOHandler | string, weights: StoredWeightsRule): tf.io.IOHandler {
  checkStoredWeights('withStoredWeights', weights);
  const { io } = tensorFlowJs();
  const saver = typeof handler === 'string' ? io.getSaveHandlers(handler)[0] : handler;
  if (typeof saver?.save !== 'function') {
    const what = typeof handler === 'string' ? `'${handler}', for which TensorFlow.js has no handler that saves here` : 'a handler that cannot save';
    throw new RangeError(`withStoredWeights: handler is ${what}; give one with a function save, or a URL such as 'indexeddb://net'`);
  }
  const loader = typeof handler === 'string' ? io.getLoadHandlers(handler)[0] : handler;
  return {
    save: async (artifacts) => saver.save!(quantizeArtifacts(artifacts, weights)),
    ...(loader?.load && { load: () => loader.load!() }),
  };
}
