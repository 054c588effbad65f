import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { liveHandles, nativeTensorFlow } from '../../../src/tensorflow';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';
import {
  evaluate,
  fit,
  predict,
  predictOutputs,
  type FitHistory,
  type FitOptions,
  type ModelData,
} from '../../../src/training';
import { assertClose, classifier, examples, free, ready, twoOutputs, weightsOf } from './models';

before(() => ready);

/** Compiling takes a fraction of a second: what does not hang on it is run eagerly. */
const quiet = { verbose: 0 } as const;
const eager = { ...quiet, execution: 'eager' } as const;

/** Trains a model by `model.fit` and one that starts alike by `fit`, and compares histories and weights. */
async function compare(
  make: () => tf.LayersModel,
  x: ModelData,
  y: ModelData,
  options: FitOptions & tf.ModelFitArgs,
): Promise<FitHistory> {
  const [theirs, ours] = [make(), make()];
  const all = { shuffle: false, ...quiet, ...options };
  const expected = await theirs.fit(x as tf.Tensor, y as tf.Tensor, all as tf.ModelFitArgs);
  const history = await fit(ours, x, y, all as FitOptions);
  assert.deepEqual(history.epoch, expected.epoch);
  assert.deepEqual(Object.keys(history.history).sort(), Object.keys(expected.history).sort());
  for (const [name, values] of Object.entries(history.history)) {
    // Several outputs: see below.
    if (ours.outputs.length === 1 || !name.startsWith('val_'))
      assertClose([values], [expected.history[name] as number[]]);
  }
  assertClose(weightsOf(ours), weightsOf(theirs));
  assert.equal(ours.optimizer.iterations, theirs.optimizer.iterations);
  free(theirs, ours);
  return history;
}

describe('fit gives what model.fit gives', () => {
  test('losses, metrics and weights, with a short last batch and a validation set', async () => {
    const { x, classes } = examples(70);
    const other = examples(37, 1);
    const history = await compare(classifier, x, classes, { epochs: 3, validationData: [other.x, other.classes] });
    assert.deepEqual(Object.keys(history.history), ['loss', 'acc', 'val_loss', 'val_acc']);
    assert.equal(history.stoppedBy, 'epochs');
  });

  test('a validation split and class weights', async () => {
    const { x, classes } = examples(50);
    const classWeight = { 0: 1, 1: 3, 2: 0.5 };
    await compare(classifier, x, classes, { epochs: 2, batchSize: 16, validationSplit: 0.3, classWeight });
  });

  test('a batch larger than the data, other optimizers, later epochs', async () => {
    const { x, classes } = examples(20);
    const tf = tensorFlowJs();
    for (const optimizer of [() => tf.train.sgd(0.1), () => tf.train.momentum(0.1, 0.9)]) {
      await compare(() => classifier({ optimizer }), x, classes, {
        batchSize: 64,
        epochs: 4,
        initialEpoch: 2,
        execution: 'eager',
      });
    }
  });

  test('several inputs and outputs, by position and by name', async () => {
    const { x, classes, numbers } = examples(40);
    const [left, right] = tensorFlowJs().split(x, [4, 2], 1);
    const inputs = { left: left!, right: right! };
    const options = { epochs: 2, batchSize: 16, validationSplit: 0.25 };
    const history = await compare(twoOutputs, [left!, right!], [classes, numbers], options);
    await compare(twoOutputs, inputs, { kind: classes, size: numbers }, { ...options, execution: 'eager' });
    assert.deepEqual(Object.keys(history.history).slice(0, 4), ['loss', 'kind_loss', 'size_loss', 'kind_acc']);
  });

  test('a second fit goes on where the first ended, optimizer included', async () => {
    const { x, classes } = examples(32);
    const [theirs, ours] = [classifier(), classifier()];
    for (let call = 0; call < 2; call++) {
      await theirs.fit(x, classes, { shuffle: false, verbose: 0, batchSize: 8, epochs: 2 });
      const { execution } = await fit(ours, x, classes, { shuffle: false, batchSize: 8, epochs: 2, ...quiet });
      assert.equal(execution, nativeTensorFlow() ? 'compiled' : 'eager');
    }
    assertClose(weightsOf(ours), weightsOf(theirs));
    free(theirs, ours);
  });
});

test('the validation loss of several outputs is the sum of their losses, each under its own name', async () => {
  const { x, classes, numbers } = examples(40);
  const [left, right] = tensorFlowJs().split(x, [4, 2], 1);
  const model = twoOutputs();
  const { history } = await fit(model, [left!, right!], [classes, numbers], {
    validationData: [
      [left!, right!],
      [classes, numbers],
    ],
    ...eager,
  });
  const [predicted, sizes] = await predictOutputs(model, [left!, right!], { execution: 'eager' });
  const truth = numbers.dataSync();
  const squared = Array.from(sizes!.data).reduce((sum, value, i) => sum + (value - truth[i]!) ** 2, 0) / 40;
  const kinds = classes.dataSync();
  const entropy = Array.from(predicted!.data).reduce((sum, p, i) => sum - kinds[i]! * Math.log(p), 0) / 40;
  assertClose(
    [history.val_size_loss!, history.val_kind_loss!, history.val_loss!],
    [[squared], [entropy], [squared + entropy]],
  );
  const evaluated = await evaluate(model, [left!, right!], { kind: classes, size: numbers }, { execution: 'eager' });
  assertClose(
    [Object.values(evaluated)],
    [['loss', 'kind_loss', 'size_loss', 'kind_acc'].map((name) => history[`val_${name}`]![0]!)],
  );
  free(model);
});

test('an example that counts twice is there twice, one that counts zero is not there', async () => {
  const tf = tensorFlowJs();
  const { x, classes } = examples(4);
  const sgd = () => tf.train.sgd(0.1);
  const model = () => {
    const dense = tf.sequential({
      layers: [tf.layers.dense({ units: 3, activation: 'softmax', inputShape: [6], kernelInitializer: 'zeros' })],
    });
    dense.compile({ optimizer: sgd(), loss: 'categoricalCrossentropy' });
    return dense;
  };
  const [weighted, repeated] = [model(), model()];
  const rows = tf.tensor1d([0, 1, 1, 3], 'int32');
  const options = { shuffle: false, epochs: 3, ...eager };
  const one = await fit(weighted, x, classes, { ...options, sampleWeight: [1, 2, 0, 1] });
  const two = await fit(repeated, tf.gather(x, rows), tf.gather(classes, rows), options);
  assertClose(weightsOf(weighted), weightsOf(repeated));
  assertClose([one.history.loss!], [two.history.loss!]);
  free(weighted, repeated);
});

test('weights of examples and of classes are multiplied, for each output by itself', async () => {
  const { x, classes, numbers } = examples(12);
  const [left, right] = tensorFlowJs().split(x, [4, 2], 1);
  const kinds = Array.from(classes.argMax(1).dataSync());
  const [one, other] = [twoOutputs(), twoOutputs()];
  const byClass = [1, 0.5, 4];
  const perExample = kinds.map((_, i) => 1 + (i % 3));
  const product = Float32Array.from(kinds, (kind, i) => byClass[kind]! * perExample[i]!);
  const options = { shuffle: false, epochs: 2, batchSize: 5, ...eager };
  const data = [
    [left!, right!],
    [classes, numbers],
  ] as const;
  await fit(one, ...data, { ...options, classWeight: { kind: { ...byClass } }, sampleWeight: { kind: perExample } });
  await fit(other, ...data, { ...options, sampleWeight: [product, undefined] });
  assert.deepEqual(weightsOf(one), weightsOf(other));
  free(one, other);
});

describe('the seed', () => {
  const run = async (options: FitOptions) => {
    const { x, classes } = examples(40);
    const model = classifier({ dropout: 0.5 });
    const history = await fit(model, x, classes, { epochs: 2, batchSize: 20, ...quiet, ...options });
    const weights = weightsOf(model);
    free(model);
    return { history: history.history, weights, seed: history.seed };
  };

  test('the same one gives the same training, bit for bit; another one another', async () => {
    const [first, second, other] = [
      await run({ seed: 5 }),
      await run({ seed: 5 }),
      await run({ seed: 6, execution: 'eager' }),
    ];
    assert.deepEqual(first, second);
    assert.notDeepEqual(first.weights, other.weights);
  });

  test('one that was drawn is told, and gives the same training again', async () => {
    const drawn = await run({ execution: 'eager' });
    assert.deepEqual(await run({ seed: drawn.seed, execution: 'eager' }), drawn);
  });

  test('dropout draws anew in each step and epoch', async () => {
    const { x, classes } = examples(16);
    const tf = tensorFlowJs();
    const model = classifier({ dropout: 0.5, optimizer: () => tf.train.sgd(1e-30) });
    const { history } = await fit(model, x, classes, { epochs: 4, batchSize: 16, shuffle: false, ...eager });
    assert.equal(new Set(history.loss).size, 4);
    free(model);
  });
});

test('arrays serve as well as tensors', async () => {
  const { x, classes } = examples(20);
  const options = { seed: 1, epochs: 1, ...eager };
  const sparse = () => {
    const model = classifier();
    model.compile({
      optimizer: tensorFlowJs().train.adam(0.01),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    });
    return model;
  };
  const [one, two] = [classifier(), sparse()];
  const first = await fit(one, x, classes, options);
  const array = { data: Float64Array.from(x.dataSync()), shape: [20, 6] };
  const second = await fit(two, array, Uint8Array.from(classes.argMax(1).dataSync()), options);
  assertClose(Object.values(second.history), Object.values(first.history));
  assertClose(weightsOf(two), weightsOf(one));
  free(one, two);
});

describe('evaluate and predict', () => {
  test('take a model that was just loaded and has never been used', async () => {
    const tf = tensorFlowJs();
    const { x } = examples(9);
    const model = classifier();
    let artifacts: tf.io.ModelArtifacts | undefined;
    const handler = tf.io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(saved) };
    });
    await model.save(handler);
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts!));
    const [expected, found] = [await predict(model, x, { execution: 'eager' }), await predict(loaded, x, { execution: 'eager' })];
    assert.deepEqual(found, expected);
    free(model, loaded);
    x.dispose();
  });

  test('give what TensorFlow.js gives, a short last batch included', async () => {
    const { x, classes } = examples(70);
    const model = classifier();
    const [loss, accuracy] = (model.evaluate(x, classes) as tf.Scalar[]).map((value) => value.dataSync()[0]!);
    const evaluated = await evaluate(model, x, classes);
    assertClose([[evaluated.loss!, evaluated.acc!]], [[loss!, accuracy!]]);
    const expected = model.predict(x) as tf.Tensor;
    for (const batchSize of [1, 7, 32, 70, 100]) {
      const execution = batchSize === 32 ? 'compiled' : 'eager';
      const { data, shape } = await predict(model, x, { batchSize, execution });
      assert.deepEqual(shape, [70, 3]);
      assertClose([data], [expected.dataSync()]);
    }
    free(model);
  });

  test('an abort rejects them with the signal’s reason', async () => {
    const { x, classes } = examples(4);
    const model = classifier();
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(evaluate(model, x, classes, { signal, execution: 'eager' }), /enough/);
    await assert.rejects(predict(model, x, { signal, execution: 'eager' }), /enough/);
    free(model);
  });

  test('inputs that do not fit the model are refused by name', async () => {
    const model = classifier();
    const two = twoOutputs();
    const { x } = examples(4);
    const tf = tensorFlowJs();
    await assert.rejects(
      predict(model, tf.zeros([4, 5])),
      /x for the input '.*' has the shape \[4,5\]; it must be \[examples, 6\]/,
    );
    await assert.rejects(predict(model, [x, x]), /x has 2 tensors; the model's inputs are/);
    await assert.rejects(predict(model, tf.zeros([0, 6])), /x has no examples/);
    await assert.rejects(
      predict(two, [tf.zeros([3, 4]), tf.zeros([2, 2])]),
      /the model has 2 outputs, kind, size; use predictOutputs/,
    );
    await assert.rejects(
      predictOutputs(two, [tf.zeros([3, 4]), tf.zeros([2, 2])]),
      /3 examples for one input and 2 for another/,
    );
    await assert.rejects(
      predictOutputs(two, { left: tf.zeros([3, 4]) }),
      /x has left; the model's inputs are left, right/,
    );
    await assert.rejects(predict(model, x, { batchsize: 3 } as never), /predict has no option 'batchsize'/);
    await assert.rejects(evaluate(model, x, x, { batchSize: 0 }), /batchSize is 0; it must be an integer from 1 on/);
    free(model, two);
  });
});

test('as many tensors are alive after epoch 6 as after epoch 2; fit, evaluate and predict leave none', async () => {
  const { x, classes } = examples(50);
  const model = classifier({ dropout: 0.2 });
  const alive: number[] = [];
  const onEpochEnd = () => void alive.push(tensorFlowJs().memory().numTensors);
  const run = async () => {
    await fit(model, { data: x.dataSync() as Float32Array, shape: [50, 6] }, classes, {
      epochs: 6,
      validationSplit: 0.2,
      sampleWeight: new Float32Array(50).fill(1),
      callbacks: { onEpochEnd },
      ...quiet,
    });
    await evaluate(model, x, classes);
    await predict(model, x);
  };
  await run();
  const [tensors, handles] = [tensorFlowJs().memory().numTensors, liveHandles()];
  await run();
  assert.equal(tensorFlowJs().memory().numTensors, tensors);
  assert.equal(liveHandles(), handles);
  assert.equal(new Set(alive.slice(6)).size, 1);
  assert.equal(alive[5], alive[1]);
  free(model);
});
