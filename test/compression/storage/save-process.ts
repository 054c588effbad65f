/** `node save-process.js FOLDER FIRST`: saves a model again and again, its weights all FIRST, then all FIRST + 1, and so on; says each. */
import { saveModel } from '../../../src/compression/storage';
import { loadBackend } from '../../../src/tensorflow';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';

async function main(folder: string, first: number): Promise<void> {
  await loadBackend();
  const tf = tensorFlowJs();
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 64, inputShape: [64], useBias: false })] });
  for (let value = first; ; value++) {
    tf.tidy(() => model.setWeights([tf.fill([64, 64], value)]));
    await saveModel(model, folder, { shardBytes: 2048 });
    process.stdout.write(`${value}\n`);
  }
}

void main(process.argv[2]!, Number(process.argv[3]));
