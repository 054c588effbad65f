import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  compress, fit, flatten, learningRateScheduler, oneHot, onlyKernels, saveModel, scale, toPlainModel, type LabelledImages,
} from '../../src';
import type { DemoSettings } from './settings';

/** Images as [n, 28, 28, 1], pixels from 0 to 1, and labels as rows with a one. The tensors are the caller's. */
export function tensors({ images, labels }: LabelledImages): { x: tf.Tensor4D; y: tf.Tensor2D } {
  return {
    x: tf.tensor4d(Float32Array.from(scale(flatten(images)).data), [labels.length, 28, 28, 1]),
    y: tf.tensor2d(Float32Array.from(oneHot(labels, 10).data), [labels.length, 10]),
  };
}

/**
 * Trains the dense network, cuts its hidden layers to a rank, trains on, and saves both in TensorFlow.js's own format: `dense` in
 * float32, `compressed` as plain layers in uint8. A training that was broken off goes on where it was.
 *
 * @param folder of the two models; made if it is missing
 * @param checkpoints a folder for trainings with these settings and images alone; made if it is missing
 */
export async function trainModels(images: LabelledImages, settings: DemoSettings, folder: string, checkpoints: string): Promise<void> {
  await mkdir(checkpoints, { recursive: true });
  const { x, y } = tensors(images);
  const models: tf.LayersModel[] = [];
  const keep = <M extends tf.LayersModel>(model: M): M => (models.push(model), model);
  try {
    const dense = keep(denseNetwork(settings));
    console.log(`The dense network, ${dense.countParams().toLocaleString('en-US')} parameters`);
    await trainFalling(dense, x, y, settings.denseEpochs, join(checkpoints, 'dense'));
    await saveModel(dense, join(folder, 'dense'));

    const { model, report } = compress(dense, { rank: settings.rank });
    const compressed = keep(model);
    console.log(`The same at rank ${settings.rank}, ${report.parametersAfter.toLocaleString('en-US')} parameters`);
    await trainFalling(compressed, x, y, settings.tunedEpochs, join(checkpoints, 'compressed'));
    await saveModel(keep(toPlainModel(compressed)), join(folder, 'compressed'), { weights: onlyKernels('uint8') });
  } finally {
    models.forEach((model) => model.dispose());
    tf.dispose([x, y]);
  }
}

function denseNetwork({ hiddenLayers, width }: DemoSettings): tf.Sequential {
  const dense = (name: string, units: number, activation: 'relu' | 'softmax', seed: number) =>
    tf.layers.dense({ name, units, activation, kernelInitializer: tf.initializers.glorotUniform({ seed }) });
  const hidden = Array.from({ length: hiddenLayers }, (_, i) => dense(`hidden_${i + 1}`, width, 'relu', i + 1));
  const model = tf.sequential({
    layers: [tf.layers.flatten({ inputShape: [28, 28, 1] }), ...hidden, dense('output', 10, 'softmax', hiddenLayers + 1)],
  });
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** Adam at a learning rate that falls to zero. */
async function trainFalling(model: tf.LayersModel, x: tf.Tensor, y: tf.Tensor, epochs: number, path: string): Promise<void> {
  const schedule = learningRateScheduler((epoch) => 0.001 * (1 - epoch / epochs));
  await fit(model, x, y, { epochs, batchSize: 128, seed: 0, callbacks: [schedule], checkpoint: { path } });
}
