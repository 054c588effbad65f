/** The assignment's training as ours, compiled: our-training.js FOLDER; see training.py and OurTraining. */
import type * as tfjs from '@tensorflow/tfjs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lowRankMatMul, WarmStart } from '../../../src/linalg';
import { compileStep } from '../../../src/tensorflow';
import { readInputs, readWeights } from '../shared/inputs';
import { ourProgram } from '../shared/our-program';

const [net, rank, batchSize] = ['784-1024-10', 20, 128];

type Tf = typeof tfjs;
type Kernel = tfjs.Variable<tfjs.Rank.R2>;

interface Inputs {
  readonly data: readonly tfjs.Tensor[];
  readonly order: Int32Array;
  readonly weights: ReturnType<typeof readWeights>;
}

type Observed<T> = Record<'weights' | 'outer' | 'gradient', T>;
type Files = Observed<string>;

type Request = { readonly start: boolean; readonly steps: number } | { readonly observed: readonly number[] };

ourProgram<Request>((tf, [folder]) => {
  const { images, oneHotLabels, permutation } = readInputs(folder!);
  const examples = permutation.length;
  const data = [tf.tensor2d(images, [examples, 784]), tf.tensor2d(oneHotLabels, [examples, 10])];
  const inputs = { data, order: permutation, weights: readWeights(folder!, net) };
  let training: OurTraining | undefined;
  return async (request) => {
    if ('observed' in request) return { files: await observe(new OurTraining(tf, inputs), request.observed, folder!) };
    const begin = performance.now();
    if (request.start) {
      training?.dispose();
      training = new OurTraining(tf, inputs);
    }
    const losses = await training!.train(request.steps);
    return { seconds: (performance.now() - begin) / 1000, losses };
  };
});

class OurTraining {
  readonly #tf: Tf;
  readonly #inputs: Inputs;
  readonly #parameters: readonly [Kernel, tfjs.Variable, Kernel, tfjs.Variable];
  readonly #memories = [new WarmStart(), new WarmStart()] as const;
  readonly #optimizer: tfjs.AdamOptimizer;
  readonly #step;
  readonly #observedStep;
  #done = 0;

  constructor(tf: Tf, inputs: Inputs) {
    this.#tf = tf;
    this.#inputs = inputs;
    const [first, second] = inputs.weights.map(({ kernel, bias, shape }) => ({
      kernel: tf.tidy(() => tf.variable(tf.tensor2d(kernel, shape))),
      bias: tf.tidy(() => tf.variable<tfjs.Rank>(tf.tensor1d(bias))),
    }));
    this.#parameters = [first!.kernel, first!.bias, second!.kernel, second!.bias];
    this.#optimizer = tf.train.adam(1e-3);
    this.#step = compileStep((x, y) => this.#optimizer.minimize(() => this.#loss(x, y), true, [...this.#parameters])!);
    this.#observedStep = compileStep((x, y) => this.#observed(x, y));
  }

  /** The losses of the next steps. */
  async train(steps: number): Promise<number[]> {
    const { values } = await this.#step.run(this.#inputs.data, { batchSize, order: this.#next(steps) });
    return [...values.data];
  }

  /** Makes a step and returns W1 before it, and the gradients with respect to W1 and to its truncation. */
  async trainObserved(): Promise<Observed<Float32Array>> {
    const { values } = await this.#observedStep.run(this.#inputs.data, { batchSize, order: this.#next(1) });
    const numbers = (name: keyof typeof values) => values[name].data as Float32Array;
    return { weights: numbers('weights'), outer: numbers('outer'), gradient: numbers('gradient') };
  }

  get done(): number {
    return this.#done;
  }

  dispose(): void {
    for (const part of [this.#step, this.#observedStep, ...this.#memories, this.#optimizer, ...this.#parameters]) {
      part.dispose();
    }
  }

  #next(steps: number): Int32Array {
    const start = this.#done * batchSize;
    this.#done += steps;
    return this.#inputs.order.slice(start, this.#done * batchSize);
  }

  #loss(x: tfjs.Tensor, y: tfjs.Tensor, addend?: tfjs.Tensor): tfjs.Scalar {
    const tf = this.#tf;
    const [w1, b1, w2, b2] = this.#parameters;
    const [memory1, memory2] = this.#memories;
    const product = lowRankMatMul(x as tfjs.Tensor2D, w1, rank, { warmStart: memory1 });
    const hidden = tf.relu(tf.add(addend ? tf.add(product, addend) : product, b1)) as tfjs.Tensor2D;
    const logits = tf.add(lowRankMatMul(hidden, w2, Math.min(rank, ...w2.shape), { warmStart: memory2 }), b2);
    return tf.losses.softmaxCrossEntropy(y, logits) as tfjs.Scalar;
  }

  /** The same step. xᵀ times the gradient with respect to zeros added to x·A is the one with respect to the truncation A. */
  #observed(x: tfjs.Tensor, y: tfjs.Tensor): Observed<tfjs.Tensor> {
    const tf = this.#tf;
    const weights = this.#parameters[0].clone();
    const gradientsOf = tf.grads((addend) => this.#loss(x, y, addend));
    const zeros = tf.zeros([x.shape[0]!, weights.shape[1]]);
    const [delta, ...gradients] = gradientsOf([zeros, ...this.#parameters]);
    this.#optimizer.applyGradients(this.#parameters.map(({ name }, i) => ({ name, tensor: gradients[i]! })));
    return { weights, outer: tf.matMul(x, delta!, true), gradient: gradients[0]! };
  }
}

/** Trains up to the last of the steps, counted from 1, and writes what is observed at each of them. */
async function observe(training: OurTraining, steps: readonly number[], folder: string): Promise<Files[]> {
  const files: Files[] = [];
  for (const step of steps) {
    if (step - 1 > training.done) await training.train(step - 1 - training.done);
    const observed = Object.entries(await training.trainObserved()).map(([name, numbers]) => {
      const path = join(folder, `${name}-${step}.bin`);
      writeFileSync(path, numbers);
      return [name, path];
    });
    files.push(Object.fromEntries(observed) as Files);
  }
  training.dispose();
  return files;
}
