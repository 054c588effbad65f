import type * as tf from '@tensorflow/tfjs';
import { attributeTypes } from '../native/attributes';
import { nativeBackend } from '../native/binding';
import { dataTypes } from '../native/data-types';
import { withUndo } from '../recovery';
import { tensorFlowJs } from '../tensorflow-js';

/**
 * Runs `body`, in which `tf.losses.softmaxCrossEntropy` computes loss and gradient by TensorFlow's one operation for both,
 * where TensorFlow.js has some twenty. Values are the same up to rounding.
 */
export function withFusedLosses<T>(body: () => T): T {
  const { losses } = tensorFlowJs();
  const original = losses.softmaxCrossEntropy;
  losses.softmaxCrossEntropy = ((labels, logits, weights, labelSmoothing = 0, reduction) =>
    isFloatMatrix(labels) && isFloatMatrix(logits) && String(labels.shape) === String(logits.shape)
      ? losses.computeWeightedLoss(crossEntropy(smoothed(labels, labelSmoothing), logits), weights, reduction)
      : original(labels, logits, weights, labelSmoothing, reduction)) as typeof original;
  return withUndo(() => (losses.softmaxCrossEntropy = original), body);
}

function smoothed(labels: tf.Tensor2D, smoothing: number): tf.Tensor2D {
  return smoothing > 0 ? labels.mul<tf.Tensor2D>(1 - smoothing).add(smoothing / labels.shape[1]) : labels;
}

/** −Σ labels·log softmax(logits) of each row. */
function crossEntropy(labels: tf.Tensor2D, logits: tf.Tensor2D): tf.Tensor {
  const tf = tensorFlowJs();
  const backend = nativeBackend();
  return tf.customGrad((...args) => {
    const [givenLabels, givenLogits, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const T = { name: 'T', type: attributeTypes.type, value: dataTypes.float32 };
    const ids = backend.getInputTensorIds([givenLogits, givenLabels]);
    const outputs = backend.binding.executeOp('SoftmaxCrossEntropyWithLogits', [T], ids, 2);
    const [value, gradient] = outputs.map((output) => backend.createOutputTensor(output)) as [tf.Tensor, tf.Tensor];
    save([gradient]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const logitsGradient = saved[0]!.mul(dy.reshape([-1, 1]));
      return [logitsGradient.neg(), logitsGradient];
    };
    return { value, gradFunc };
  })(labels, logits);
}

function isFloatMatrix(value: unknown): value is tf.Tensor2D {
  return value instanceof tensorFlowJs().Tensor && value.rank === 2 && value.dtype === 'float32';
}
