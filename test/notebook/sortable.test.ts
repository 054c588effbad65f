import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { table } from '../../src';

const rows = [
  { name: 'b', share: 0.5, ranks: 20 },
  { name: 'a <i>', share: null, ranks: 3 },
  { name: 'c', share: 0.25, ranks: 100 },
];
const page = (html: string) => new JSDOM(`<body>${html}</body>`, { runScripts: 'dangerously' }).window;

const columns = ['name', { key: 'share', format: (value: unknown) => `${100 * (value as number)} %` }, 'ranks'];

function namesAfter(clicks: readonly number[]): string[] {
  const window = page(table(rows, { sortable: true, columns }).html);
  const headings = [...window.document.querySelectorAll('th')];
  for (const column of clicks) headings[column]!.click();
  const names = [...window.document.querySelectorAll('tbody tr')].map((row) => row.querySelector('td')!.textContent!);
  window.close();
  return names;
}

test('a click on a heading sorts by the values, not by their texts; a second one turns it round', () => {
  assert.deepEqual(namesAfter([]), ['b', 'a <i>', 'c']);
  assert.deepEqual(namesAfter([2]), ['a <i>', 'b', 'c']);
  assert.deepEqual(namesAfter([2, 2]), ['c', 'b', 'a <i>']);
  assert.deepEqual(namesAfter([2, 2, 2]), ['a <i>', 'b', 'c']);
  assert.deepEqual(namesAfter([2, 0]), ['a <i>', 'b', 'c']);
});

test('missing values come last in both orders', () => {
  assert.deepEqual(namesAfter([1]), ['c', 'b', 'a <i>']);
  assert.deepEqual(namesAfter([1, 1]), ['b', 'c', 'a <i>']);
});

test('the heading says how it is sorted, and takes the keyboard', () => {
  const window = page(table(rows, { sortable: true, columns }).html);
  const [name, share] = [...window.document.querySelectorAll('th')];
  assert.equal(name!.tabIndex, 0);
  name!.dispatchEvent(new window.KeyboardEvent('keydown', { key: 'Enter' }));
  assert.deepEqual([name!.getAttribute('aria-sort'), share!.getAttribute('aria-sort')], ['ascending', 'none']);
  assert.deepEqual([name!.textContent, share!.textContent], ['name ↑', 'share ↕']);
  window.close();
});

test('a page that runs a copy of the script at the end of the output has the table sortable too', () => {
  const { html } = table(rows, { sortable: true, columns });
  const window = new JSDOM(`<body>${html.replace('<script>', '<script type="text/plain">')}</body>`, { runScripts: 'dangerously' }).window;
  const copy = window.document.createElement('script');
  copy.textContent = window.document.querySelector('script')!.textContent;
  window.document.body.append(copy);
  const [name] = [...window.document.querySelectorAll('th')];
  name!.click();
  assert.equal(name!.getAttribute('aria-sort'), 'ascending');
  window.close();
});

test('a table that is not sortable has no script, and a value in quotes stays a value', () => {
  assert.doesNotMatch(table(rows).html, /script|data-value/);
  const odd = '"><img src=x onerror=alert(1)>';
  const window = page(table([{ odd }], { sortable: true }).html);
  assert.equal(window.document.querySelector('img'), null);
  assert.equal(window.document.querySelector('td')!.dataset.value, odd);
  window.close();
});
