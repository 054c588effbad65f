/** TensorFlow.js, loaded on the first call: importing this project does not load it. */
export function tensorFlowJs(): typeof import('@tensorflow/tfjs') {
  return require('@tensorflow/tfjs') as typeof import('@tensorflow/tfjs');
}
