import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';
import { earlyStopping, fit, type FitHistory, type FitOptions } from '../../../src/training';
import { decode, encode } from '../../../src/training/fit/checkpoint/file-format';
import { classifier, examples, free, ready, weightsOf, type Compilation } from './models';

let folder: string;

before(async () => {
  await ready;
  folder = await mkdtemp(join(tmpdir(), 'fit-checkpoint-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const eager = { verbose: 0, execution: 'eager' } as const;
const dropout = 0.3;

interface Run {
  readonly history: FitHistory;
  readonly weights: Float32Array[];
}

/** Trains a fresh model. */
async function run(options: FitOptions, compilation: Compilation = { dropout }): Promise<Run> {
  const { x, classes } = examples(50);
  const model = classifier(compilation);
  try {
    const history = await fit(model, x, classes, {
      batchSize: 16,
      validationSplit: 0.2,
      seed: 3,
      ...eager,
      ...options,
    });
    return { history, weights: weightsOf(model) };
  } finally {
    free(model);
  }
}

/** What must be the same in an unbroken and in a resumed training. */
function lasting({ history, weights }: Run) {
  const { epoch, history: values, stoppedBy, seed } = history;
  return { epoch, values, stoppedBy, seed, weights };
}

/** A training that breaks off by an error after some epochs. */
async function breakOff(options: FitOptions, epochs: number, compilation?: Compilation): Promise<void> {
  const callbacks = [
    options.callbacks ?? [],
    { onEpochBegin: (epoch: number) => assert.ok(epoch < epochs, 'broken off') },
  ].flat();
  await assert.rejects(run({ ...options, callbacks }, compilation), /broken off/);
}

describe('a training that resumes from a checkpoint', () => {
  const optimizers: [string, () => tf.Optimizer][] = [
    ['sgd', () => tensorFlowJs().train.sgd(0.1)],
    ['momentum', () => tensorFlowJs().train.momentum(0.1, 0.9)],
    ['adagrad', () => tensorFlowJs().train.adagrad(0.1)],
    ['adadelta', () => tensorFlowJs().train.adadelta(0.1)],
    ['adam', () => tensorFlowJs().train.adam(0.01)],
    ['adamax', () => tensorFlowJs().train.adamax(0.01, 0.9, 0.999, 1e-7, 0.1)],
    ['rmsprop', () => tensorFlowJs().train.rmsprop(0.01, 0.9, 0.5, 1e-7, true)],
  ];
  for (const [name, optimizer] of optimizers) {
    test(`ends as an unbroken one, bit for bit: ${name}`, async () => {
      const compilation = { optimizer, dropout };
      const whole = await run({ epochs: 4 }, compilation);
      const checkpoint = { path: join(folder, name) };
      await breakOff({ epochs: 4, checkpoint }, 2, compilation);
      const resumed = await run({ epochs: 4, checkpoint }, compilation);
      assert.equal(resumed.history.resumedEpochs, 2);
      assert.deepEqual(lasting(resumed), lasting(whole));
    });
  }

  test('compiled, from the last epoch that was saved', async () => {
    const options = { epochs: 5, execution: 'compiled' } as const;
    const whole = await run(options);
    const checkpoint = { path: join(folder, 'compiled', 'every second'), everyEpochs: 2 };
    await breakOff({ ...options, checkpoint }, 3);
    const resumed = await run({ ...options, checkpoint });
    assert.equal(resumed.history.resumedEpochs, 2);
    assert.deepEqual(lasting(resumed), lasting(whole));
    assert.deepEqual(readdirSync(join(folder, 'compiled')), ['every second']);
  });

  test('that was interrupted in mid-epoch', async () => {
    const whole = await run({ epochs: 3 });
    const checkpoint = { path: join(folder, 'interrupted') };
    const controller = new AbortController();
    let batches = 0;
    const onBatchEnd = () => void (++batches === 4 && controller.abort());
    const broken = await run({ epochs: 3, checkpoint, signal: controller.signal, callbacks: { onBatchEnd } });
    assert.equal(broken.history.stoppedBy, 'interrupt');
    assert.deepEqual(lasting(await run({ epochs: 3, checkpoint })), lasting(whole));
  });

  test('with a seed that was drawn', async () => {
    const checkpoint = { path: join(folder, 'drawn') };
    await breakOff({ epochs: 3, checkpoint, seed: undefined }, 1);
    const resumed = await run({ epochs: 3, checkpoint, seed: undefined });
    assert.deepEqual(lasting(await run({ epochs: 3, seed: resumed.history.seed })), lasting(resumed));
  });

  test('with early stopping in its middle, ours and TensorFlow.js’s', async () => {
    const optimizer = () => tensorFlowJs().train.sgd(10);
    const ours = () => earlyStopping({ monitor: 'loss', patience: 3, restoreBestWeights: true });
    const theirs = () => tensorFlowJs().callbacks.earlyStopping({ monitor: 'loss', patience: 3 });
    for (const [name, callbacks] of [
      ['ours', ours],
      ['theirs', theirs],
    ] as const) {
      const options = () => ({ epochs: 40, callbacks: callbacks() });
      const whole = await run(options(), { optimizer });
      assert.equal(whole.history.stoppedBy, 'early stopping');
      const last = whole.history.epoch.length;
      const checkpoint = { path: join(folder, `stopping ${name}`) };
      await breakOff({ ...options(), checkpoint }, last - 1, { optimizer });
      assert.deepEqual(lasting(await run({ ...options(), checkpoint }, { optimizer })), lasting(whole));
      const again = await run({ ...options(), checkpoint }, { optimizer });
      assert.deepEqual(lasting(again), lasting(whole), 'a training that is over stays so');
      assert.equal(again.history.resumedEpochs, last);
    }
  });

  test('with a learning rate that a callback changed', async () => {
    type Adam = tf.Optimizer & { learningRate: number };
    const halving = (model: () => tf.LayersModel) => ({
      onEpochEnd: () => void ((model().optimizer as Adam).learningRate /= 2),
    });
    const train = async (epochs: number, checkpoint?: FitOptions['checkpoint']) => {
      const { x, classes } = examples(50);
      const model = classifier();
      const history = await fit(model, x, classes, {
        epochs,
        seed: 1,
        checkpoint,
        callbacks: halving(() => model),
        ...eager,
      });
      const weights = weightsOf(model);
      free(model);
      return { history, weights };
    };
    const whole = await train(4);
    const checkpoint = { path: join(folder, 'rate') };
    await train(2, checkpoint);
    assert.deepEqual(lasting(await train(4, checkpoint)), lasting(whole));
  });

  test('that is finished gives its result at once, or goes on for more epochs', async () => {
    const checkpoint = { path: join(folder, 'finished') };
    const first = await run({ epochs: 2, checkpoint });
    const again = await run({ epochs: 2, checkpoint });
    assert.deepEqual(lasting(again), lasting(first));
    assert.equal(again.history.execution, undefined);
    assert.deepEqual(lasting(await run({ epochs: 4, checkpoint })), lasting(await run({ epochs: 4 })));
  });

  test('says so in one line', async () => {
    const checkpoint = { path: join(folder, 'line') };
    await run({ epochs: 1, checkpoint });
    const written: string[] = [];
    const { write } = process.stdout;
    process.stdout.write = ((text: string) => written.push(text)) as never;
    try {
      await run({ epochs: 2, checkpoint, verbose: 2 });
    } finally {
      process.stdout.write = write;
    }
    assert.equal(written[0], `Resumed from ${checkpoint.path}: 1 of 2 epochs are done\n`);
    assert.equal(written[1], 'Epoch 2/2\n');
  });

  test('keeps losses that are no numbers', async () => {
    const optimizer = () => tensorFlowJs().train.sgd(1e30);
    const checkpoint = { path: join(folder, 'nan') };
    const whole = await run({ epochs: 3 }, { optimizer });
    assert.ok(Number.isNaN(whole.history.history.loss!.at(-1)));
    await breakOff({ epochs: 3, checkpoint }, 2, { optimizer });
    assert.deepEqual(lasting(await run({ epochs: 3, checkpoint }, { optimizer })), lasting(whole));
  });

  test('leaves as many tensors as one that does not', async () => {
    const { x, classes } = examples(20);
    const checkpoint = { path: join(folder, 'tensors') };
    const [one, other] = [classifier(), classifier()];
    const { numTensors } = tensorFlowJs().memory();
    await fit(one, x, classes, { epochs: 2, seed: 1, checkpoint, ...eager });
    const added = tensorFlowJs().memory().numTensors - numTensors;
    await fit(other, x, classes, { epochs: 2, seed: 1, checkpoint, ...eager });
    assert.equal(tensorFlowJs().memory().numTensors, numTensors + 2 * added);
    free(one, other);
  });
});

describe('a checkpoint that cannot be used', () => {
  const save = async (name: string, options: FitOptions = {}) => {
    const path = join(folder, name);
    await run({ epochs: 2, checkpoint: { path }, ...options });
    return path;
  };

  /** Tries to train on with it; the file and the model stay as they are. */
  async function refused(
    path: string,
    message: RegExp,
    options: FitOptions = {},
    compilation?: Compilation,
  ): Promise<void> {
    const before = await readFile(path).catch(() => undefined);
    const { x, classes } = examples(50);
    const model = classifier(compilation ?? { dropout });
    const weights = weightsOf(model);
    const all = { batchSize: 16, validationSplit: 0.2, seed: 3, epochs: 4, checkpoint: { path }, ...eager, ...options };
    await assert.rejects(fit(model, x, classes, all), { name: 'CheckpointError', path, message });
    assert.deepEqual(weightsOf(model), weights);
    assert.deepEqual(await readFile(path).catch(() => undefined), before);
    free(model);
  }

  test('because it is truncated, damaged or something else', async () => {
    const path = await save('whole');
    const bytes = await readFile(path);
    const damaged = async (name: string, change: (copy: Buffer) => Buffer) => {
      const other = join(folder, name);
      await writeFile(other, change(Buffer.from(bytes)));
      return other;
    };
    const flipped = (at: number) => (copy: Buffer) => {
      copy[at]! ^= 1;
      return copy;
    };
    const advice = '; put back a good copy, or move the file away to train from the beginning';
    for (const length of [8, 20, 500, bytes.length - 1]) {
      await refused(
        await damaged(`cut at ${length}`, (copy) => copy.subarray(0, length)),
        new RegExp(`cut at ${length} is truncated or damaged${advice}`),
      );
    }
    for (const at of [10, 100, bytes.length - 40]) {
      await refused(
        await damaged(`bit at ${at}`, flipped(at)),
        new RegExp(`bit at ${at} is truncated or damaged${advice}`),
      );
    }
    await refused(await damaged('longer', (copy) => Buffer.concat([copy, copy])), /longer is truncated or damaged/);
    await refused(await damaged('empty', () => Buffer.alloc(0)), /empty is not a checkpoint of fit/);
    await refused(
      await damaged('text', () => Buffer.from('a text of some length, which is no checkpoint')),
      /text is not a checkpoint of fit/,
    );
  });

  test('because it is of another model or other settings, which are named', async () => {
    const path = await save('other');
    const differing: [RegExp, FitOptions, Compilation?][] = [
      [
        /is the checkpoint of another training: its settings is batchSize 16,.* here it is batchSize 8/,
        { batchSize: 8 },
      ],
      [/its settings is .*shuffle true, here it is .*shuffle false/, { shuffle: false }],
      [/its seed is 3, here it is 4/, { seed: 4 }],
      [/its validation is the last 10 examples, here it is the last 5 examples/, { validationSplit: 0.1 }],
      [/its weights is none, here it is [0-9a-f]+/, { classWeight: { 0: 1, 1: 2, 2: 3 } }],
      [
        /its callbacks is none, here it is earlyStopping \{"monitor":"loss","mode":"min"\}/,
        { callbacks: earlyStopping({ monitor: 'loss' }) },
      ],
      [/it is after epoch 2, and epochs is 1/, { epochs: 1 }],
      [
        /its optimizer is Adam .*"learningRate":0.01.*, here it is Adam .*"learningRate":0.1/,
        {},
        { optimizer: () => tensorFlowJs().train.adam(0.1), dropout },
      ],
      [
        /its model is 8 weights with \d+ parameters, topology \w+, here it is 8 weights with \d+ parameters, topology/,
        {},
        { dropout: 0.1 },
      ],
      [/its metrics is \[accuracy\], here it is \[\]/, {}, { metrics: [], dropout }],
    ];
    for (const [message, options, compilation] of differing) await refused(path, message, options, compilation);
  });

  test('because its path is a folder', async () => {
    const path = join(folder, 'a folder');
    await mkdir(path, { recursive: true });
    await refused(path, /the checkpoint .*a folder cannot be used: .*; choose another path/);
  });
});

test('a copy of a checkpoint serves as well, and a file left by a killed write does not matter', async () => {
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await run({ epochs: 2, checkpoint: { path: from } });
  await copyFile(from, to);
  await writeFile(`${to}.part`, 'half');
  const resumed = await run({ epochs: 3, checkpoint: { path: to } });
  assert.deepEqual(lasting(resumed), lasting(await run({ epochs: 3 })));
  assert.ok(!readdirSync(folder).includes('to.part'));
});

test('the file format gives back what it was given', () => {
  const content = {
    text: 'π',
    numbers: [NaN, Infinity, -Infinity, -0, 1e-300, 2 ** 53],
    nested: { number: 5, none: null },
  };
  const tensors = [
    { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, NaN, -0, Infinity, 1e-45, 3) },
    { dtype: 'int32', shape: [], data: Int32Array.of(-7) },
    { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
    { dtype: 'float32', shape: [0], data: new Float32Array(0) },
  ] as const;
  const file = Buffer.concat(encode({ content, tensors }));
  assert.deepEqual(decode(file), { content, tensors });
  assert.deepEqual(decode(Buffer.concat([Buffer.alloc(1), file]).subarray(1)), { content, tensors });
});
