import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { projectRoot } from '../support/project';
import { Kernel } from './kernel-fixture';

let kernel: Kernel;
before(async () => {
  kernel = await Kernel.start();
  cpSync(join(projectRoot, 'src'), kernel.project.path('src'), { recursive: true });
  const { reply } = await kernel.run(`
    import * as tf from '@tensorflow/tfjs';
    import { compileStep, loadBackend } from '../src';
    await loadBackend();
    const weight = tf.variable(tf.scalar(1));
    const optimizer = tf.train.adam(0.01);
    const loss = () => optimizer.minimize(() => weight.square() as tf.Scalar, true, [weight])!;
    let stuck = false;
    const step = compileStep(() => {
      if (stuck) { console.log('on'); while (true); }
      return loss();
    });
    await step.run([], { steps: 3 });
  `);
  assert.equal(reply.status, 'ok', JSON.stringify(reply));
});
after(() => kernel.stop());

test('a step that is terminated while it is recorded leaves TensorFlow.js as it was, and can be run again', async () => {
  await kernel.interruptOnceItPrints('stuck = true; const other = compileStep(() => { console.log("on"); while (true); return loss(); }); await other.run([], { steps: 2 });');
  await kernel.run('stuck = false;');
  const live = () => kernel.value('[tf.memory().numTensors, optimizer.iterations].join()');
  const before = await live();
  assert.equal((await kernel.run('const again = compileStep(loss); await again.run([], { steps: 1 }); again.dispose();')).reply.status, 'ok');
  assert.equal((await kernel.run('await step.run([], { steps: 1 });')).reply.status, 'ok');
  const [tensors, iterations] = before!.slice(1, -1).split(',').map(Number) as [number, number];
  assert.equal(await live(), `'${tensors},${iterations + 2}'`);
  assert.equal(await kernel.value('tf.tidy(() => tf.dropout(tf.ones([8]), 0.5).shape.join())'), "'8'");
});

test('the interrupt button ends a long run between native calls; the variables keep what was learnt', async () => {
  const before = Number(await kernel.value('step.stepsDone'));
  await kernel.interruptOnceItPrints('console.log("on"); await step.run([], { steps: 1e9 });');
  const after = Number(await kernel.value('step.stepsDone'));
  assert.ok(after > before);
  assert.equal((await kernel.run('await step.run([], { steps: 5 });')).reply.status, 'ok');
  assert.equal(Number(await kernel.value('step.stepsDone')), after + 5);
});
