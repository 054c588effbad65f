import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { accuracy, loadBackend, loadMnist, loadModel, predict, take, type LabelledImages } from '../../src';
import { writeAtomically } from '../../src/compression/storage/atomic-write';
import { layersAbout } from './layers-about';
import type { About, Example, ModelAbout } from './page/about';
import type { DemoSettings } from './settings';
import { tensors, trainModels } from './train-models';

const examplesOfEachClass = 3;

/**
 * The two models and `about.json`, in a folder: trained, or as an earlier run with the same settings and data left them.
 *
 * @param folder made if it is missing
 */
export async function makeModels(settings: DemoSettings, folder: string): Promise<About> {
  const path = join(folder, 'about.json');
  const mnist = await loadMnist();
  const key = JSON.stringify({ version: 1, settings, data: mnist.banner === undefined ? 'MNIST' : mnist.source });
  const made = await readFile(path, 'utf8').then((text) => JSON.parse(text) as About, () => undefined);
  if (made?.key === key) return made;
  // Whoever stops here has models that no about.json speaks of, and trains them to the end the next time.
  await rm(path, { force: true });

  await loadBackend();
  const [models, checkpoints] = [join(folder, 'models'), join(folder, 'checkpoints')];
  const own = createHash('sha256').update(key).digest('hex').slice(0, 16);
  await trainModels(take(mnist.train, settings.trainingImages), settings, models, join(checkpoints, own));
  await rm(checkpoints, { recursive: true });
  const [dense, compressed] = [await loadModel(join(models, 'dense')), await loadModel(join(models, 'compressed'))];
  try {
    const hidden = `${settings.hiddenLayers} hidden layers of ${settings.width}`;
    const about: About = {
      key,
      banner: mnist.banner,
      trainingImages: settings.trainingImages,
      testImages: mnist.test.labels.length,
      models: [
        await modelAbout(dense, mnist.test, { title: `Dense, ${hidden}`, folder: 'models/dense', weights: 'float32' }),
        await modelAbout(compressed, mnist.test, { title: `Compressed, rank ${settings.rank}`, folder: 'models/compressed', weights: 'uint8' }),
      ],
      layers: layersAbout(dense, compressed),
      examples: examples(mnist.test),
    };
    await writeAtomically(path, [Buffer.from(JSON.stringify(about))]);
    return about;
  } finally {
    dense.dispose();
    compressed.dispose();
  }
}

async function modelAbout(
  model: tf.LayersModel,
  test: LabelledImages,
  told: Pick<ModelAbout, 'title' | 'folder' | 'weights'>,
): Promise<ModelAbout> {
  const { x, y } = tensors(test);
  try {
    const { data } = await predict(model, x, { batchSize: 1000 });
    const classes = tf.tidy(() => tf.tensor2d(data as Float32Array, [test.labels.length, 10]).argMax(1).dataSync());
    return { ...told, parameters: model.countParams(), accuracy: accuracy(test.labels, classes) };
  } finally {
    tf.dispose([x, y]);
  }
}

/** The first ones of each class, 0 to 9 and again. */
function examples({ images, labels }: LabelledImages): Example[] {
  const size = images.data.length / labels.length;
  return Array.from({ length: 10 * examplesOfEachClass }, (_, i) => {
    const label = i % 10;
    let at = -1;
    for (let found = 0; found <= Math.floor(i / 10); found++) at = labels.indexOf(label, at + 1);
    return { label, pixels: Buffer.from(images.data.subarray(at * size, (at + 1) * size)).toString('base64') };
  });
}
