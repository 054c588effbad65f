import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { loadBackend, nativeTensorFlow } from '../../../src/tensorflow';
import { compileStep } from '../../../src/tensorflow/compiler';
import { nativeBinding } from '../../../src/tensorflow/native/binding';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';
import { Chooser } from './random-models/chooser';
import { randomModel, type RandomModel } from './random-models/model';

/** Another range of models can be asked for, to look for failures or at one of them. */
const first = Number(process.env.RANDOM_MODELS_FIRST ?? 0);
const count = Number(process.env.RANDOM_MODELS_COUNT ?? 42);

const absent = nativeTensorFlow() === undefined && 'only the native backend compiles';

const title = `${count} random models from number ${first} on train compiled as they train eagerly`;

test(title, { skip: absent }, async (t) => {
  await loadBackend();
  for (let number = first; number < first + count; number++) {
    const drawn = randomModel(number);
    await t.test(`number ${number}: ${drawn.description}`, (t) => assertTrainsAlike(drawn, t));
    drawn.model.dispose();
    tensorFlowJs().dispose([...drawn.data]);
  }
});

/** Numbers of a training, by what they are. */
type Outcome = ReadonlyMap<string, Float32Array>;

/**
 * Rounding differs between compiled and eager execution, and a network may magnify what differs. How much it does is
 * measured: another eager training starts from weights and examples that differ in their last bit. Compiled execution
 * rounds otherwise in any operation of any step, not at the start alone: hence the factor.
 */
async function assertTrainsAlike(drawn: RandomModel, t: TestContext): Promise<void> {
  const weights = drawn.model.getWeights().map((weight) => weight.dataSync() as Float32Array);
  const eager = await train(drawn, 'eager', weights, drawn.data);
  const tensors = nativeBinding().getNumOfTensors();
  const compiled = await train(drawn, 'compiled', weights, drawn.data);
  assert.equal(nativeBinding().getNumOfTensors(), tensors, 'tensors are left over');
  const shaken = await trainShaken(drawn, weights);
  assert.deepEqual([...compiled.keys()], [...eager.keys()]);
  const noiseOf = (name: string) => distance(shaken.get(name)!, eager.get(name)!);
  const lossNoise = noiseOf('the losses of pass 1');
  if (lossNoise > 0.01) return t.skip(`one bit of the weights changes the losses by ${lossNoise}: nothing to compare`);
  for (const [name, values] of eager) {
    assert.ok(values.every(Number.isFinite), `${name} is not finite, which compares nothing`);
    const noise = noiseOf(name);
    const size = distance(new Float32Array(values.length), values);
    // A fused running average weighs the new value by 1 − β up to 1.3e-5 otherwise, which the learning rate makes good.
    const average = name.startsWith('accumulator') ? 2e-5 * size : 0;
    const bound = 64 * (noise + 2 ** -23 * size) + average;
    const difference = distance(compiled.get(name)!, values);
    assert.ok(difference <= bound, `${name} differs by ${difference}; rounding explains ${bound}`);
  }
}

/** Two passes over the data: their losses, the weights and the optimizer's accumulators then, and predictions. */
async function train(
  drawn: RandomModel,
  execution: 'compiled' | 'eager',
  weights: readonly Float32Array[],
  data: readonly tf.Tensor[],
): Promise<Outcome> {
  const { model, batchSize, examples } = drawn;
  setWeights(model, weights);
  const optimizer = drawn.makeOptimizer();
  const variables = model.trainableWeights.map((weight) => (weight as unknown as { val: tf.Variable }).val);
  const minimize = (x: tf.Tensor, y: tf.Tensor) => optimizer.minimize(() => drawn.loss(x, y), true, variables)!;
  const step = compileStep(minimize, { seed: 3, execution });
  const prediction = compileStep((x) => model.apply(x) as tf.Tensor, { execution });
  const outcome = new Map<string, Float32Array>();
  const backwards = Int32Array.from({ length: examples }, (_, i) => examples - 1 - i);
  for (const order of [undefined, backwards]) {
    const { values } = await step.run(data, { batchSize, order });
    outcome.set(`the losses of pass ${outcome.size}`, values.data as Float32Array);
  }
  const { values } = await prediction.run([data[0]!], { batchSize, perExample: true });
  outcome.set('the predictions', values.data as Float32Array);
  model.weights.forEach((weight) => outcome.set(weight.name, weight.read().dataSync() as Float32Array));
  for (const [name, slots] of Object.entries(optimizer)) {
    if (!Array.isArray(slots)) continue;
    slots.forEach(({ variable }, i) => outcome.set(`accumulator ${name}[${i}]`, variable.dataSync()));
  }
  // What a momentum optimizer forgets to dispose.
  const rest = (optimizer as unknown as { c?: tf.Scalar }).c;
  [step, prediction, optimizer, rest].forEach((used) => used?.dispose());
  return outcome;
}

function setWeights(model: tf.LayersModel, weights: readonly Float32Array[]): void {
  const tf = tensorFlowJs();
  tf.tidy(() => model.setWeights(weights.map((values, i) => tf.tensor(values, model.weights[i]!.shape as number[]))));
}

async function trainShaken(drawn: RandomModel, weights: readonly Float32Array[]): Promise<Outcome> {
  const choose = new Chooser(1);
  const shake = (values: Float32Array) => values.map((value) => value * (1 + choose.from(-1, 1) * 2 ** -23));
  const [x, y] = drawn.data;
  const examples = tensorFlowJs().tensor(shake(x!.dataSync() as Float32Array), x!.shape);
  const outcome = await train(drawn, 'eager', weights.map(shake), [examples, y!]);
  examples.dispose();
  return outcome;
}

/** The largest distance of two elements. */
function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
