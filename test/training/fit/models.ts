import assert from 'node:assert/strict';
import type * as tf from '@tensorflow/tfjs';
import { loadBackend, PythonRandom } from '../../../src/tensorflow';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';

/** To be awaited before the first tensor. */
export const ready = loadBackend();

export interface Compilation {
  readonly optimizer?: () => tf.Optimizer;
  readonly metrics?: string[];
  readonly dropout?: number;
}

/** 6-8-3: dense, batch normalisation, dropout, dense with a regulariser; the same weights each time. */
export function classifier({ optimizer, metrics = ['accuracy'], dropout = 0 }: Compilation = {}): tf.Sequential {
  const tf = tensorFlowJs();
  const model = tf.sequential();
  model.add(tf.layers.dense({ units: 8, activation: 'relu', inputShape: [6] }));
  model.add(tf.layers.batchNormalization());
  model.add(tf.layers.dropout({ rate: dropout }));
  model.add(tf.layers.dense({ units: 3, activation: 'softmax', kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }) }));
  setWeights(model);
  model.compile({ optimizer: optimizer?.() ?? tf.train.adam(0.01), loss: 'categoricalCrossentropy', metrics });
  return model;
}

/** Two inputs, a shared trunk, and two outputs, one of classes and one of numbers. */
export function twoOutputs(): tf.LayersModel {
  const tf = tensorFlowJs();
  const left = tf.input({ shape: [4], name: 'left' });
  const right = tf.input({ shape: [2], name: 'right' });
  const trunk = tf.layers
    .dense({ units: 8, activation: 'tanh' })
    .apply(tf.layers.concatenate().apply([left, right])) as tf.SymbolicTensor;
  const kind = tf.layers.dense({ units: 3, activation: 'softmax', name: 'kind' }).apply(trunk) as tf.SymbolicTensor;
  const size = tf.layers.dense({ units: 1, name: 'size' }).apply(trunk) as tf.SymbolicTensor;
  const model = tf.model({ inputs: [left, right], outputs: [kind, size] });
  setWeights(model);
  const loss = { kind: 'categoricalCrossentropy', size: 'meanSquaredError' };
  model.compile({ optimizer: tf.train.rmsprop(0.01), loss, metrics: { kind: 'accuracy' } });
  return model;
}

/** Random inputs, classes that depend on them as one-hot rows, and a number for each example. */
export function examples(n: number, seed = 0): { x: tf.Tensor2D; classes: tf.Tensor2D; numbers: tf.Tensor2D } {
  const tf = tensorFlowJs();
  const uniform = uniforms(seed);
  const rows = Array.from({ length: n }, () => Array.from({ length: 6 }, uniform));
  const classes = rows.map(([a, b]) => (a! > 0.3 ? 0 : b! > 0 ? 1 : 2));
  return {
    x: tf.tensor2d(rows),
    classes: tf.tensor2d(classes.map((kind) => [0, 1, 2].map((other) => Number(kind === other)))),
    numbers: tf.tensor2d(rows.map(([a, b, c]) => [a! * b! + c!])),
  };
}

export function weightsOf(model: tf.LayersModel): Float32Array[] {
  return model.getWeights().map((weight) => weight.dataSync().slice() as Float32Array);
}

/** Frees a model and what its optimizer keeps. */
export function free(...models: tf.LayersModel[]): void {
  for (const model of models) {
    model.optimizer?.dispose();
    model.dispose();
  }
}

/** Equal up to the rounding of float32, in relation to the largest of each pair of arrays. */
export function assertClose(
  actual: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
  tolerance = 2e-5,
): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((values, i) => {
    const scale = Math.max(1, ...Array.from(expected[i]!, Math.abs));
    assert.equal(values.length, expected[i]!.length);
    Array.from(values, (value, j) => {
      const difference = Math.abs(value - expected[i]![j]!);
      assert.ok(difference <= tolerance * scale, `array ${i}, element ${j}: ${value} and ${expected[i]![j]}`);
    });
  });
}

/** Numbers from −1 to 1. */
function uniforms(seed: number): () => number {
  const random = new PythonRandom(seed);
  return () => random.randint(-(2 ** 20), 2 ** 20) / 2 ** 20;
}

function setWeights(model: tf.LayersModel): void {
  const tf = tensorFlowJs();
  const uniform = uniforms(7);
  for (const weight of model.trainableWeights) {
    const value = tf.tensor(
      Float32Array.from({ length: weight.shape.reduce<number>((a, b) => a * b!, 1) }, uniform),
      weight.shape as number[],
    );
    weight.write(value);
    value.dispose();
  }
}
