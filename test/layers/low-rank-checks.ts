import assert from 'node:assert/strict';
import type * as tf from '@tensorflow/tfjs';
import { evaluate, fit, liveHandles } from '../../src';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';

type DenseArgs = Parameters<typeof tf.layers.dense>[0];

/** Equal up to a share of the largest expected element. */
export function near(actual: tf.Tensor, expected: tf.Tensor, tolerance = 1e-5): void {
  assert.deepEqual(actual.shape, expected.shape);
  const [difference, largest] = tensorFlowJs().tidy(() => [actual.sub(expected).abs().max(), expected.abs().max()].map((x) => x.dataSync()[0]!));
  assert.ok(difference! <= tolerance * largest!, `they differ by ${difference}, the largest is ${largest}`);
}

/** The same weights in every run, with a bias that is not zero. */
export function initializers(): Pick<DenseArgs, 'kernelInitializer' | 'biasInitializer'> {
  const { glorotNormal, randomNormal } = tensorFlowJs().initializers;
  return { kernelInitializer: glorotNormal({ seed: 11 }), biasInitializer: randomNormal({ seed: 12 }) };
}

export const dispose = (...layers: tf.layers.Layer[]) => layers.forEach((layer) => tensorFlowJs().dispose(layer.getWeights()));

export function seeded(shape: number[], seed: number): tf.Tensor {
  return tensorFlowJs().randomNormal(shape, 0, 1, 'float32', seed);
}

/** The shapes that a forward pass computes. */
export async function shapesComputed(layer: tf.layers.Layer, inputShape: number[]): Promise<string[]> {
  const tf = tensorFlowJs();
  const x = tf.ones(inputShape);
  const { kernels } = await tf.profile(() => tf.tidy(() => layer.apply(x) as tf.Tensor) as never);
  x.dispose();
  return kernels.flatMap(({ outputShapes }) => outputShapes.map((shape) => JSON.stringify(shape)));
}

export async function savedAndLoaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  const { io, loadLayersModel } = tensorFlowJs();
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(io.withSaveHandler(async (saved) => {
    artifacts = saved;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  }));
  return loadLayersModel(io.fromMemory({ ...artifacts!, modelTopology: JSON.parse(JSON.stringify(artifacts!.modelTopology)) as {} }));
}

/** The gradients of a fixed weighted sum of a layer's output, with respect to its input and then its weights. */
export function gradients(layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor[] {
  const tf = tensorFlowJs();
  const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const loss = (input: tf.Tensor) => {
    const y = layer.apply(input) as tf.Tensor;
    return y.mul(seeded(y.shape, 99)).sum() as tf.Scalar;
  };
  const { grads } = tf.variableGrads(() => loss(x), weights);
  return [tf.grad(loss as (input: tf.Tensor) => tf.Tensor)(x), ...weights.map(({ name }) => grads[name]!)];
}

/** Nothing stays behind of what `body` makes and disposes. The first two runs make what is kept on purpose: graphs of repeated calls. */
export async function leavesNothing(body: () => void | Promise<void>): Promise<void> {
  await body();
  await body();
  const count = () => [tensorFlowJs().memory().numTensors, liveHandles()];
  const before = count();
  await body();
  assert.deepEqual(count(), before);
}

/** The lines of the summary of a model of this layer alone. */
export function summaryOf(layer: tf.layers.Layer): string[] {
  const lines: string[] = [];
  const model = tensorFlowJs().sequential({ layers: [layer] });
  model.summary(undefined, undefined, (line: string) => lines.push(line));
  model.dispose();
  return lines;
}

/** `fit` trains one of two like models, `model.fit` the other: their weights end alike, and the loss falls to less than a share of itself. */
export async function trainAlike(
  [ours, theirs]: readonly [tf.LayersModel, tf.LayersModel],
  x: tf.Tensor,
  y: tf.Tensor,
  { tolerance, lossShare, ...options }: { epochs: number; batchSize: number; tolerance: number; lossShare: number },
): Promise<void> {
  const settings = { ...options, shuffle: false, verbose: 0 } as const;
  const before = await evaluate(ours, x, y);
  await fit(ours, x, y, settings);
  await theirs.fit(x, y, settings);
  ours.getWeights().forEach((weight, i) => near(weight, theirs.getWeights()[i]!, tolerance));
  const after = await evaluate(ours, x, y);
  assert.ok(after.loss! < lossShare * before.loss!, `the loss went from ${before.loss} to ${after.loss}`);
  for (const net of [ours, theirs]) {
    (net.optimizer as tf.Optimizer).dispose();
    net.dispose();
  }
}
