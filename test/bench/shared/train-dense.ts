import type * as tfjs from '@tensorflow/tfjs';
import { compileStep, loadBackend, nativeTensorFlow } from '../../../src/tensorflow';
import { denseNetwork } from './dense-network';
import { readInputs, readWeights } from './inputs';

/** The kernel and bias of one layer after the other. */
type Observe = (parameters: readonly Float32Array[]) => void;

const batchSize = 128;

/** Trains a network of the folder by Adam in batches of 128, an epoch at the most, and shows its weights after some steps. */
export async function trainDense(folder: string, net: string, observers: readonly (readonly [step: number, Observe])[]): Promise<void> {
  await loadBackend();
  const tf = nativeTensorFlow() as typeof tfjs | undefined;
  if (tf === undefined) throw new Error('the bench needs native TensorFlow');
  const { images, oneHotLabels, permutation } = readInputs(folder);
  const data = [tf.tensor2d(images, [permutation.length, 784]), tf.tensor2d(oneHotLabels, [permutation.length, 10])];
  const model = denseNetwork(tf, readWeights(folder, net), 'linear');
  const optimizer = tf.train.adam(1e-3);
  const loss = (x: tfjs.Tensor, y: tfjs.Tensor) => tf.losses.softmaxCrossEntropy(y, model.apply(x) as tfjs.Tensor) as tfjs.Scalar;
  const step = compileStep((x, y) => optimizer.minimize(() => loss(x, y), true)!);
  let done = 0;
  for (const [until, observe] of observers) {
    await step.run(data, { batchSize, order: permutation.slice(done * batchSize, until * batchSize) });
    done = until;
    observe(model.getWeights().map((weight) => weight.dataSync().slice() as Float32Array));
  }
  for (const part of [step, optimizer, model, ...data]) part.dispose();
}
