import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';
import { ModelFileError } from './model-file-error';
import type { WeightSpec } from './weight-spec';

/**
 * The model that artifacts describe, as `tf.loadLayersModel` makes it; but where that leaves half a model in memory when it
 * fails, this leaves nothing.
 *
 * @param path of the file to name in an error
 * @throws ModelFileError if a class is not registered, or the weights are not those of the layers
 */
export async function buildModel(artifacts: tf.io.ModelArtifacts, path: string): Promise<tf.LayersModel> {
  const model = await withoutWeights(artifacts, path);
  try {
    if (artifacts.trainingConfig != null) model.loadTrainingConfig(artifacts.trainingConfig as never);
    if (artifacts.userDefinedMetadata != null) model.setUserDefinedMetadata(artifacts.userDefinedMetadata);
    checkWeights(model, artifacts.weightSpecs!, path);
    await loadWeights(model, artifacts);
    return model;
  } catch (error) {
    model.optimizer?.dispose();
    model.dispose();
    throw error instanceof ModelFileError ? error : explained(error as Error, artifacts, path);
  }
}

async function withoutWeights(artifacts: tf.io.ModelArtifacts, path: string): Promise<tf.LayersModel> {
  const { models } = tensorFlowJs();
  const made: tf.LayerVariable[] = [];
  try {
    return await withEmptyWeights(made, () => models.modelFromJSON({ modelTopology: artifacts.modelTopology as never }));
  } catch (error) {
    made.forEach((weight) => weight.dispose());
    throw explained(error as Error, artifacts, path);
  }
}

interface LayerParts {
  addWeight(...args: unknown[]): tf.LayerVariable;
  setFastWeightInitDuringBuild(value: boolean): void;
}

/**
 * While the action runs, weights start without their initializers, as in `tf.loadLayersModel`, and are listed. A model is built
 * from its description without a pause, so nobody else makes a weight meanwhile.
 */
function withEmptyWeights<T>(made: tf.LayerVariable[], action: () => T): T {
  const layer = tensorFlowJs().layers.Layer.prototype as unknown as LayerParts;
  const { addWeight } = layer;
  layer.addWeight = function (this: LayerParts, ...args) {
    this.setFastWeightInitDuringBuild(true);
    const weight = addWeight.apply(this, args);
    made.push(weight);
    return weight;
  };
  try {
    return action();
  } finally {
    layer.addWeight = addWeight;
  }
}

/** By name and shape; about names that it does not find, TensorFlow.js knows more. */
function checkWeights(model: tf.LayersModel, specs: readonly WeightSpec[], path: string): void {
  const stored = new Map(specs.map(({ name, shape }) => [name, shape]));
  for (const { originalName, shape } of model.weights) {
    const found = stored.get(originalName);
    if (found === undefined || String(found) === String(shape)) continue;
    const message =
      `${path}: the weight '${originalName}' has the shape [${found}]; in the layers that it describes it has [${shape}]; ` +
      'save the model again';
    throw new ModelFileError(message, path, 'mismatch');
  }
}

async function loadWeights(model: tf.LayersModel, { weightSpecs, weightData }: tf.io.ModelArtifacts): Promise<void> {
  const { io, tidy, dispose } = tensorFlowJs();
  const tensors = tidy(() => io.decodeWeights(weightData!, weightSpecs!));
  try {
    const [ofOptimizer, ofModel] = [true, false].map((wanted) => weightSpecs!.filter(({ group }) => (group === 'optimizer') === wanted));
    // A weight's constraint, which is applied here, leaves a tensor behind.
    tidy(() => model.loadWeights(Object.fromEntries(ofModel!.map(({ name }) => [name, tensors[name]!]))));
    if (ofOptimizer!.length > 0) await model.optimizer?.setWeights(ofOptimizer!.map(({ name }) => ({ name, tensor: tensors[name]! })));
  } finally {
    dispose(tensors);
  }
}

function explained(error: Error, { modelTopology, trainingConfig }: tf.io.ModelArtifacts, path: string): ModelFileError {
  const unknown = [...new Set(unregistered([modelTopology, trainingConfig]))];
  if (unknown.length === 0) {
    const message = `${path} does not describe a model that TensorFlow.js can make: ${error.message}; save the model again`;
    return new ModelFileError(message, path, 'mismatch', { cause: error });
  }
  const message =
    `${path} has parts whose class is not registered: ${unknown.join(', ')}; ` +
    'load the module that defines it, and call tf.serialization.registerClass with the class before loadModel';
  return new ModelFileError(message, path, 'unknown class', { cause: error });
}

/** Each class that TensorFlow.js does not know, with the name of the layer that has it. */
function unregistered(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { class_name: className, config } = part as { class_name?: unknown; config?: { name?: unknown } };
  const { classNameMap } = tensorFlowJs().serialization.SerializationMap.getMap();
  const isUnknown = typeof className === 'string' && config !== undefined && !(className in classNameMap);
  const name = typeof config?.name === 'string' ? ` (of '${config.name}')` : '';
  return [...(isUnknown ? [`${className}${name}`] : []), ...Object.values(part).flatMap(unregistered)];
}
