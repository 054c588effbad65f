import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { JSDOM } from 'jsdom';
import { compress, fit, liveHandles, loadBackend, lowRankDense, nativeTensor, svdDense } from '../../src/library';
import { compressionTable, dataFrame, jupyterDisplay, showValue, type MimeBundle } from '../../src/notebook';
import { projectRoot } from '../support/project';

let native = false;
let tensors = 0;
let handles = 0;
before(async () => {
  native = (await loadBackend()).name === 'native';
  [tensors, handles] = [tf.memory().numTensors, liveHandles()];
});
afterEach(() => assert.deepEqual([tf.memory().numTensors, liveHandles()], [tensors, handles]));

test('a small tensor is shown whole, with its shape and type', () => {
  const lines = (tensor: tf.Tensor) => use(tensor, text).split('\n');
  assert.deepEqual(lines(tf.tensor2d([[1, 2.5], [-3, NaN]])), ['Tensor float32 [2, 2]', '[[  1, 2.5],', ' [ -3, NaN]]']);
  assert.deepEqual(lines(tf.scalar(7, 'int32')), ['Tensor int32 []', '7']);
  assert.deepEqual(lines(tf.tensor1d([true, false], 'bool')), ['Tensor bool [2]', '[true, false]']);
  assert.deepEqual(lines(tf.tensor1d(['a', '"'])), ['Tensor string [2]', '["a", "\\""]']);
  assert.deepEqual(lines(tf.zeros([0, 3])), ['Tensor float32 [0, 3]', '[]']);
  assert.deepEqual(lines(tf.tidy(() => tf.variable(tf.ones([1]), true, 'bias'))), ["Variable 'bias' float32 [1]", '[1]']);
});

test('of a large tensor the first values are shown, and no more than 192 are read', (context) => {
  const large = tf.tidy(() => tf.range(0, 6000).reshape([3, 4, 50, 10]));
  const dataSync = context.mock.method(tf.Tensor.prototype, 'dataSync');
  const shown = text(large);
  const read = dataSync.mock.calls.map(({ result }) => (result as unknown as Float32Array).length);
  assert.equal(read.length, 1);
  assert.ok(read[0]! <= 192);
  const rows = shown.split('\n').slice(1);
  assert.match(rows[0]!, /^\[\[\[\[\s*0,\s+1,.* 7, …\],$/);
  // Row 2 of the matrix [1, 1].
  assert.ok(rows.some((row) => /^\s+\[2520, 2521,/.test(row)), shown);
  dispose(large);
});

test('a disposed tensor says so, and one that cannot be read is shown by its type', () => {
  const tensor = tf.ones([2, 2]);
  tensor.dispose();
  assert.equal(text(tensor), 'Tensor float32 [2, 2], disposed');
  // WebAssembly has no complex numbers.
  if (tf.getBackend() !== 'wasm') assert.equal(use(tf.tidy(() => tf.complex([1], [2])), text), 'Tensor complex64 [1]');
});

test('a tensor inside of another value is one line', () => {
  assert.equal(use(tf.ones([2, 3]), (weights) => text({ loss: 0.5, layers: [{ weights }] })), '{ loss: 0.5, layers: [ { weights: Tensor float32 [2, 3] } ] }');
});

test('a native handle is shown by its shape and type', () => {
  if (!native) return;
  const handle = nativeTensor([1, 2], [2], 'int32');
  assert.equal(text(handle), 'Tensor int32 [2]');
  handle.dispose();
  assert.equal(text([handle]), '[ Tensor int32 [2], disposed ]');
});

test('a model is a table of its layers, with ranks, parameters and their shares', () => {
  const model = tf.sequential({ name: '<b>' });
  model.add(tf.layers.dense({ units: 30, inputShape: [20], name: 'first', trainable: false }));
  model.add(lowRankDense({ units: 20, rank: 4, useBias: false }));
  model.add(svdDense({ units: 10 }));
  (model.layers[2] as ReturnType<typeof svdDense>).keepLargest(7);
  const bundle = showValue(model) as MimeBundle;
  const { document } = new JSDOM(bundle['text/html'] as string).window;
  const rows = [...document.querySelectorAll('tbody tr')].map((row) => [...row.querySelectorAll('td')].map(({ textContent }) => textContent));
  const counts = [20 * 30 + 30, 4 * (30 + 20), 20 * 10 + 10 + 10 * 10 + 10];
  const all = counts.reduce((a, b) => a + b);
  assert.equal(model.countParams(), all);
  assert.deepEqual(rows.map(([, kind, output, rank, count]) => [kind, output, rank, count]), [
    ['Dense', '[batch, 30]', '—', String(counts[0])],
    ['LowRankDense', '[batch, 20]', '4', String(counts[1])],
    ['SvdDense', '[batch, 10]', '7 of 10', String(counts[2])],
  ]);
  assert.deepEqual(rows.map(([, , , , , share]) => share), counts.map((count) => `${((100 * count) / all).toFixed(1)} %`));
  assert.equal(rows.reduce((sum, row) => sum + row[6]!.length, 0) > 10, true);
  assert.equal(document.querySelector('b')?.textContent, `Sequential '<b>', 3 layers, ${grouped(all)} parameters, ${grouped(all - counts[0]!)} of them trainable`);
  assert.match(text([model]), /^\[ Sequential '<b>', 3 layers/);
  assert.match(text(model.layers[0]), /^Dense 'first' → \[batch, 30\], 630 parameters\n {2}first\/kernel float32 \[20, 30\]/);
  // The factors' mask is not the model's.
  model.layers.forEach((layer) => layer.dispose());
});

test('a layer that is shared counts once; a model without layers, and a layer that is not built, have no parameters yet', () => {
  const input = tf.input({ shape: [4] });
  const shared = tf.layers.dense({ units: 4 });
  const model = tf.model({ inputs: input, outputs: shared.apply(shared.apply(input)) as tf.SymbolicTensor });
  assert.match(text(model), /2 layers, 20 parameters, 20 of them trainable/);
  const wrapped = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [4] }), shared] });
  for (const each of [model, wrapped]) {
    each.trainable = false;
    assert.match(text(each), /20 parameters, 0 of them trainable/);
    each.trainable = true;
  }
  assert.match(text(input), /^SymbolicTensor 'input\d+' float32 \[batch, 4\]$/);
  assert.match(text(model.inputs), /^\[ SymbolicTensor 'input\d+' float32 \[batch, 4\] \]$/);
  assert.match(text(tf.sequential()), /0 layers, 0 parameters/);
  assert.match(text(svdDense({ units: 3 })), /no shape yet, 0 parameters/);
  dispose(shared.getWeights());
});

test('the history of fit is a table of its epochs, and says how it went; that of model.fit too', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  const [x, y] = [tf.ones([8, 2]), tf.ones([8, 1])];
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
  const history = await fit(model, x, y, { epochs: 3, verbose: 0, seed: 5, validationData: [x, y] });
  const lines = text(history).split('\n');
  assert.match(lines[0]!, new RegExp(`^3 epochs in .* s · seed 5 · ${history.execution}$`));
  assert.deepEqual(lines[1]!.trim().split(/\s+/), ['epoch', 'loss', 'val_loss']);
  const cells = lines.slice(3).map((line) => line.trim().split(/\s+/).map(Number));
  assert.deepEqual(cells.map(([epoch]) => epoch), [1, 2, 3]);
  cells.forEach(([, loss], at) => assert.ok(Math.abs(loss! - history.history.loss![at]!) < 1e-5));
  assert.match(text({ ...history, stoppedBy: 'early stopping', resumedEpochs: 2 }), /2 of them before it was resumed · ended by early stopping/);
  assert.equal(text(await model.fit(x, y, { epochs: 2, verbose: 0 })).split('\n').length, 1 + 2 + 2);
  dispose([x, y]);
  model.dispose();
  model.optimizer.dispose();
});

test('a compression’s report is its table, a DataFrame and a Series of danfojs are ours', () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 20, inputShape: [20] })] });
  const { model: smaller, report } = compress(model, { rank: 3 });
  assert.deepEqual(showValue(report), compressionTable(report)[jupyterDisplay]());
  assert.deepEqual(showValue(report.toJSON()), showValue(report));
  [model, smaller].forEach((each) => each.dispose());
  const frame = dataFrame([{ city: 'Oslo', temperature: 3.5 }, { city: 'Rome', temperature: 14 }]);
  assert.deepEqual(text(frame).split('\n').map((line) => line.trim().split(/\s+/).join(' ')), [
    'DataFrame, 2 rows, 2 columns', 'city temperature', '---- -----------', 'Oslo 3.5', 'Rome 14.0',
  ]);
  assert.match(text(frame.column('temperature')), /^Series 'temperature', 2 values\n/);
});

test('to show values loads neither TensorFlow.js nor a renderer', () => {
  const program = `
    const { showValue } = require(${JSON.stringify(join(projectRoot, '.build/src/notebook/show-value'))});
    showValue({ a: [1, new Map()], e: new Error('x') });
    const loaded = Object.keys(require.cache).filter((path) => /node_modules/.test(path));
    console.log(JSON.stringify(loaded));`;
  const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', timeout: 60_000 });
  assert.deepEqual(JSON.parse(stdout), []);
});

function text(value: unknown): string {
  return (showValue(value) as MimeBundle)['text/plain'] as string;
}

function use<T extends tf.Tensor>(tensor: T, body: (tensor: T) => string): string {
  try {
    return body(tensor);
  } finally {
    tensor.dispose();
  }
}

function dispose(tensors: tf.TensorContainer): void {
  tf.dispose(tensors);
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
