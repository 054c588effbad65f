/**
 * Ours, compressed and predicting: our-models.js FOLDER; see models.py. Methods: 'compress'; 'predict', 'step', a compiled
 * step that is kept from call to call, and 'tfjs', TensorFlow.js's own prediction.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { compress, decompress } from '../../../src/compression';
import { compileStep, type CompiledStep } from '../../../src/tensorflow';
import { predict } from '../../../src/training';
import { denseNetwork } from '../shared/dense-network';
import { readInputs, readWeights, writeArrays } from '../shared/inputs';
import { ourProgram } from '../shared/our-program';
import { aware } from './aware-training';

const { net, rank } = aware;

interface Request {
  readonly method: 'compress' | 'predict' | 'step' | 'tfjs';
  readonly truncated?: string;
  readonly model?: string;
  readonly batch?: number;
  readonly batches?: number;
}

ourProgram<Request>((tf, [folder]) => {
  const { images, oneHotLabels } = readInputs(folder!);
  const dense = denseNetwork(tf, readWeights(folder!, net), 'softmax');
  const models: Readonly<Record<string, tfjs.Sequential>> = { dense, [`rank ${rank}`]: compress(dense, { rank }).model };
  const steps = new Map<string, CompiledStep<tfjs.Tensor>>();
  const keptStep = (model: string, batch: number) => {
    const key = `${model}, batch ${batch}`;
    if (!steps.has(key)) steps.set(key, compileStep((x) => models[model]!.apply(x) as tfjs.Tensor));
    return steps.get(key)!;
  };
  const probabilitiesBy = async (method: Request['method'], model: string, x: tfjs.Tensor2D, batchSize: number) => {
    if (method === 'predict') return (await predict(models[model]!, x, { batchSize })).data;
    if (method === 'step') return (await keptStep(model, batchSize).run([x], { batchSize, perExample: true })).values.data;
    return tf.tidy(() => (models[model]!.predict(x, { batchSize }) as tfjs.Tensor).dataSync());
  };
  return async ({ method, truncated, model, batch, batches }) => {
    if (model === undefined) return timedCompression(dense, truncated);
    const count = batch! * batches!;
    const x = tf.tensor2d(images.subarray(0, count * 784), [count, 784]);
    const begin = performance.now();
    const probabilities = await probabilitiesBy(method, model, x, batch!);
    const seconds = (performance.now() - begin) / 1000;
    x.dispose();
    return { seconds, loss: crossEntropy(probabilities, oneHotLabels) };
  };
});

function timedCompression(dense: tfjs.Sequential, truncated: string | undefined): { seconds: number } {
  const begin = performance.now();
  const { model } = compress(dense, { rank });
  const seconds = (performance.now() - begin) / 1000;
  if (truncated !== undefined) {
    const products = decompress(model);
    const kernels = products.layers.slice(0, -1).map((layer) => layer.getWeights()[0]!);
    writeArrays(truncated, kernels.map((kernel) => kernel.dataSync() as Float32Array));
    products.dispose();
  }
  model.dispose();
  return { seconds };
}

/** The mean over as many examples as there are predictions. */
function crossEntropy(probabilities: ArrayLike<number>, oneHotLabels: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) if (oneHotLabels[i] === 1) sum -= Math.log(Math.max(probabilities[i]!, 1e-7));
  return sum / (probabilities.length / 10);
}
