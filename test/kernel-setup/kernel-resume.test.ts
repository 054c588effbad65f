import assert from 'node:assert/strict';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project';
import { Kernel, parentOf, Project } from './kernel-fixture';

/** A notebook's cells: a model and its data, and a training in epochs of several native calls. */
const prepare = `
import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { fit, loadBackend } from '../src';
await loadBackend();
const steps = 40;
const batchSize = 32;
function newModel() {
  const kernelInitializer = (seed: number) => tf.initializers.glorotUniform({ seed });
  const model = tf.sequential();
  model.add(tf.layers.dense({ units: 64, activation: 'relu', inputShape: [16], kernelInitializer: kernelInitializer(1) }));
  model.add(tf.layers.dropout({ rate: 0.2 }));
  model.add(tf.layers.dense({ units: 1, kernelInitializer: kernelInitializer(2) }));
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  return model;
}
const x = Float32Array.from({ length: steps * batchSize * 16 }, (_, i) => Math.sin(i * i));
const y = Float32Array.from({ length: steps * batchSize }, (_, i) => x[16 * i]! * x[16 * i + 1]!);
async function train(name: string) {
  const model = newModel();
  const { history, resumedEpochs } = await fit(model, { data: x, shape: [y.length, 16] }, y, {
    epochs: 4,
    batchSize,
    seed: 9,
    verbose: 0,
    checkpoint: { path: name + '.checkpoint' },
    callbacks: {
      async onYield(epoch) {
        if (epoch !== 2 || existsSync('go-on')) return;
        console.log('in epoch 3');
        await new Promise(() => {});
      },
    },
  });
  const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
  return { resumedEpochs, result: JSON.stringify({ history, weights }) };
}`;

test('a kernel that is killed in mid-training starts again, and the notebook resumes to the unbroken result', async () => {
  const project = new Project();
  cpSync(join(projectRoot, 'src'), project.path('src'), { recursive: true });
  try {
    const killed = await Kernel.startIn(project);
    assert.equal((await killed.run(prepare)).reply.status, 'ok');
    const { id, done } = killed.client.execute("const broken = await train('broken');");
    await killed.heard((message) => parentOf(message) === id && message.content.text === 'in epoch 3\n');
    await killed.process.kill();
    await assert.rejects(done, /the kernel ended by itself \(SIGKILL\)/);
    assert.ok(existsSync(project.path('notebooks/broken.checkpoint')));

    project.write('notebooks/go-on', '');
    const restarted = await Kernel.startIn(project);
    try {
      assert.equal((await restarted.run(prepare)).reply.status, 'ok');
      assert.equal(await restarted.value("const broken = await train('broken'); broken.resumedEpochs"), '2');
      assert.equal(await restarted.value("const whole = await train('whole'); whole.resumedEpochs"), '0');
      assert.equal(await restarted.value('[broken.result.length > 1000, broken.result === whole.result]'), '[ true, true ]');
    } finally {
      await restarted.process.shutdown();
    }
  } finally {
    project.remove();
  }
});
