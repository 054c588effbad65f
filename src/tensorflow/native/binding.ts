import type * as tf from '@tensorflow/tfjs';
import { nativeTensorFlow } from '../backend';

/** The part of tfjs-node's native addon that is used here. Tensors are numbers that it hands out, each only once. */
export interface Binding {
  createTensor(shape: readonly number[], dtype: number, data: Float32Array | Int32Array | Uint8Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array | BigInt64Array | Uint8Array[];
  executeOp(
    name: string,
    attributes: readonly BindingAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): TensorDescription[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** Names are `node:output`, joined by commas. */
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): TensorDescription[];
  getNumOfTensors(): number;
}

/** An operation's attribute as the binding takes it; `type` is a `TF_AttrType`. */
export interface BindingAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** A new tensor, of which the caller becomes the owner. */
export interface TensorDescription {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** The part of tfjs-node's backend that is used here. */
export interface NativeBackend {
  binding: Binding;
  /** The numbers of tensors, which stay the tensors' own. Values that only JavaScript had are copied to the native side. */
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
  /** A tensor of TensorFlow.js that becomes the owner. */
  createOutputTensor(tensor: TensorDescription): tf.Tensor;
}

/** @throws where another backend than the native one runs. */
export function nativeBackend(): NativeBackend {
  const tf = nativeTensorFlow();
  if (tf === undefined) {
    throw new Error('TensorFlow operations need the native backend, which is not loaded here; see `npm run doctor`');
  }
  return tf.findBackend('tensorflow') as unknown as NativeBackend;
}

/** @throws where another backend than the native one runs. */
export function nativeBinding(): Binding {
  return nativeBackend().binding;
}
