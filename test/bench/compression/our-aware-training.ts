/** The assignment's training as ours, by `fit` on a model of truncated kernels: our-aware-training.js FOLDER. */
import type * as tfjs from '@tensorflow/tfjs';
import { join } from 'node:path';
import { truncateKernels } from '../../../src/layers';
import { lowRank, lowRankMatMul, WarmStart } from '../../../src/linalg';
import { compileStep } from '../../../src/tensorflow';
import { fit } from '../../../src/training';
import { denseNetwork } from '../shared/dense-network';
import { readInputs, readWeights, writeArrays, type DenseWeights } from '../shared/inputs';
import { ourProgram } from '../shared/our-program';
import { EpochTimes } from './epoch-times';
import { aware, type AwareRequest } from './aware-training';

const { net, rank, batchSize } = aware;

type Tf = typeof tfjs;

ourProgram<AwareRequest>((tf, [folder]) => {
  const { images, oneHotLabels } = readInputs(folder!);
  const examples = images.length / 784;
  const [x, y] = [tf.tensor2d(images, [examples, 784]), tf.tensor2d(oneHotLabels, [examples, 10])];
  let model: tfjs.Sequential | undefined;
  return async (request) => {
    const weights = readWeights(folder!, net);
    if ('observed' in request) return { observations: await observe(tf, [x, y], weights, request, folder!) };
    const begin = performance.now();
    if (request.start) {
      model?.dispose();
      model = truncatedModel(tf, weights);
    }
    const times = new EpochTimes();
    await fit(model!, x, y, { batchSize, epochs: request.epochs, shuffle: false, verbose: 0, callbacks: times });
    return { seconds: (performance.now() - begin) / 1000, epochs: times.seconds, losses: times.losses };
  };
});

function truncatedModel(tf: Tf, weights: readonly DenseWeights[]): tfjs.Sequential {
  const full = denseNetwork(tf, weights, 'softmax');
  const model = truncateKernels(full, { rank, gradient: 'straight-through' });
  full.dispose();
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** Trains up to the last of the steps, counted from 1, and writes the weights before each of them and the truncations that it uses. */
async function observe(
  tf: Tf,
  data: readonly tfjs.Tensor[],
  weights: readonly DenseWeights[],
  { observed: steps, tolerance }: { readonly observed: readonly number[]; readonly tolerance: number },
  folder: string,
): Promise<object[]> {
  const training = new ObservedTraining(tf, data, weights, tolerance);
  const observations: object[] = [];
  for (const step of steps) {
    if (step - 1 > training.done) await training.train(step - 1 - training.done);
    const [weightsFile, truncatedFile] = ['weights', 'truncated'].map((name) => join(folder, `${name}-at-${step}.bin`)) as [string, string];
    writeArrays(weightsFile, training.weights());
    const { rows, loss, truncated } = await training.trainObserved();
    writeArrays(truncatedFile, truncated);
    observations.push({ step, weights: weightsFile, truncated: truncatedFile, rows, loss });
  }
  training.dispose();
  return observations;
}

/** The same steps, with the truncations in hand. */
class ObservedTraining {
  readonly #tf: Tf;
  readonly #data: readonly tfjs.Tensor[];
  readonly #kernels: readonly tfjs.Variable<tfjs.Rank.R2>[];
  readonly #biases: readonly tfjs.Variable[];
  readonly #memories: readonly WarmStart[];
  readonly #tolerance: number;
  readonly #optimizer: tfjs.AdamOptimizer;
  readonly #step;
  readonly #observedStep;
  #done = 0;

  constructor(tf: Tf, data: readonly tfjs.Tensor[], weights: readonly DenseWeights[], tolerance: number) {
    this.#tf = tf;
    this.#data = data;
    this.#tolerance = tolerance;
    this.#kernels = weights.map(({ kernel, shape }) => tf.tidy(() => tf.variable(tf.tensor2d(kernel, shape))));
    this.#biases = weights.map(({ bias }) => tf.tidy(() => tf.variable<tfjs.Rank>(tf.tensor1d(bias))));
    this.#memories = weights.map(() => new WarmStart());
    this.#optimizer = tf.train.adam(1e-3);
    const variables = [...this.#kernels, ...this.#biases] as tfjs.Variable[];
    this.#step = compileStep((x, y) => this.#optimizer.minimize(() => this.#trainingLoss(x, y), true, variables)!);
    this.#observedStep = compileStep((x, y) => this.#observed(x, y));
  }

  get done(): number {
    return this.#done;
  }

  async train(steps: number): Promise<void> {
    for (; steps > 0; steps--) await this.#step.run(this.#data, { batchSize, order: this.#next() });
  }

  /** Makes a step and returns its loss and truncations. */
  async trainObserved(): Promise<{ rows: [number, number]; loss: number; truncated: Float32Array[] }> {
    const order = this.#next();
    const { values } = await this.#observedStep.run(this.#data, { batchSize, order });
    const [loss, ...truncated] = values.map(({ data }) => data as Float32Array);
    return { rows: [order[0]!, order[0]! + order.length], loss: loss![0]!, truncated };
  }

  /** The kernel and bias of one layer after the other. */
  weights(): Float32Array[] {
    return this.#kernels.flatMap((kernel, i) => [kernel, this.#biases[i]!].map((variable) => variable.dataSync().slice() as Float32Array));
  }

  dispose(): void {
    for (const part of [this.#step, this.#observedStep, ...this.#memories, this.#optimizer, ...this.#kernels, ...this.#biases]) {
      part.dispose();
    }
  }

  /** The examples of the next step. */
  #next(): Int32Array {
    const first = (this.#done++ * batchSize) % this.#data[0]!.shape[0]!;
    return Int32Array.from({ length: batchSize }, (_, i) => first + i);
  }

  #trainingLoss(x: tfjs.Tensor, y: tfjs.Tensor): tfjs.Scalar {
    return this.#loss(x, y, this.#biases, (input, i) => {
      const kernel = this.#kernels[i]!;
      return isTruncated(kernel) ? lowRankMatMul(input, kernel, rank, this.#options(i)) : this.#tf.matMul(input, kernel);
    });
  }

  #observed(x: tfjs.Tensor, y: tfjs.Tensor): tfjs.Tensor[] {
    const tf = this.#tf;
    const acting = this.#kernels.map((kernel, i) => (isTruncated(kernel) ? lowRank(kernel, rank, this.#options(i)) : kernel));
    const count = acting.length;
    const { value, grads } = tf.valueAndGrads((...parameters) =>
      this.#loss(x, y, parameters.slice(count), (input, i) => tf.matMul(input, parameters[i] as tfjs.Tensor2D)),
    )([...acting, ...this.#biases]);
    this.#optimizer.applyGradients([...this.#kernels, ...this.#biases].map(({ name }, i) => ({ name, tensor: grads[i]! })));
    return [value, ...acting.filter((_, i) => isTruncated(this.#kernels[i]!))];
  }

  #loss(
    x: tfjs.Tensor,
    y: tfjs.Tensor,
    biases: readonly tfjs.Tensor[],
    product: (input: tfjs.Tensor2D, layer: number) => tfjs.Tensor,
  ): tfjs.Scalar {
    const tf = this.#tf;
    const logits = biases.reduce((input, bias, i) => tf.add(product((i > 0 ? tf.relu(input) : input) as tfjs.Tensor2D, i), bias), x);
    return tf.losses.softmaxCrossEntropy(y, logits) as tfjs.Scalar;
  }

  #options(layer: number) {
    return { gradient: 'straight-through', tolerance: this.#tolerance, warmStart: this.#memories[layer]! } as const;
  }
}

function isTruncated({ shape }: tfjs.Tensor): boolean {
  return Math.min(...shape) > rank;
}
