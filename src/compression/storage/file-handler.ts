import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';
import { readModel } from './read-model';
import { registerLayers } from './registered-layers';
import { checkFolder, checkShardBytes } from './save-model';
import { writeModel } from './write-model';

/**
 * A folder for `model.save` and `tf.loadLayersModel`, on every backend, with the safety of `saveModel` and `loadModel`:
 * `model.save(withStoredWeights(fileHandler('models/net'), 'uint8'))`.
 *
 * @param shardBytes as in `saveModel`
 * @throws RangeError if an argument is not allowed; saving and loading throw ModelFileError
 */
export function fileHandler(folder: string, { shardBytes = 4 * 2 ** 20 }: { readonly shardBytes?: number } = {}): tf.io.IOHandler {
  checkFolder('fileHandler', folder);
  checkShardBytes('fileHandler', shardBytes);
  return {
    async save(artifacts) {
      await writeModel(folder, artifacts, shardBytes);
      return { modelArtifactsInfo: tensorFlowJs().io.getModelArtifactsInfoForJSON(artifacts) };
    },
    load() {
      registerLayers();
      return readModel(folder);
    },
  };
}
