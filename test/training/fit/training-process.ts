/**
 * `node training-process.js FOLDER NAME [linger]`: trains with a checkpoint, in epochs of several native calls. Says
 * when it is in the middle of the third epoch, and lingers there if it is told to, so that it can be killed.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { nativeTensorFlow, PythonRandom } from '../../../src/tensorflow';
import { tensorFlowJs } from '../../../src/tensorflow/tensorflow-js';
import { fit } from '../../../src/training';
import { ready, weightsOf } from './models';

const steps = 60;
const batchSize = 64;

async function main([folder, name, linger]: string[]): Promise<void> {
  await ready;
  const tf = tensorFlowJs();
  // A step of a few milliseconds.
  const units = nativeTensorFlow() ? 512 : 16;
  const model = tf.sequential();
  const kernelInitializer = (seed: number) => tf.initializers.glorotUniform({ seed });
  model.add(tf.layers.dense({ units, activation: 'relu', inputShape: [64], kernelInitializer: kernelInitializer(1) }));
  model.add(tf.layers.dropout({ rate: 0.2 }));
  model.add(tf.layers.dense({ units, activation: 'relu', kernelInitializer: kernelInitializer(2) }));
  model.add(tf.layers.dense({ units: 1, kernelInitializer: kernelInitializer(3) }));
  model.compile({ optimizer: tf.train.adam(0.001), loss: 'meanSquaredError' });

  const random = new PythonRandom(0);
  const x = Float32Array.from({ length: steps * batchSize * 64 }, () => random.randint(0, 255) / 255);
  const y = Float32Array.from({ length: steps * batchSize }, (_, i) => x[64 * i]! * x[64 * i + 1]!);
  const { history, resumedEpochs } = await fit(model, { data: x, shape: [y.length, 64] }, y, {
    epochs: 4,
    batchSize,
    seed: 9,
    verbose: 0,
    checkpoint: { path: join(folder!, `${name}.checkpoint`) },
    callbacks: {
      async onYield(epoch, batch) {
        if (epoch !== 2 || batch === steps - 1 || linger === undefined) return;
        process.stdout.write('in mid-epoch 3\n');
        await setTimeout(60_000);
      },
    },
  });
  const hash = createHash('sha256');
  weightsOf(model).forEach((values) => hash.update(values));
  writeFileSync(join(folder!, `${name}.json`), JSON.stringify({ history, weights: hash.digest('hex'), resumedEpochs }));
}

void main(process.argv.slice(2));
