import type * as tf from '@tensorflow/tfjs';
import { attributeTypes } from '../native/attributes';
import { nativeBackend, type BindingAttribute, type NativeBackend } from '../native/binding';
import { dataTypes, type DataType } from '../native/data-types';
import { tensorFlowJs } from '../tensorflow-js';
import type { Draw, Key } from './distribution';

const operations = {
  uniform: 'StatelessRandomUniformV2',
  normal: 'StatelessRandomNormalV2',
  truncatedNormal: 'StatelessTruncatedNormalV2',
} as const;

/**
 * Draws by TensorFlow's stateless operations. Where the stream has a `stepTensor` their counter is computed from it by
 * operations, so that whoever records them records draws that follow the step.
 */
export function nativeDraw({ step, stepTensor }: { readonly step: number; readonly stepTensor?: tf.Tensor }): Draw {
  const tf = tensorFlowJs();
  return (distribution, shape, key, index) =>
    tf.tidy(() => {
      const backend = nativeBackend();
      const counter =
        stepTensor === undefined
          ? words([0, 0, index, step])
          : tf.add(words([0, 0, index, 0]), tf.mul(stepTensor, words([0, 0, 0, 1])));
      const inputs = [tf.tensor1d([...shape], 'int32'), words(key), counter, tf.scalar(philox, 'int32')];
      if (typeof distribution === 'string') return execute(backend, operations[distribution], 'float32', inputs);
      const { from, below } = distribution;
      inputs.push(tf.scalar(from, 'int32'), tf.scalar(below, 'int32'));
      return execute(backend, 'StatelessRandomUniformIntV2', 'int32', inputs);
    });
}

/** `Algorithm::RNG_ALG_PHILOX` in TensorFlow's `rng_alg.h`. */
const philox = 1;

/** 64-bit integers, each as two 32-bit words, the low one first. */
function words(values: Key | readonly number[]): tf.Tensor {
  return tensorFlowJs().tensor2d(Int32Array.from(values), [values.length / 2, 2], 'int32');
}

/** The key and the counter, inputs 1 and 2, must be uint64, which no tensor of TensorFlow.js can be. */
function execute(backend: NativeBackend, operation: string, dtype: DataType, inputs: readonly tf.Tensor[]): tf.Tensor {
  const { binding } = backend;
  const ids = backend.getInputTensorIds(inputs);
  const unsigned: number[] = [];
  try {
    for (const input of [1, 2]) {
      const attributes = [typeAttribute('T', 'int32'), typeAttribute('type', 'uint64')];
      ids[input] = binding.executeOp('Bitcast', attributes, [ids[input]!], 1)[0]!.id;
      unsigned.push(ids[input]);
    }
    const attributes = [typeAttribute('dtype', dtype), typeAttribute('Tshape', 'int32')];
    return backend.createOutputTensor(binding.executeOp(operation, attributes, ids, 1)[0]!);
  } finally {
    unsigned.forEach((id) => binding.deleteTensor(id));
  }
}

function typeAttribute(name: string, dtype: DataType): BindingAttribute {
  return { name, type: attributeTypes.type, value: dataTypes[dtype] };
}
