import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { countMultiplyAdds, loadModel, onlyKernels, saveModel, toPlainModel, type StoredWeightsRule } from '../compression';
import { compileStep } from '../tensorflow';
import { predict } from '../training';
import { imagesFor, type ImagesAndTargets } from './examples';

/** What a small net is worth, and costs. */
export interface ModelMeasures {
  readonly parameters: number;
  /** For one image. */
  readonly multiplyAdds: number;
  /** Share of the test images that are classified rightly. */
  readonly accuracy: number;
  /** The mean cross-entropy of the test images, in nats. */
  readonly loss: number;
  /** Microseconds for one image in batches of 1000, of this net and of the trained net, in turn. */
  readonly inference: number;
  readonly startInference: number;
  /** As a plain model in files of its own: its kernels in so many bits, its biases in 32. */
  readonly files: Readonly<Record<StoredAs, { readonly bytes: number; readonly accuracy: number }>>;
}

/** How a net's kernels are stored. */
export type StoredAs = 'float32' | 'float16' | 'uint8';

/**
 * What a small net is worth, measured on the plain model that it becomes.
 *
 * @param start the trained net
 */
export async function measure(small: tf.Sequential, start: tf.Sequential, test: ImagesAndTargets): Promise<ModelMeasures> {
  const model = toPlainModel(small);
  try {
    const [own, others] = await inferences([model, start], test);
    return {
      parameters: model.countParams(),
      multiplyAdds: countMultiplyAdds(model)!,
      ...scores(own!.probabilities, test),
      inference: own!.microseconds,
      startInference: others!.microseconds,
      files: {
        float32: await stored(model, test, 'float32'),
        float16: await stored(model, test, onlyKernels('float16')),
        uint8: await stored(model, test, onlyKernels('uint8')),
      },
    };
  } finally {
    model.dispose();
  }
}

const batchSize = 1000;
const rounds = 5;

interface Inference {
  readonly probabilities: ArrayLike<number>;
  readonly microseconds: number;
}

/** Of each model, in turn; the median of the rounds after a first one. */
async function inferences(models: readonly tf.Sequential[], { x }: ImagesAndTargets): Promise<Inference[]> {
  const runs = models.map((model) => {
    const step = compileStep((images: tf.Tensor) => [model.apply(images, { training: false }) as tf.Tensor], { seed: 0, execution: 'compiled-or-eager' });
    return { step, images: imagesFor(model, x), times: [] as number[], probabilities: [] as ArrayLike<number> };
  });
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const run of runs) {
        const begin = performance.now();
        const { values: [result] } = await run.step.run([run.images], { batchSize, perExample: true });
        if (round > 0) run.times.push((1000 * (performance.now() - begin)) / x.shape[0]);
        run.probabilities = result!.data;
      }
    }
    return runs.map(({ times, probabilities }) => ({ probabilities, microseconds: times.sort((a, b) => a - b)[rounds >> 1]! }));
  } finally {
    for (const { step, images } of runs) {
      step.dispose();
      images.dispose();
    }
  }
}

/** How well a classifier does. */
function scores(probabilities: ArrayLike<number>, { y }: ImagesAndTargets): { accuracy: number; loss: number } {
  const targets = y.dataSync();
  const [examples, classes] = y.shape;
  let right = 0;
  let loss = 0;
  for (let i = 0; i < examples; i++) {
    let best = 0;
    let label = 0;
    for (let c = 1; c < classes; c++) {
      if (probabilities[i * classes + c]! > probabilities[i * classes + best]!) best = c;
      if (targets[i * classes + c]! > targets[i * classes + label]!) label = c;
    }
    if (best === label) right++;
    loss -= Math.log(Math.max(probabilities[i * classes + label]!, 1e-7));
  }
  return { accuracy: right / examples, loss: loss / examples };
}

async function stored(model: tf.Sequential, test: ImagesAndTargets, weights: StoredWeightsRule): Promise<{ bytes: number; accuracy: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'tfjs-lowrank-'));
  try {
    const { bytes } = await saveModel(model, folder, { weights, userDefinedMetadata: {} });
    const loaded = (await loadModel(folder)) as tf.Sequential;
    const images = imagesFor(loaded, test.x);
    try {
      const probabilities = await predict(loaded, images, { batchSize });
      return { bytes, accuracy: scores(probabilities.data, test).accuracy };
    } finally {
      images.dispose();
      loaded.dispose();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
