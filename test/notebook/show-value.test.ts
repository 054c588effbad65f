import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { inspect } from 'node:util';
import { jupyterDisplay, show, showValue, table, type MimeBundle } from '../../src/notebook';
import { lossCurves } from '../../src/plots';

const nasty = '<img src=x onerror="alert(1)">';

test('undefined shows nothing; numbers, texts and null show themselves', () => {
  assert.equal(showValue(undefined), undefined);
  assert.deepEqual([2, 'a', null, true, 3n].map(text), ['2', "'a'", 'null', 'true', '3n']);
});

test('what inspect shows well is shown as it does', () => {
  for (const value of [[1, 'a', [undefined]], new Map([[1, { b: 2 }]]), new Set([[1]]), new Date(0), /x/, { a: { b: [] } }, [1, , 3], Object.create(null)]) {
    assert.equal(text(value), inspect(value));
  }
});

test('an object shows itself first, bytes become base64, and nothing may be nothing', async () => {
  const shown = { data: [], layout: {}, [jupyterDisplay]: () => ({ 'image/png': Buffer.from('png'), 'text/plain': 'own' }) };
  assert.deepEqual(showValue(shown), { 'image/png': Buffer.from('png').toString('base64'), 'text/plain': 'own' });
  assert.deepEqual(await showValue(Object.assign(() => 1, { [jupyterDisplay]: async () => ({ 'text/plain': 'later' }) })), { 'text/plain': 'later' });
  assert.equal(showValue({ [jupyterDisplay]: () => undefined }), undefined);
  assert.throws(() => showValue({ [jupyterDisplay]: () => { throw new RangeError('no'); } }), RangeError);
});

test('of a promise its value is shown; inside of others it is said to be pending', async () => {
  assert.deepEqual(await showValue(Promise.resolve([1])), { 'text/plain': '[ 1 ]' });
  await assert.rejects(Promise.resolve(showValue(Promise.reject(new Error('broken')))), /broken/);
  assert.match(text({ later: new Promise(() => {}) }), /<pending>/);
});

test('long arrays are shortened, and say how long they are', () => {
  const array = text(Array.from({ length: 54_321 }, (_, i) => i));
  assert.match(array, /^Array\(54321\) \[\s+0,\s+1,/);
  assert.match(array, /\.\.\. 54221 more items/);
  assert.match(text(new Float32Array(54_321)), /^Float32Array\(54321\) \[[^]*54221 more items/);
  assert.match(text({ inner: new Uint8Array(1000), objects: Array.from({ length: 500 }, (_, a) => ({ a })) }), /Uint8Array\(1000\)[^]*400 more items/);
});

test('whatever it is made of, a value is bounded in depth, in size and in time', () => {
  const wide = Array.from({ length: 110 }, () => Array.from({ length: 110 }, () => Array.from({ length: 110 }, () => ({ a: [1] }))));
  let deep: object = {};
  for (let i = 0; i < 10_000; i++) deep = { deep };
  const keys = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key${i}`, { i }]));
  const start = performance.now();
  for (const value of [wide, deep, keys, new Map(Object.entries(keys)), new Set(wide), 'long'.repeat(1e6), { text: 'long'.repeat(1e6) }]) {
    assert.ok(text(value).length <= 20_100);
  }
  assert.ok(performance.now() - start < 5000);
  assert.match(text(wide), /\[Array\(110\)\],\s+\.\.\. 10 more items\s+\]$/, 'what comes late is named only');
  assert.match(text(deep), /\[Object\]/);
  assert.match(text(keys), /4900 more keys/);
});

test('a value that holds itself is shown, a getter is not called, a class keeps its name', () => {
  class Node {
    readonly self = this;
    readonly tensors = [{ dataId: {}, shape: [2], dtype: 'int32', isDisposed: true, dispose() {} }];
    #hidden = 1;
    get hidden() {
      return this.#hidden;
    }
  }
  assert.match(text(new Node()), /^<ref \*1> Node \{\s*self: \[Circular \*1\],\s*tensors: \[ Tensor int32 \[2\], disposed \]\s*\}$/);
  assert.equal(text({ get broken() { throw new Error('called'); }, list: [() => 1] }), '{ broken: [Getter], list: [ [() => …] ] }');
});

test('a function is shown by its signature', () => {
  function named(a: number, { b } = { b: ')' }) {
    return a + Number(b);
  }
  assert.equal(text(named), "function named(a, { b } = { b: ')' })");
  assert.equal(text(async (x: number) => x), 'async (x) => …');
  assert.equal(text(class Wide extends Map {}), 'class Wide extends Map');
  assert.match(text(Math.max), /max\(\)/);
  assert.equal(text({ method(a: unknown) { return a; } }.method), 'function method(a)');
});

test('an error is shown by its message and its causes, without its stack', () => {
  const cause = new TypeError(nasty, { cause: { code: 7 } });
  const bundle = showValue(new RangeError('rank is 0', { cause })) as MimeBundle;
  assert.equal(bundle['text/plain'], `RangeError: rank is 0\nCaused by: TypeError: ${nasty}\nCaused by: { code: 7 }`);
  const { document } = new JSDOM(bundle['text/html'] as string).window;
  assert.equal(document.querySelector('img'), null);
  assert.equal(document.body.textContent, bundle['text/plain']);
  assert.equal(text(new AggregateError([new Error('a'), new Error('b')], 'all')), 'AggregateError: all\n  - Error: a\n  - Error: b');
  const endless = new Error('e');
  endless.cause = endless;
  assert.ok(text(endless).split('\n').length < 20);
});

test('a figure is shown as its chart, also one of plotly’s own without a size', async () => {
  const figure = lossCurves({ loss: [2, 1] });
  assert.deepEqual(await showValue(figure), await show(figure)[jupyterDisplay]());
  const bundle = (await showValue({ data: [{ y: [1, 2] }], layout: {} }))!;
  assert.deepEqual(Object.keys(bundle), ['application/vnd.plotly.v1+json', 'image/png', 'text/plain']);
  for (const other of [{ data: [1], layout: {} }, { data: [], layout: null }, { data: [], layout: {}, accuracy: 1 }]) {
    assert.deepEqual(showValue(other), { 'text/plain': inspect(other) });
  }
});

test('a history of steps is shown at equal distances, with how it went', () => {
  const loss = Array.from({ length: 1000 }, (_, i) => 1000 - i);
  const lines = text({ loss, accuracy: loss.map((l) => 1 / l), counts: { passes: 3 }, stepsPerEpoch: 100, seconds: 12.34, stoppedBy: 'interrupt' }).split('\n');
  assert.equal(lines[0], '1,000 steps in 12.3 s · ended by interrupt · 20 of them shown');
  assert.deepEqual(lines[1]!.trim().split(/\s+/), ['step', 'loss', 'accuracy']);
  assert.equal(lines.length, 3 + 20);
  const steps = lines.slice(3).map((line) => line.trim().split(/\s+/).slice(0, 2).map((cell) => Number(cell.replace(',', ''))));
  for (const [step, value] of steps) assert.equal(value, 1001 - step!);
  assert.deepEqual([steps[0]![0], steps.at(-1)![0]], [1, 1000]);
});

test('a DataFrame or Series is a table of a few rows and columns, known by its parts', () => {
  const columns = Array.from({ length: 50 }, (_, c) => `column ${c}`);
  const values = Array.from({ length: 5000 }, (_, r) => columns.map((_, c) => r * 100 + c));
  const index = values.map((_, r) => r);
  const frame = { $isSeries: false, $dtypes: [], columns, index, values, shape: [5000, 50] };
  const shown = text(frame).split('\n');
  assert.equal(shown[0], 'Object, 5,000 rows, 50 columns, the first 20 shown');
  assert.equal(shown.length, 3 + 20 + 1);
  assert.ok(shown.some((line) => /4,980 rows not shown/.test(line)));
  const series = { $isSeries: true, $dtypes: [], columns: [nasty], index: ['a', 'b'], values: [1, 2], shape: [2] };
  const bundle = showValue(series) as MimeBundle;
  const html = bundle['text/html'] as string;
  assert.ok(html.endsWith(table([{ '': 'a', [nasty]: 1 }, { '': 'b', [nasty]: 2 }]).html));
  const { document } = new JSDOM(html).window;
  assert.equal(document.querySelector('b')?.textContent, `Object '${nasty}', 2 values`);
  assert.equal(document.querySelector('img'), null);
});

test('a value that only looks like another is shown all the same', () => {
  const lookalikes = [
    { shape: [1], isDisposed: false, dispose() {}, dataId: 1 },
    { layers: [null], name: 'x', countParams: () => 0, getClassName: () => 'X' },
    { epoch: [1], history: { loss: 'none' } },
    { loss: [1], stoppedBy: 'x' },
    { layers: [], ratio: 1, parametersBefore: 1, parametersAfter: 1 },
    { get layers() { throw new Error('no'); } },
  ];
  for (const value of lookalikes) assert.match(text(value), /./);
});

test('each element of an array counts once towards what is shown in all', () => {
  const shown = text(Array.from({ length: 100 }, (_, i) => ({ number: i, square: { of: i } })));
  for (const i of [0, 50, 99]) assert.ok(shown.includes(`{ number: ${i}, square: { of: ${i} } }`), `element ${i} is not shown`);
});

function text(value: unknown): string {
  return (showValue(value) as MimeBundle)['text/plain'] as string;
}
