import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';
import { modelArtifacts } from './model-artifacts';
import { checkStoredWeights, quantizeArtifacts, type StoredWeightsRule } from './quantize-artifacts';
import { writeModel, type SavedModelInfo } from './write-model';

/** How `saveModel` stores a model; all of it may be left out. */
export interface SaveModelOptions {
  /** How the weights are stored; 'float32' by default. */
  readonly weights?: StoredWeightsRule;
  /** Whether the optimizer's state and what the model was compiled with are saved too, the state always as it is; false by default. */
  readonly includeOptimizer?: boolean;
  /** The length of each file of weights but the last, in bytes; 4 MiB by default, as much as browsers cache. */
  readonly shardBytes?: number;
  /** What is to be known with the model, a plain object; by default, what `model.setUserDefinedMetadata` was given. */
  readonly userDefinedMetadata?: { readonly [key: string]: {} };
}

/**
 * Saves a model in TensorFlow.js's own format, which `loadModel` reads, and `tf.loadLayersModel` from any place where the
 * folder is served: a page need not know this library, unless the model has its layers. The folder is made if it is
 * missing; a model that it holds is replaced as a whole, and stays if this fails or the process is killed.
 *
 * Weights that are few and matter much, such as biases and the statistics of batch normalisation, are better not stored as
 * uint8: `weights: onlyKernels('uint8')`.
 *
 * @returns the files and their lengths
 * @throws TypeError or RangeError if the model or an option is not allowed, or a weight cannot be stored as it is to be, by its name;
 *   ModelFileError if the folder cannot be written
 */
export async function saveModel(model: tf.LayersModel, folder: string, options: SaveModelOptions = {}): Promise<SavedModelInfo> {
  const { weights = 'float32', includeOptimizer = false, shardBytes = 4 * 2 ** 20, userDefinedMetadata } = options;
  checkFolder('saveModel', folder);
  checkModel(model, includeOptimizer);
  checkStoredWeights('saveModel', weights);
  checkShardBytes('saveModel', shardBytes);
  checkMetadata(userDefinedMetadata);
  const artifacts = quantizeArtifacts(await modelArtifacts(model, includeOptimizer), weights);
  checkNames(artifacts);
  return writeModel(folder, { ...artifacts, ...(userDefinedMetadata && { userDefinedMetadata }) }, shardBytes);
}

/** @throws RangeError if it is no path */
export function checkFolder(name: string, folder: string): void {
  if (typeof folder === 'string' && folder !== '') return;
  throw new RangeError(`${name}: folder is ${folder === '' ? "''" : String(folder)}; it must be the path of a folder`);
}

/** @throws RangeError if it is no length of a file */
export function checkShardBytes(name: string, shardBytes: number): void {
  if (Number.isSafeInteger(shardBytes) && shardBytes >= 1) return;
  throw new RangeError(`${name}: shardBytes is ${shardBytes}; it must be an integer above 0`);
}

function checkModel(model: tf.LayersModel, includeOptimizer: boolean): void {
  if (!(model instanceof tensorFlowJs().LayersModel)) {
    throw new TypeError('saveModel: model is no tf.LayersModel; make one with tf.sequential, tf.model or tf.loadLayersModel');
  }
  if (includeOptimizer && !model.optimizer) {
    throw new RangeError('saveModel: includeOptimizer is true, but the model is not compiled; call model.compile first, or leave it out');
  }
}

function checkMetadata(metadata: object | undefined): void {
  if (metadata === undefined) return;
  const isPlain = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
  if (!isPlain) throw new TypeError(`saveModel: userDefinedMetadata is ${String(metadata)}; it must be a plain object`);
  try {
    JSON.stringify(metadata);
  } catch (error) {
    throw new TypeError(`saveModel: userDefinedMetadata cannot be written as JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Weights are loaded by name. */
function checkNames({ weightSpecs = [] }: tf.io.ModelArtifacts): void {
  const names = weightSpecs.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new RangeError(`saveModel: the model has two weights named '${twice}'; give its layers different names`);
}
