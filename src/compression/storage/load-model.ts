import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { buildModel } from './build-model';
import { readModel } from './read-model';
import { registerLayers } from './registered-layers';
import { checkFolder } from './save-model';

/**
 * The model in a folder that `saveModel` wrote, TensorFlow.js's own `model.save`, or its converter for Keras models; on every
 * backend. The layers of this library are known; other layers must have been registered. If the optimizer was saved, the model is
 * compiled and goes on from its state.
 *
 * The files of `saveModel` are compared with the hashes that it stored. Whatever is wrong is thrown before anything is kept in memory.
 *
 * @throws ModelFileError if a file is missing, truncated or damaged, a class is not registered, or the weights are not those of
 *   the layers
 */
export async function loadModel(folder: string): Promise<tf.LayersModel> {
  checkFolder('loadModel', folder);
  registerLayers();
  return buildModel(await readModel(folder), join(folder, 'model.json'));
}
