import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';

/** A model saved in a folder, read as `tf.loadLayersModel('file://…')` does, which only the native backend has. */
export async function loadModel(folder: string): Promise<tf.LayersModel> {
  const tf = tensorFlowJs();
  const json = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as tf.io.ModelJSON;
  const [{ paths, weights }] = json.weightsManifest as [tf.io.WeightsManifestConfig[number]];
  const parts = await Promise.all(paths.map((path) => readFile(join(folder, path))));
  const weightData = new Uint8Array(Buffer.concat(parts)).buffer;
  const { modelTopology, trainingConfig, format } = json;
  return tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology, trainingConfig, format, weightSpecs: weights, weightData }),
  );
}
