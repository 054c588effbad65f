import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cellHostKey } from '../../src/cell-host';
import { liveHandles } from '../../src/tensorflow';
import {
  adam,
  constant,
  randomNormal,
  sgd,
  trainFullBatch,
  TwoLayerNetwork,
  validationLossRises,
  type FullBatchTrainingOptions,
} from '../../src/training';
import { arithmetics, randomData } from './networks';

const train = randomData(60);
const validation = randomData(30, { seed: 1 });

for (const math of arithmetics()) {
  const newNetwork = (hidden = 6) =>
    new TwoLayerNetwork({ inputs: 7, hidden, outputs: 3, initializer: randomNormal({ stddev: 0.3 }), math });

  /** Trains a fresh network with what is common to the tests, and frees it. */
  async function run(options: Partial<FullBatchTrainingOptions> = {}) {
    const network = options.network ?? newNetwork();
    const optimizer = adam({ learningRate: 0.01 });
    const history = await trainFullBatch({ network, train, validation, optimizer, steps: 20, ...options });
    const weights = network.weights();
    network.dispose();
    return { history, weights };
  }

  describe(`full-batch training, ${math.name} arithmetic`, () => {
    test('records the loss before and the validation loss after each update, and learns', async () => {
      const { history } = await run({ validation: train, steps: 200 });
      assert.equal(history.loss.length, 200);
      assert.equal(history.stoppedBy, 'steps');
      for (let i = 1; i < 200; i++) assert.ok(Math.abs(history.loss[i]! - history.validationLoss[i - 1]!) < 1e-14);
      assert.ok(history.loss.at(-1)! < history.loss[0]! / 2);
    });

    test('a second run gives the same losses and weights, bit for bit', async () => {
      const [first, second] = [await run(), await run()];
      assert.deepEqual(first.history.loss, second.history.loss);
      assert.deepEqual(first.history.validationLoss, second.history.validationLoss);
      assert.deepEqual(first.weights, second.weights);
    });

    test('hidden units that start alike stay alike to the last bit: rounding does not break the symmetry', async () => {
      const network = new TwoLayerNetwork({ inputs: 7, hidden: 128, outputs: 3, initializer: constant(0.01), math });
      const { weights } = await run({ network, steps: 100 });
      weights.w1.data.forEach((value, i) => assert.equal(value, weights.w1.data[i - (i % 128)]));
      weights.w2.data.forEach((value, i) => assert.equal(value, weights.w2.data[i % 3]));
    });

    test('as many handles are alive after step 1000 as after step 10, and none is left at the end', async () => {
      const before = liveHandles();
      const alive: number[] = [];
      await run({ steps: 1000, onStep: () => void alive.push(liveHandles()) });
      assert.equal(alive[999], alive[9]);
      assert.equal(liveHandles(), before);
    });

    test('an abort ends the run between steps and keeps what was learnt', async () => {
      const controller = new AbortController();
      const aborted = await run({
        steps: 1000,
        signal: controller.signal,
        onStep: ({ step }) => {
          if (step === 4) controller.abort();
        },
      });
      assert.equal(aborted.history.stoppedBy, 'interrupt');
      assert.equal(aborted.history.loss.length, 5);
      assert.deepEqual(aborted.weights, (await run({ steps: 5 })).weights);
    });

    test('other work gets its turn between steps', async () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20);
      const { history } = await run({ steps: 1_000_000, signal: controller.signal });
      assert.equal(history.stoppedBy, 'interrupt');
    });

    test('in a notebook the cell’s own signal ends the run', async () => {
      const host = globalThis as { [key: symbol]: unknown };
      host[cellHostKey] = { signal: AbortSignal.abort(), display: () => {} };
      try {
        assert.deepEqual((await run()).history.loss, []);
      } finally {
        delete host[cellHostKey];
      }
    });

    test('a stopping rule ends the run after the step that fulfils it', async () => {
      const reported: number[] = [];
      const { history } = await run({
        stopWhen: ({ loss }) => loss.length === 3,
        onStep: async ({ step }) => void reported.push(step),
      });
      assert.equal(history.stoppedBy, 'early stopping');
      assert.deepEqual(reported, [0, 1, 2]);
    });

    test('an error in a callback passes through and leaves no handle behind', async () => {
      const network = newNetwork();
      const before = liveHandles();
      const onStep = () => {
        throw new Error('from the callback');
      };
      await assert.rejects(
        trainFullBatch({ network, train, validation, optimizer: sgd(), steps: 3, onStep }),
        /from the callback/,
      );
      assert.equal(liveHandles(), before);
      network.dispose();
    });

    test('what does not fit is refused by name before anything is changed', async () => {
      const network = newNetwork();
      const [weights, before] = [network.weights(), liveHandles()];
      const withValue = (value: number) => {
        const { x, y } = randomData(60);
        x.data[7 * 2 + 3] = value;
        return { x, y };
      };
      const refused: [Partial<FullBatchTrainingOptions>, RegExp][] = [
        [{ steps: 0 }, /steps is 0; it must be an integer above 0/],
        [{ steps: 1.5 }, /steps is 1.5/],
        [{ train: randomData(60, { inputs: 8 }) }, /train\.x has the shape \[60,8\]; it must be \[rows, 7\]/],
        [{ train: randomData(60, { classes: 4 }) }, /train\.y has the shape \[60,4\]; it must be \[rows, 3\]/],
        [{ validation: { x: train.x, y: validation.y } }, /validation\.x has 60 rows and validation\.y 30/],
        [{ validation: randomData(0) }, /validation\.x has no rows/],
        [{ train: withValue(NaN) }, /train\.x is NaN at row 2, column 3; it must be finite/],
        [{ validation: withValue(-Infinity) }, /validation\.x is -Infinity at row 2, column 3/],
      ];
      for (const [options, message] of refused) {
        const all = { network, train, validation, optimizer: sgd(), steps: 3, ...options };
        await assert.rejects(trainFullBatch(all), message);
      }
      assert.deepEqual(network.weights(), weights);
      assert.equal(liveHandles(), before);
      network.dispose();
    });
  });
}

test('the assignment’s early stopping: the first rise after the second step', () => {
  const stops = (...validationLoss: number[]) => validationLossRises()({ loss: [], validationLoss });
  assert.deepEqual([stops(1), stops(1, 2), stops(2, 1, 1), stops(1, 2, 3), stops(3, 2, 1, 1.1)], [
    false,
    false,
    false,
    true,
    true,
  ]);
});
