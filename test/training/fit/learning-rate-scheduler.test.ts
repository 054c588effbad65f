import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';
import { fit, learningRateScheduler } from '../../../src/training';
import { assertClose, classifier, examples, free, ready, weightsOf } from './models';

before(() => ready);

const optimizers: Record<string, (rate: number) => tf.Optimizer> = {
  sgd: (rate) => tensorFlowJs().train.sgd(rate),
  momentum: (rate) => tensorFlowJs().train.momentum(rate, 0.9),
  adam: (rate) => tensorFlowJs().train.adam(rate),
  rmsprop: (rate) => tensorFlowJs().train.rmsprop(rate),
  adagrad: (rate) => tensorFlowJs().train.adagrad(rate),
};

describe('learningRateScheduler', () => {
  for (const [name, make] of Object.entries(optimizers)) {
    for (const execution of ['compiled-or-eager', 'eager'] as const) {
      test(`${name}, ${execution}: each epoch has its own rate`, async () => {
        const { x, classes } = examples(12);
        const train = async (rate: number, rates: number[] | undefined) => {
          const model = classifier({ optimizer: () => make(rate) });
          const callbacks = rates && learningRateScheduler((epoch) => rates[epoch]!);
          await fit(model, x, classes, { epochs: rates?.length ?? 2, batchSize: 4, seed: 1, verbose: 0, execution, callbacks });
          const weights = weightsOf(model).slice(0, 2);
          free(model);
          return weights;
        };
        // A rate of 0 leaves the weights alone; but for momentum, which goes on for nothing.
        assertClose(await train(0.5, [0.01, 0.01, 0]), await train(0.01, undefined));
        assert.notDeepEqual(await train(0.5, [0.01, 0.02]), await train(0.01, undefined));
        tensorFlowJs().dispose([x, classes]);
      });
    }
  }

  test('refuses a rate that is none, in the epoch that has it, and an optimizer without one', async () => {
    const { x, classes } = examples(8);
    const model = classifier();
    const begin = (rateOf: (epoch: number) => number) =>
      fit(model, x, classes, { epochs: 2, callbacks: learningRateScheduler(rateOf), verbose: 0, execution: 'eager' });
    await assert.rejects(begin((epoch) => 0.1 - epoch), {
      name: 'RangeError',
      message: 'learningRateScheduler: the rate of epoch 1 is -0.9; it must be a finite number from 0',
    });
    delete (model.optimizer as unknown as { learningRate?: number }).learningRate;
    await assert.rejects(begin(() => 0.1), { name: 'TypeError', message: 'learningRateScheduler: the optimizer Adam has no learning rate' });
    free(model);
    tensorFlowJs().dispose([x, classes]);
  });
});
