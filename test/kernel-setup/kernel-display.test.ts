import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { projectRoot } from '../support/project';
import { type CellRun, Kernel, parentOf } from './kernel-fixture';

let kernel: Kernel;
before(async () => {
  kernel = await Kernel.start();
  cpSync(join(projectRoot, 'src'), kernel.project.path('src'), { recursive: true });
});
after(() => kernel.stop());

test('the kernel has not loaded TensorFlow.js when it shows values', async () => {
  assert.equal(await kernel.value('({ a: [1] })'), '{ a: [ 1 ] }');
  const loaded = "Object.keys(require.cache).filter((path) => /node_modules.(@tensorflow|plotly|@napi-rs|jsdom)/.test(path)).length";
  assert.equal(await kernel.value(loaded), '0');
});

test('tensors, models and histories of a cell show themselves, and are still there afterwards', async () => {
  await kernel.value(`
    import * as tf from '@tensorflow/tfjs';
    import { display, fit, loadBackend, lossCurves } from '../src';
    await loadBackend();
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], name: 'only' })] });
    const tensor = tf.range(0, 6).reshape([2, 3]);`);
  const live = await kernel.value('tf.memory().numTensors');
  assert.equal(await kernel.value('tensor'), 'Tensor float32 [2, 3]\n[[0, 1, 2],\n [3, 4, 5]]');
  assert.match((await kernel.value('model'))!, /^Sequential '.*', 1 layer, 8 parameters, 8 of them trainable\n[^]*only +Dense/);
  assert.equal(await kernel.value('({ tensor })'), '{ tensor: Tensor float32 [2, 3] }');
  assert.equal(await kernel.value('tf.memory().numTensors'), live);
  const history = await kernel.value(`
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await fit(model, tensor, tf.zeros([2, 2]), { epochs: 2, verbose: 0 })`);
  assert.match(history!, /^2 epochs in [^]*epoch +loss\n/);
  const { outputs } = await kernel.run('lossCurves({ loss: [2, 1] })');
  assert.deepEqual(dataOf(outputs).map((data) => Object.keys(data)), [['application/vnd.plotly.v1+json', 'image/png', 'text/plain']]);
});

test('a chart whose drawing was interrupted is drawn when it is shown again, and so are others', async () => {
  const { id, done } = kernel.client.execute(`
    import { show } from '../src';
    const points = Array.from({ length: 200_000 }, (_, i) => i);
    const large = show({ data: [{ type: 'scatter', mode: 'markers', x: points, y: points }], layout: { width: 300, height: 200 } });
    console.log('drawing');
    large`);
  await kernel.heard((message) => parentOf(message) === id && message.content.text === 'drawing\n');
  await setTimeout(500);
  await kernel.process.interrupt();
  assert.equal((await done).content.ename, 'Interrupted');
  assert.deepEqual(dataOf(kernel.saidFor(id).outputs), []);

  const chart = async (code: string) => Object.keys(dataOf((await kernel.run(code)).outputs)[0] ?? {});
  assert.ok((await chart('lossCurves({ loss: [3, 1] })')).includes('image/png'));
  assert.ok((await chart('Object.assign(large.figure.data[0]!, { x: [1, 2], y: [1, 2] }); large')).includes('image/png'));
});

test('errors, functions and promises as the last expression', async () => {
  assert.equal(await kernel.value("new RangeError('no', { cause: new Error('why') })"), 'RangeError: no\nCaused by: Error: why');
  assert.equal(await kernel.value('function f(a: number, b = 2) { return a + b }; f'), 'function f(a, b = 2)');
  assert.equal(await kernel.value('new Promise((resolve) => setTimeout(resolve, 10, 5))'), '5');
  assert.equal(await kernel.value('null'), 'null');
});

test('a shown value is replaced where it stands, also by a later cell', async () => {
  const first = await kernel.run("const shown = await display([1]); await shown.update(new Map([['a', 1]])); shown");
  assert.deepEqual(texts(first.outputs), ["Map(1) { 'a' => 1 }"]);
  const second = await kernel.run('await shown.update(tensor);');
  assert.deepEqual(second.outputs, []);
  assert.deepEqual(second.messages.map(({ header }) => header.msg_type).filter((type) => /display/.test(type)), ['update_display_data']);
  assert.match(texts(first.outputs)[0]!, /^Tensor float32 \[2, 3\]\n/);
});

test('an inner bar and the progress of fit move inside of an outer bar, of which one line is saved; an interrupt closes it', async () => {
  const { outputs, messages } = await kernel.run(`
    import { progressBar, track } from '../src';
    for (const seed of track([1, 2], { label: 'seeds', unit: 'seeds' })) {
      for (const step of track([1, 2, 3], { label: 'inner' })) await new Promise((resolve) => setTimeout(resolve, 120));
      await fit(model, tensor, tf.zeros([2, 2]), { epochs: 2 });
    }`);
  assert.equal(outputs.length, 1);
  assert.match(texts(outputs)[0]!, /^seeds: 2 seeds in [^\n]*$/);
  const moving = messages.flatMap(({ content }) => ('data' in content ? [(content.data as Record<string, string>)['text/plain']!] : []));
  assert.ok(moving.some((text) => /^seeds: .*\n {2}inner: [12] of 3/.test(text)), moving.join('\n'));
  assert.ok(moving.some((text) => /^seeds: .*\n {2}Epoch 1\/2 /.test(text)), moving.join('\n'));

  const { id, done } = kernel.client.execute(`
    const outer = progressBar({ total: 2, label: 'outer' });
    const inner = progressBar({ total: 2, label: 'inner' });
    inner.update(1);
    console.log('waiting');
    await new Promise(() => {});`);
  await kernel.heard(({ content }) => content.text === 'waiting\n');
  await kernel.process.interrupt();
  assert.equal((await done).content.ename, 'Interrupted');
  assert.match(texts(kernel.saidFor(id).outputs)[0]!, /^outer: interrupted at 0 of 2 steps in [^\n]*$/);
});

function dataOf(outputs: CellRun['outputs']) {
  return outputs.flatMap((output) => ('data' in output ? [output.data] : []));
}

function texts(outputs: CellRun['outputs']) {
  return dataOf(outputs).map((data) => data['text/plain'] as string);
}
