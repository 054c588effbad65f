import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';

/** What `model.save` hands to a handler. The optimizer's state is read here, as `model.save` leaves a tensor behind each time. */
export async function modelArtifacts(model: tf.LayersModel, includeOptimizer: boolean): Promise<tf.io.ModelArtifacts> {
  const { io } = tensorFlowJs();
  let artifacts: tf.io.ModelArtifacts = {};
  await model.save(
    io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(given) };
    }),
  );
  return includeOptimizer ? withOptimizer(artifacts, model) : artifacts;
}

async function withOptimizer(artifacts: tf.io.ModelArtifacts, model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  const { io, Variable } = tensorFlowJs();
  const trainingConfig = (model as unknown as { getTrainingConfig(): tf.io.TrainingConfig }).getTrainingConfig();
  const state = await model.optimizer.getWeights();
  try {
    const { data, specs } = await io.encodeWeights(state, 'optimizer');
    return {
      ...artifacts,
      trainingConfig,
      weightSpecs: [...artifacts.weightSpecs!, ...specs],
      weightData: io.CompositeArrayBuffer.join([io.CompositeArrayBuffer.join(artifacts.weightData), data]),
    };
  } finally {
    // The variables are the optimizer's own.
    state.forEach(({ tensor }) => tensor instanceof Variable || tensor.dispose());
  }
}
