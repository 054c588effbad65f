import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';
import { fit, type FitOptions } from '../../../src/training';
import { classifier, examples, free, ready, twoOutputs, weightsOf } from './models';

before(() => ready);

const eager = { verbose: 0, execution: 'eager' } as const;

test('options that cannot be are refused by name, value and what is allowed, before anything is changed', async () => {
  const { x, classes } = examples(10);
  const model = classifier();
  const weights = weightsOf(model);
  const { numTensors } = tensorFlowJs().memory();
  const wrong = (options: object) => options as FitOptions;
  const refused: [FitOptions, RegExp][] = [
    [{ epochs: 0 }, /epochs is 0; it must be an integer from 1 on/],
    [{ epochs: 1.5 }, /epochs is 1.5/],
    [{ initialEpoch: -1 }, /initialEpoch is -1; it must be an integer from 0 on/],
    [{ initialEpoch: 3, epochs: 3 }, /initialEpoch is 3; it must be below epochs, which is 3/],
    [{ batchSize: 0 }, /batchSize is 0; it must be an integer from 1 on/],
    [wrong({ batchSize: '32' }), /batchSize is 32; it must be an integer/],
    [{ validationSplit: 1 }, /validationSplit is 1; it must be at least 0 and below 1/],
    [{ validationSplit: -0.1 }, /validationSplit is -0.1/],
    [{ validationSplit: 0.99 }, /validationSplit is 0.99; of 10 examples it leaves none to train on/],
    [wrong({ validationData: [x, classes, classes] }), /validationData is an array of 3; it must be \[x, y\]/],
    [wrong({ shuffle: 'batch' }), /shuffle is 'batch'; it must be true or false/],
    [wrong({ yieldEvery: 'batch' }), /yieldEvery is 'batch'; it must be 'auto'/],
    [wrong({ verbose: 3 }), /verbose is 3; it must be 'auto', 0, 1 or 2/],
    [{ seed: -1 }, /seed is -1; it must be an integer from 0 to 2\^53 - 1/],
    [{ seed: 0.5 }, /seed is 0.5/],
    [wrong({ execution: 'fast' }), /execution is 'fast'; it must be 'compiled', 'compiled-or-eager' or 'eager'/],
    [{ threads: 0 }, /threads is 0; it must be an integer from 1 on/],
    [wrong({ signal: {} }), /signal is \[object Object\]; it must be an AbortSignal/],
    [wrong({ checkpoint: { path: '' } }), /checkpoint.path is ''; it must be the path of a file/],
    [{ checkpoint: { path: 'x', everyEpochs: 0 } }, /checkpoint.everyEpochs is 0/],
    [
      wrong({ checkpoint: { path: 'x', every: 2 } }),
      /fit's checkpoint has no option 'every'; it has path, everyEpochs/,
    ],
    [wrong({ batch_size: 32 }), /fit has no option 'batch_size'; it has batchSize, epochs/],
    [{ classWeight: { 0: 1 } }, /classWeight has no weight for the class [12], which is in the targets of/],
    [{ classWeight: { 0: 1, 1: NaN, 2: 1 } }, /classWeight of the class 1 is NaN; it must be a finite number/],
    [{ classWeight: [{ 0: 1 }, { 0: 1 }] }, /classWeight does not fit the model: it must be those of the output/],
    [
      { sampleWeight: [1, 2] },
      /sampleWeight of '.*' has the shape \[2\]; it must have a weight for each of the 10 examples/,
    ],
    [{ sampleWeight: new Float32Array(10).fill(Infinity) }, /sampleWeight of the example 0 is Infinity/],
  ];
  for (const [options, message] of refused) {
    await assert.rejects(fit(model, x, classes, { ...eager, ...options }), { message }, JSON.stringify(options));
  }
  assert.deepEqual(weightsOf(model), weights);
  assert.equal(tensorFlowJs().memory().numTensors, numTensors);
  free(model);
});

test('weights by output are refused where they do not fit', async () => {
  const { x, classes, numbers } = examples(6);
  const model = twoOutputs();
  const [left, right] = tensorFlowJs().split(x, [4, 2], 1);
  const begin = (options: FitOptions) => fit(model, [left!, right!], [classes, numbers], { ...eager, ...options });
  await assert.rejects(
    begin({ classWeight: { 0: 1 } }),
    /classWeight does not fit the model: it must be an array or a record of those of the outputs kind, size/,
  );
  await assert.rejects(begin({ sampleWeight: { Kind: [1] } }), /sampleWeight does not fit the model/);
  await assert.rejects(begin({ classWeight: { size: { 0: 1 } } }), /classWeight has no weight for the class -?\d/);
  free(model);
});

test('data that do not fit are refused, in words of TensorFlow.js’s where it checks them', async () => {
  const tf = tensorFlowJs();
  const { x, classes } = examples(6);
  const model = classifier();
  const uncompiled = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [6] })] });
  await assert.rejects(fit(uncompiled, x, classes, eager), /the model is not compiled; call model.compile/);
  await assert.rejects(fit(tf.sequential(), x, classes, eager), /the model has no inputs yet/);
  await assert.rejects(fit({} as never, x, classes, eager), /the model is no tf.LayersModel/);
  await assert.rejects(fit(model, tf.zeros([6, 5]), classes, eager), /shape/);
  await assert.rejects(fit(model, x, tf.zeros([5, 3]), eager), /same number of samples/);
  await assert.rejects(
    fit(model, tf.zeros([0, 6]), tf.zeros([0, 3]), eager),
    /x has no examples; there must be one or more/,
  );
  await assert.rejects(
    fit(model, { data: new Float32Array(5), shape: [1, 6] }, classes, eager),
    /x has 5 numbers, and its shape \[1,6\] needs 6/,
  );
  await assert.rejects(
    fit(model, 'images' as never, classes, eager),
    /x is string; it must be a tf.Tensor, a typed array or \{ data, shape \}/,
  );
  await assert.rejects(fit(model, x, [null] as never, eager), /y\[0\] is null; it must be/);
  free(model, uncompiled);
});

test('a checkpoint of a stateful model is refused', async () => {
  const tf = tensorFlowJs();
  const model = tf.sequential({ layers: [tf.layers.gru({ units: 2, batchInputShape: [4, 3, 2], stateful: true })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const begin = fit(model, tf.zeros([4, 3, 2]), tf.zeros([4, 2]), {
    batchSize: 4,
    checkpoint: { path: 'x' },
    ...eager,
  });
  await assert.rejects(begin, /checkpoint is given, but the model has a stateful layer/);
  free(model);
});

test('a model is trained by one fit at a time', async () => {
  const { x, classes } = examples(6);
  const model = classifier();
  const first = fit(model, x, classes, eager);
  await assert.rejects(fit(model, x, classes, eager), /the model is being trained already; await its first fit/);
  await first;
  await fit(model, x, classes, eager);
  free(model);
});
