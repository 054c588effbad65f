import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { aliasTfjsNode } from '../../src/tensorflow';
import { projectRoot } from '../support/project';

type Functions = { readonly [name: string]: Functions | (() => unknown) };
const stub = require('xlsx') as Functions;

/** The names of all functions in an object and the objects in it, such as `utils.book_new`. */
function functionNames(object: Functions, prefix = ''): string[] {
  return Object.entries(object).flatMap(([name, value]) =>
    typeof value === 'function' ? [prefix + name] : functionNames(value, `${prefix}${name}.`));
}

function call(name: string): unknown {
  const found = name.split('.').reduce<unknown>((object, key) => (object as Functions)[key], stub);
  return (found as () => unknown)();
}

test('the package xlsx is our stub', () => {
  assert.equal(dirname(require.resolve('xlsx')), join(projectRoot, 'kernel-setup', 'xlsx-stub'));
});

test('every function names itself and the way around', () => {
  for (const name of functionNames(stub)) {
    assert.throws(() => call(name), (error: Error) => error.message.includes(`xlsx.${name} `) && /CSV or JSON/.test(error.message));
  }
});

test('it has every function that danfojs-node calls', () => {
  const folder = join(projectRoot, 'node_modules', 'danfojs-node', 'dist');
  const used = new Set<string>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js')) continue;
    for (const [, name] of readFileSync(join(folder, file), 'utf8').matchAll(/\bxlsx_1\.([\w.]+)/g)) used.add(name);
  }
  assert.notEqual(used.size, 0);
  assert.deepEqual([...used].sort(), functionNames(stub).sort());
});

test('a data frame that is to be written as a spreadsheet says so', () => {
  aliasTfjsNode();
  const { DataFrame, toExcel } = require('danfojs-node') as typeof import('danfojs-node');
  const frame = new DataFrame([[1, 2]], { columns: ['a', 'b'] });
  assert.throws(() => toExcel(frame, { filePath: 'never-written.xlsx' }), /xlsx\.utils\.aoa_to_sheet was called, but spreadsheets/);
});
