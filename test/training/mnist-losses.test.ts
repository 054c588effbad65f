import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { flatten, loadMnist, oneHot, scale, trainTestSplit } from '../../src/data';
import { loadBackend } from '../../src/tensorflow';
import { adam, constant, randomNormal, sgd, trainFullBatch, TwoLayerNetwork } from '../../src/training';
import reference from './two-layer-reference.json';

const learningRate = 0.001;
const normal = randomNormal({ seed: 0, stddev: 0.1 });
const configurations = {
  sgdConstant: { initializer: constant(0.01), optimizer: sgd({ learningRate }) },
  adamConstant: { initializer: constant(0.01), optimizer: adam({ learningRate }) },
  sgdNormal: { initializer: normal, optimizer: sgd({ learningRate }) },
  adamNormal: { initializer: normal, optimizer: adam({ learningRate }) },
};

const absent = !process.env.MNIST_DIR && 'MNIST_DIR is not set: the losses are those of the real digits';

describe('the first three losses on MNIST equal NumPy’s (two-layer-reference.py)', { skip: absent }, async () => {
  const data = absent ? undefined : await prepare();
  for (const [name, { initializer, optimizer }] of Object.entries(configurations)) {
    test(name, async () => {
      const network = new TwoLayerNetwork({ inputs: 784, hidden: 128, outputs: 10, initializer });
      const history = await trainFullBatch({ network, ...data!, optimizer, steps: 3 });
      network.dispose();
      const expected = reference[name as keyof typeof reference];
      for (const key of ['loss', 'validationLoss'] as const) {
        history[key].forEach((value, step) => {
          const difference = Math.abs(value / expected[key][step]! - 1);
          assert.ok(difference <= 1e-12, `${key} ${step} is ${value}, NumPy's ${expected[key][step]}`);
        });
        assert.equal(history[key].length, 3);
      }
    });
  }
});

async function prepare() {
  await loadBackend();
  const { train: all } = await loadMnist();
  const { train, test: validation } = trainTestSplit(all, { testSize: 0.2, randomState: 0 });
  const labelled = ({ images, labels }: typeof all) => ({ x: scale(flatten(images)), y: oneHot(labels, 10) });
  return { train: labelled(train), validation: labelled(validation) };
}
