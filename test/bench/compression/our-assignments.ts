/** Ours, from their first training to their final figures: our-assignments.js FOLDER; see keras_assignments.py. */
import type * as tfjs from '@tensorflow/tfjs';
import { compress, truncateWeights } from '../../../src/compression';
import { truncateKernels } from '../../../src/layers';
import { evaluate, fit, type FitOptions } from '../../../src/training';
import { denseNetwork } from '../shared/dense-network';
import { readExamples, readWeights } from '../shared/inputs';
import { ourProgram } from '../shared/our-program';
import { aware } from './aware-training';
import { EpochTimes } from './epoch-times';
import type { AssignmentAnswer, AssignmentRequest } from './assignments';

type Data = readonly [x: tfjs.Tensor, y: tfjs.Tensor];

const smallNet = '784-100-50-10';
const rankChoices = [
  [50, 25, 5],
  [25, 12, 2],
  [12, 6, 1],
] as const;

ourProgram<AssignmentRequest>((tf, [folder]) => {
  const [train, test] = (['', 'test-'] as const).map((prefix): Data => {
    const { images, oneHotLabels } = readExamples(folder!, prefix);
    return [tf.tensor2d(images, [images.length / 784, 784]), tf.tensor2d(oneHotLabels, [oneHotLabels.length / 10, 10])];
  }) as [Data, Data];
  const network = (net: string) => compiled(tf, denseNetwork(tf, readWeights(folder!, net), 'softmax'));
  return (request) =>
    request.assignment === 2
      ? compression(network(smallNet), train, test, request)
      : awareTraining(tf, network(aware.net), train, test, request.epochs);
});

/** Assignment 2: a training, and for each choice of ranks the factors and their refinement; what is predicted at the end. */
async function compression(
  model: tfjs.Sequential,
  train: Data,
  test: Data,
  { epochs, refinement }: { readonly epochs: number; readonly refinement: number },
): Promise<AssignmentAnswer> {
  const record = new Protocol();
  const trained = async (name: string, each: tfjs.Sequential, options: FitOptions) => {
    const { seconds, meanLosses } = await timedFit(each, train, { batchSize: 32, validationData: test, seed: 1, ...options });
    record.training(seconds, meanLosses[0]!);
    await record.accuracy(name, each, test);
  };
  await trained('dense', model, { epochs });
  const names = model.layers.map(({ name }) => name);
  for (const ranks of rankChoices) {
    const perLayer = Object.fromEntries(ranks.map((rank, i) => [names[i]!, rank]));
    const { model: compressed } = compress(model, { perLayer });
    await trained(ranks.join('/'), compressed, { epochs: refinement });
    compressed.dispose();
  }
  model.dispose();
  return record.answer();
}

/** Assignment 3: the training, the factors of both models, and what all four predict. */
async function awareTraining(tf: typeof tfjs, full: tfjs.Sequential, train: Data, test: Data, epochs: number): Promise<AssignmentAnswer> {
  const { rank, batchSize } = aware;
  const record = new Protocol();
  const truncated = compiled(tf, truncateKernels(full, { rank, gradient: 'straight-through' }));
  const { seconds, losses } = await timedFit(truncated, train, { batchSize, epochs, shuffle: false });
  record.training(seconds, losses[0]!);
  full.setWeights(truncated.getWeights());
  for (const [name, model] of Object.entries({ 'feed-forward': truncateWeights(full, { rank }), full })) {
    await record.accuracy(name, model, test);
    const { model: compressed } = compress(model, { rank, factors: 3 });
    await record.accuracy(`${name}, u/s/v`, compressed, test);
    [model, compressed].forEach((each) => each.dispose());
  }
  truncated.dispose();
  return record.answer();
}

function compiled(tf: typeof tfjs, model: tfjs.Sequential): tfjs.Sequential {
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

async function timedFit(model: tfjs.Sequential, [x, y]: Data, options: FitOptions): Promise<EpochTimes> {
  const times = new EpochTimes();
  await fit(model, x, y, { verbose: 0, callbacks: times, ...options });
  return times;
}

/** What an assignment took so far, and what it found. */
class Protocol {
  readonly #begin = performance.now();
  readonly #parts: AssignmentAnswer['parts'][number][] = [];
  readonly #figures: Record<string, number> = {};

  training(seconds: readonly number[], loss: number): void {
    this.#parts.push({ seconds, loss });
  }

  async accuracy(name: string, model: tfjs.Sequential, [x, y]: Data): Promise<void> {
    this.#figures[name] = (await evaluate(model, x, y)).acc!;
  }

  answer(): AssignmentAnswer {
    const epochs = this.#parts.flatMap(({ seconds }) => seconds).reduce((sum, seconds) => sum + seconds, 0);
    return { parts: this.#parts, other: (performance.now() - this.#begin) / 1000 - epochs, figures: this.#figures };
  }
}
