import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';

/** What `model.save` hands to a handler. */
export async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts = {};
  const save = async (given: tf.io.ModelArtifacts): Promise<tf.io.SaveResult> => {
    artifacts = given;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  };
  await model.save({ save });
  return artifacts;
}

/** Artifacts of weights alone. */
export function weightArtifacts(weights: Record<string, Float32Array | Int32Array>, group?: 'optimizer'): tf.io.ModelArtifacts {
  const weightSpecs = Object.entries(weights).map(([name, { length, constructor }]) => ({
    name,
    shape: [length],
    dtype: constructor === Int32Array ? ('int32' as const) : ('float32' as const),
    ...(group && { group }),
  }));
  return { weightSpecs, weightData: new Uint8Array(Buffer.concat(Object.values(weights).map(({ buffer }) => Buffer.from(buffer)))).buffer };
}

/** The weights as TensorFlow.js decodes them. */
export function decoded({ weightSpecs, weightData }: tf.io.ModelArtifacts): Record<string, Float32Array | Int32Array> {
  const { io, dispose } = tensorFlowJs();
  const tensors = io.decodeWeights(weightData!, weightSpecs!);
  const values = Object.entries(tensors).map(([name, tensor]) => [name, tensor.dataSync().slice()]);
  dispose(tensors);
  return Object.fromEntries(values);
}
