import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';
import { fit } from '../../../src/training';
import { inCell } from '../../support/recording-host';
import { assertClose, classifier, examples, free, ready, weightsOf } from './models';

before(() => ready);

const quiet = { verbose: 0 } as const;
const eager = { ...quiet, execution: 'eager' } as const;

describe('an interrupt', () => {
  for (const execution of ['compiled', 'eager'] as const) {
    test(`ends the training between native calls and keeps what was learnt (${execution})`, async () => {
      const { x, classes } = examples(64);
      const model = classifier();
      const start = weightsOf(model);
      const controller = new AbortController();
      const ended: string[] = [];
      const history = await fit(model, x, classes, {
        batchSize: 1,
        epochs: 100_000,
        signal: controller.signal,
        callbacks: {
          onEpochEnd: (epoch) => void (epoch === 1 && setTimeout(() => controller.abort(), 20)),
          onTrainEnd: () => void ended.push('train'),
        },
        ...quiet,
        execution,
      });
      assert.equal(history.stoppedBy, 'interrupt');
      assert.ok(history.epoch.length >= 2 && history.epoch.length < 100_000);
      assert.equal(history.history.loss!.length, history.epoch.length);
      assert.deepEqual(ended, ['train']);
      assert.notDeepEqual(weightsOf(model), start);
      await fit(model, x, classes, eager);
      free(model);
    });
  }

  for (const execution of ['compiled', 'eager'] as const) {
    test(`in mid-epoch: the weights are those after the steps that were done (${execution})`, async () => {
      const { x, classes } = examples(64);
      const optimizer = () => tensorFlowJs().train.sgd(0.1);
      const [broken, whole] = [classifier({ optimizer }), classifier({ optimizer })];
      const controller = new AbortController();
      let done = 0;
      const onBatchEnd = () => {
        done++;
        controller.abort();
      };
      const options = { batchSize: 1, shuffle: false, ...quiet };
      const history = await fit(broken, x, classes, {
        ...options,
        execution,
        signal: controller.signal,
        callbacks: { onBatchEnd },
      });
      assert.deepEqual(history.epoch, []);
      assert.ok(done > 0 && done < 64);
      const { slice } = tensorFlowJs();
      await fit(whole, slice(x, 0, done), slice(classes, 0, done), { ...options, execution: 'eager' });
      assertClose(weightsOf(broken), weightsOf(whole));
      free(broken, whole);
    });
  }

  test('before the beginning trains nothing', async () => {
    const { x, classes } = examples(8);
    const model = classifier();
    const start = weightsOf(model);
    const history = await fit(model, x, classes, { signal: AbortSignal.abort(), ...eager });
    assert.deepEqual([history.stoppedBy, history.epoch, history.execution], ['interrupt', [], undefined]);
    assert.deepEqual(weightsOf(model), start);
    free(model);
  });

  test('of a notebook’s cell is the default, and the output says where', async () => {
    const { x, classes } = examples(64);
    const model = classifier();
    const sent = await inCell(async (interrupt) => {
      const onBatchEnd = () => interrupt();
      const history = await fit(model, x, classes, {
        batchSize: 1,
        epochs: 3,
        callbacks: { onBatchEnd },
        execution: 'eager',
      });
      assert.equal(history.stoppedBy, 'interrupt');
    });
    assert.match(String(sent.at(-1)!.content.data['text/plain']), /^Epoch 1\/3\n *\d+\/64 - .*loss: .*, interrupted$/);
    free(model);
  });
});
