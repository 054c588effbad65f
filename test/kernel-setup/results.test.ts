import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';
import { projectRoot } from '../support/project';

type Results = typeof import('../../kernel-setup/results.mjs');
const load = (): Promise<Results> => import(pathToFileURL(join(projectRoot, 'kernel-setup', 'results.mjs')).href);

const row = { quantity: 'test accuracy', unit: '', assignment: 0.9723, goal: null, ours: 0.9723, seeds: 1 };

test("the table has a row for every result, and names the notebook once", async () => {
  const { resultsTable } = await load();
  const lines = resultsTable([{ notebook: '1-a', results: [row, { ...row, quantity: 'stop', ours: 892 }] }]).split('\n');
  assert.equal(lines.length, 4);
  assert.match(lines[2], /^\| \[1-a\]\(notebooks\/1-a\.ipynb\) \| test accuracy \| 0\.9723 \| – \| \*\*0\.9723\*\* \| 1 \|$/);
  assert.match(lines[3], /^\|  \| stop \|/);
});

test('a README without the place for the table is refused, not overwritten', async () => {
  const { withTable } = await load();
  assert.throws(() => withTable('# title\n', '| a |'), /README\.md has no lines/);
});

test("README's table is the one that the committed results give", async () => {
  const { readResults, resultsTable, withTable } = await load();
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  assert.equal(withTable(readme, resultsTable(readResults(join(projectRoot, 'notebooks', 'results')))), readme);
});
