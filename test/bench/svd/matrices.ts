import type * as tfjs from '@tensorflow/tfjs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileStep, loadBackend, nativeTensorFlow } from '../../../src/tensorflow';
import { InputFolder, readInputs, readWeights } from '../compiled/inputs';
import { runPython } from './turn-taker';

/** A matrix, and the one that it was a step before; files of float32 numbers. */
export interface MatrixFiles {
  readonly matrix: string;
  readonly older: string;
}

export type Spectrum = 'trained' | '1/j';

/** Layers of a trained network, and matrices with the singular values 1/j, of 784×1024 and 1024×1024. */
export class Matrices {
  readonly #folder: InputFolder;

  private constructor(folder: InputFolder) {
    this.#folder = folder;
  }

  static async write(): Promise<Matrices> {
    const matrices = new Matrices(await InputFolder.write(net));
    try {
      await writeTrainedLayers(matrices.#folder.path, ([rows, columns]) => matrices.files(rows, columns, 'trained'));
      for (const [rows, columns] of [[784, 1024], [1024, 1024]] as const) {
        const { matrix, older } = matrices.files(rows, columns, '1/j');
        runPython('decaying_matrices.py', String(rows), String(columns), matrix, older);
      }
      return matrices;
    } catch (error) {
      matrices.remove();
      throw error;
    }
  }

  get digits(): string {
    return this.#folder.source === 'synthetic' ? 'synthetic digits' : 'MNIST';
  }

  files(rows: number, columns: number, spectrum: Spectrum): MatrixFiles {
    const path = this.path(`${spectrum === '1/j' ? 'decaying' : spectrum}-${rows}-${columns}`);
    return { matrix: `${path}.bin`, older: `${path}-older.bin` };
  }

  path(name: string): string {
    return join(this.#folder.path, name);
  }

  remove(): void {
    this.#folder.remove();
  }
}

const net = '784-1024-1024-10';
export const trainingSteps = 400;
const batchSize = 128;

/** The hidden layers' weights after that many steps, and after one less. */
async function writeTrainedLayers(folder: string, filesOf: (shape: [number, number]) => MatrixFiles): Promise<void> {
  await loadBackend();
  const tf = nativeTensorFlow() as typeof tfjs | undefined;
  if (tf === undefined) throw new Error('the bench needs native TensorFlow');
  const { images, oneHotLabels, permutation } = readInputs(folder);
  const data = [tf.tensor2d(images, [permutation.length, 784]), tf.tensor2d(oneHotLabels, [permutation.length, 10])];
  const layers = readWeights(folder, net).map(({ kernel, bias, shape }) => ({
    kernel: tf.tidy(() => tf.variable(tf.tensor2d(kernel, shape))),
    bias: tf.tidy(() => tf.variable(tf.tensor1d(bias))),
  }));
  const logits = (x: tfjs.Tensor) =>
    layers.reduce((input, { kernel, bias }, i) => tf.add(tf.matMul(i > 0 ? tf.relu(input) : input, kernel), bias), x);
  const optimizer = tf.train.adam(1e-3);
  const variables = layers.flatMap(({ kernel, bias }) => [kernel as tfjs.Variable, bias as tfjs.Variable]);
  const loss = (x: tfjs.Tensor, y: tfjs.Tensor) => tf.losses.softmaxCrossEntropy(y, logits(x)) as tfjs.Scalar;
  const step = compileStep((x, y) => optimizer.minimize(() => loss(x, y), true, variables)!);
  const lastExamples = (trainingSteps - 1) * batchSize;
  for (const [name, order] of [
    ['older', permutation.slice(0, lastExamples)],
    ['matrix', permutation.slice(lastExamples, lastExamples + batchSize)],
  ] as const) {
    await step.run(data, { batchSize, order });
    for (const { kernel } of layers.slice(0, -1)) writeFileSync(filesOf(kernel.shape)[name], kernel.dataSync());
  }
  for (const part of [step, optimizer, ...data, ...variables]) part.dispose();
}
