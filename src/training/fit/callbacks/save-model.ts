import type * as tf from '@tensorflow/tfjs';
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tensorFlowJs } from '../../../tensorflow/tensorflow-js';
import { writeAtomically } from '../checkpoint/atomic-write';

/**
 * Saves a model in TensorFlow.js's own format, so that `tf.loadLayersModel('file://FOLDER/model.json')` reads it. A
 * process that is killed meanwhile leaves the model that was there before: `model.json` changes at one stroke, and
 * names its weights' file.
 */
export async function saveModel(model: tf.LayersModel, folder: string, config: tf.io.SaveConfig): Promise<void> {
  const tf = tensorFlowJs();
  const artifacts = await artifactsOf(model, config);
  const weights = Buffer.from(tf.io.CompositeArrayBuffer.join(artifacts.weightData));
  const name = `weights-${createHash('sha256').update(weights).digest('hex').slice(0, 16)}.bin`;
  const { modelTopology, weightSpecs = [], format, generatedBy, convertedBy, trainingConfig } = artifacts;
  const weightsManifest = [{ paths: [name], weights: weightSpecs }];
  const json = { modelTopology, format, generatedBy, convertedBy, trainingConfig, weightsManifest };
  await writeAtomically(join(folder, name), [weights]);
  await writeAtomically(join(folder, 'model.json'), [Buffer.from(JSON.stringify(json))]);
  for (const other of await readdir(folder)) {
    if (/^weights-[0-9a-f]{16}\.bin(\.part)?$/.test(other) && other !== name)
      await rm(join(folder, other), { force: true });
  }
}

async function artifactsOf(model: tf.LayersModel, config: tf.io.SaveConfig): Promise<tf.io.ModelArtifacts> {
  const tf = tensorFlowJs();
  let artifacts: tf.io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler(async (given) => {
    artifacts = given;
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(given) };
  });
  await model.save(handler, config);
  return artifacts!;
}
