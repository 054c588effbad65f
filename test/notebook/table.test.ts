import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { jupyterDisplay, table } from '../../src/notebook';

test('a table as text: numbers to the right with common decimals, the rest to the left', () => {
  const rows = [{ method: 'dense', parameters: 84060, accuracy: 0.978 }, { method: 'rank 25/12/2', parameters: 24180, accuracy: 0.97412 }];
  assert.equal(
    table(rows, { caption: 'Test set' }).text,
    [
      'Test set',
      'method        parameters  accuracy',
      '------------  ----------  --------',
      'dense             84,060   0.97800',
      'rank 25/12/2      24,180   0.97412',
    ].join('\n'),
  );
});

test('a table as HTML has the same cells, headings and caption', () => {
  const shown = table([{ a: 1, b: 'x' }, { a: 2000, b: 'y' }], { caption: 'Both' });
  const { document } = new JSDOM(shown.html).window;
  assert.equal(document.querySelector('div')?.textContent, 'Both');
  assert.deepEqual(cells(document, 'th'), [['a', 'b']]);
  assert.deepEqual(cells(document, 'td'), [['1', 'x'], ['2,000', 'y']]);
  assert.deepEqual([...document.querySelectorAll('td')].map((cell) => cell.style.textAlign), ['right', 'left', 'right', 'left']);
  assert.deepEqual(shown[jupyterDisplay](), { 'text/html': shown.html, 'text/plain': shown.text });
});

test('nothing in the data is taken for HTML', () => {
  const nasty = '<img src=x onerror="alert(1)">&amp;\'';
  const { document } = new JSDOM(table([{ [nasty]: nasty }], { caption: nasty }).html).window;
  assert.equal(document.querySelector('img'), null);
  for (const part of ['div', 'th', 'td']) assert.equal(document.querySelector(part)?.textContent, nasty);
});

test('missing values are dashes, infinities signs; a row may lack a column', () => {
  const { text } = table([{ a: 1, b: null }, { a: NaN, b: 'x' }, { b: undefined, c: -Infinity }]);
  assert.deepEqual(text.split('\n').slice(2).map((line) => line.split(/\s+/).filter((cell) => cell)), [['1', '—', '—'], ['—', 'x', '—'], ['—', '—', '−∞']]);
});

test('columns are chosen, named, ordered and formatted', () => {
  const rows = [{ loss: 2.2897008012610214, error: 3.5e-13, step: 100 }];
  const { text } = table(rows, {
    columns: [
      { key: 'step', title: 'Step' },
      { key: 'loss', title: 'Training loss', decimals: 12 },
      { key: 'error', align: 'left', format: (value, row) => `${(value as number).toExponential(0)} at ${row.step}` },
    ],
  });
  assert.equal(
    text,
    [
      'Step   Training loss  error',
      '----  --------------  ------------',
      ' 100  2.289700801261  4e-13 at 100',
    ].join('\n'),
  );
});

test('very small numbers are written with an exponent', () => {
  assert.match(table([{ x: 1.25e-11 }, { x: 0.5 }]).text, /1\.25e−11\n\s+0\.5$/);
});

test('a long table shows its ends and says what is left out', () => {
  const { text, html } = table(Array.from({ length: 1000 }, (_, n) => ({ n })), { maxRows: 4 });
  assert.deepEqual(text.split('\n').slice(2).map((line) => line.trim()), ['0', '1', '… 996 rows not shown …', '998', '999']);
  assert.match(html, /996 rows not shown/);
});

test('what belongs together stays on one line, long texts and headings may be broken', () => {
  const long = 'a text of more letters than forty, which may be broken';
  const { document } = new JSDOM(table([{ 'a kernel': '784 × 1024', rank: 20, why: long, share: '97.9 %' }]).html).window;
  const broken = (tag: string) => [...document.querySelectorAll<HTMLElement>(tag)].map((cell) => cell.style.whiteSpace !== 'nowrap');
  assert.deepEqual(broken('td'), [false, true, true, false]);
  assert.deepEqual(broken('th'), [true, true, true, true]);
});

test('a table of many rows has all of them in a box that scrolls', () => {
  const boxOf = (count: number) => {
    const { document } = new JSDOM(table(Array.from({ length: count }, (_, n) => ({ n })), { caption: 'all' }).html).window;
    assert.equal(document.querySelectorAll('tbody tr').length, count);
    const { style } = document.querySelector('table')!.parentElement!;
    return [style.maxHeight, style.overflowY];
  };
  assert.deepEqual(boxOf(25), ['', '']);
  assert.deepEqual(boxOf(60), ['640px', 'auto']);
});

test('an unknown column and a table of nothing are refused', () => {
  assert.throws(() => table([{ a: 1 }], { columns: ['b'] }), /no column 'b'; the columns are 'a'/);
  assert.throws(() => table([]), /at least one column/);
  assert.throws(() => table('a' as unknown as object[]), { name: 'TypeError', message: 'a table is of an array of rows, or of a DataFrame, and not of a' });
  assert.throws(() => table({ a: [1, 2] } as unknown as object[]), { name: 'TypeError', message: /and not of \{ a \}/ });
  assert.throws(() => table([{ a: 1 }, 2] as object[]), { name: 'TypeError', message: 'row 1 of a table is 2; it must be an object of values by column' });
  assert.throws(() => table([{ a: 1 }], { maxRows: 1 }), /maxRows is 1/);
});

function cells(document: Document, tag: string): string[][] {
  return [...document.querySelectorAll('tr')]
    .map((row) => [...row.querySelectorAll(tag)].map((cell) => cell.textContent ?? ''))
    .filter((row) => row.length > 0);
}
