import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flatten, loadMnist, oneHot, scale, trainTestSplit, type LabelledImages } from '../../src/data';
import { loadBackend } from '../../src/tensorflow';
import { randomNormal, sgd, TwoLayerNetwork } from '../../src/training';
import { FullBatch } from '../../src/training/full-batch';
import { FullBatchSteps } from '../../src/training/full-batch-steps';
import { projectRoot } from '../support/project';
import type { Contest, Suite } from './benchmark';
import { PeerProcess } from './peer-process';
import { peerPython } from './python-environment';

interface Step {
  readonly seconds: number;
  readonly loss: number;
  readonly validationLoss: number;
}

/** One full-batch step of the two-layer network in float64 from normal weights, and its validation loss; NumPy likewise. */
export const twoLayer: Suite = {
  benchmarks: [{ name: 'two-layer', unit: 's/step', rounds: 15, warmUps: 2, prepare }],
  dispose: async () => {},
};

async function prepare(): Promise<Contest> {
  const backend = await loadBackend();
  const { train: all, source } = await loadMnist();
  const { train, test: validation } = trainTestSplit(all, { testSize: 0.2, randomState: 0 });
  const initializer = randomNormal({ seed: 0, stddev: 0.1 });
  const network = new TwoLayerNetwork({ inputs: 784, hidden: 128, outputs: 10, initializer });
  const folder = mkdtempSync(join(tmpdir(), 'two-layer-'));
  writeInputs(folder, { train, validation }, network);
  const python = peerPython('two-layer', 'two-layer-requirements.txt');
  const numpy = new PeerProcess(python, [join(projectRoot, 'test/bench/two-layer-numpy.py'), folder]);
  const { version, cores } = (await numpy.answer()) as { version: string; cores: number };

  const { math } = network;
  const [trainBatch, validationBatch] = [new FullBatch(math, labelled(train)), new FullBatch(math, labelled(validation))];
  const step = new FullBatchSteps(network, sgd({ learningRate: 0.001 }), trainBatch, validationBatch);
  let last: { loss: number; validationLoss: number };
  return {
    note:
      `${train.labels.length} × 784-128-10, float64, ${source === 'synthetic' ? 'synthetic digits' : 'MNIST'}, all units distinct; ` +
      `ours: ${backend.name}${backend.tensorflow ? ` TensorFlow ${backend.tensorflow}` : ''}, ${backend.threads} threads, ` +
      `pixels that are zero throughout a group of images left out; NumPy ${version}, ${cores} cores, dense`,
    ours: {
      run: async () => {
        const start = performance.now();
        const { loss, validationLoss } = step.run(1);
        last = { loss: loss[0]!, validationLoss: validationLoss[0]! };
        return (performance.now() - start) / 1000;
      },
    },
    peers: {
      NumPy: {
        run: async () => {
          const theirs = (await numpy.ask('step')) as Step;
          checkSameWork(last, theirs);
          return theirs.seconds;
        },
      },
    },
    dispose: async () => {
      await numpy.dispose();
      rmSync(folder, { recursive: true, force: true });
      for (const part of [step, network, trainBatch, validationBatch]) part.dispose();
    },
  };
}

function labelled({ images, labels }: LabelledImages) {
  return { x: scale(flatten(images)), y: oneHot(labels, 10) };
}

function writeInputs(folder: string, sets: Record<string, LabelledImages>, network: TwoLayerNetwork): void {
  for (const [name, { images, labels }] of Object.entries(sets)) {
    writeFileSync(join(folder, `${name}-images.bin`), images.data);
    writeFileSync(join(folder, `${name}-labels.bin`), labels);
  }
  const { w1, w2 } = network.weights();
  writeFileSync(join(folder, 'w1.bin'), w1.data);
  writeFileSync(join(folder, 'w2.bin'), w2.data);
}

/** A time counts only if it was spent on the same result. */
function checkSameWork(ours: { loss: number; validationLoss: number }, peer: Step): void {
  for (const key of ['loss', 'validationLoss'] as const) {
    if (!(Math.abs(ours[key] / peer[key] - 1) < 1e-12)) {
      throw new Error(`two-layer: our ${key} is ${ours[key]}, NumPy's ${peer[key]}`);
    }
  }
}
