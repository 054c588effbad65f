import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { after, describe, test } from 'node:test';
import { projectRoot } from '../support/project';

interface Output {
  readonly output_type: string;
  readonly data?: Readonly<Record<string, unknown>>;
}
interface Cell {
  readonly cell_type: string;
  readonly id: string;
  readonly source: readonly string[];
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}

const folder = join(projectRoot, 'notebooks');
const notebooks = readdirSync(folder).filter((name) => name.endsWith('.ipynb')).sort();
const runner = join(projectRoot, '.build', 'kernel-setup', 'notebook-runner', 'main.js');
const outputFolder = mkdtempSync(join(tmpdir(), 'tfjs-lowrank-notebooks-'));
after(() => rmSync(outputFolder, { recursive: true, force: true }));

const codeCells = (path: string): Cell[] =>
  (JSON.parse(readFileSync(path, 'utf8')) as { cells: Cell[] }).cells.filter(({ cell_type }) => cell_type === 'code');
const outputsOf = (cells: readonly Cell[]) => cells.flatMap(({ outputs }) => outputs ?? []);
const chart = 'application/vnd.plotly.v1+json';

for (const name of notebooks) {
  describe(name, () => {
    test('runs from top to bottom on the kernel, in quick mode', async () => {
      const committed = readFileSync(join(folder, name));
      await promisify(execFile)(process.execPath, [runner, basename(name, '.ipynb'), '--quick', '--output-dir', outputFolder], {
        cwd: projectRoot,
      });
      const outputs = outputsOf(codeCells(join(outputFolder, name)));
      assert.deepEqual(outputs.filter(({ output_type }) => output_type === 'error'), []);
      assert.ok(outputs.some(({ data }) => data !== undefined && chart in data), 'no chart was shown');
      assert.deepEqual(readFileSync(join(folder, name)), committed, 'a quick run must leave the notebook as it is');
    });

    test('is committed with the outputs of one full run on MNIST, in order', () => {
      const cells = codeCells(join(folder, name));
      assert.deepEqual(cells.map(({ execution_count }) => execution_count), cells.map((_, i) => i + 1));
      const outputs = outputsOf(cells);
      assert.deepEqual(outputs.filter(({ output_type }) => output_type === 'error'), []);
      assert.doesNotMatch(JSON.stringify(outputs), /synthetic|quick mode|\/home\/|\/tmp\/|file:\/\//i);
    });

    test('shows every chart and table that its cells make', () => {
      for (const { id, source, outputs = [] } of codeCells(join(folder, name))) {
        const made = source.join('').match(/^(show|table)\(/gm)?.length ?? 0;
        const shown = outputs.filter(({ data }) => data !== undefined).length;
        assert.ok(shown >= made, `cell ${id} makes ${made} and shows ${shown}: what a cell shows is its last expression, or goes to display(…)`);
      }
    });

    test('is under 5 MB, with a picture beside every chart', () => {
      assert.ok(statSync(join(folder, name)).size < 5e6);
      for (const { id, outputs = [] } of codeCells(join(folder, name))) {
        for (const { data = {} } of outputs) {
          if (chart in data) assert.ok('image/png' in data && 'text/plain' in data, `cell ${id} shows a chart without a picture`);
        }
      }
    });
  });
}

test('there are notebooks', () => assert.ok(notebooks.length > 0));
