import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from '../../kernel-setup/notebook-runner/notebook';
import { projectRoot } from '../support/project';
import { Project } from './kernel-fixture';

const runner = join(projectRoot, '.build', 'kernel-setup', 'notebook-runner', 'main.js');
const project = new Project({ 'src/index.ts': 'export const one = 1;\n' });
after(() => project.remove());

/** Writes a notebook whose code cells are `sources`; returns its path. */
function notebook(name: string, ...sources: string[]): string {
  const cells = sources.map((source, i) => ({
    cell_type: 'code',
    execution_count: 99,
    id: `cell-${i}`,
    metadata: { tags: ['kept'] },
    outputs: [{ output_type: 'stream', name: 'stdout', text: 'old\n' }],
    source,
  }));
  const text = { cell_type: 'markdown', id: 'text', metadata: {}, source: '# Title\ntext' };
  project.write(
    `notebooks/${name}`,
    JSON.stringify({ cells: [text, ...cells], metadata: { mine: 1 }, nbformat: 4, nbformat_minor: 5 }),
  );
  return project.path(`notebooks/${name}`);
}

function start(...args: string[]) {
  const child = spawn(process.execPath, [runner, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const run = { child, log: '', code: once(child, 'close').then(([code]) => code as number) };
  child.stderr.on('data', (chunk) => (run.log += chunk));
  return run;
}

async function run(...args: string[]) {
  const started = start(...args);
  return { code: await started.code, log: started.log };
}

interface Cell {
  readonly id: string;
  readonly execution_count: number;
  readonly outputs: readonly Output[];
}

function codeCells(file: string): Cell[] {
  const { cells } = JSON.parse(readFileSync(file, 'utf8')) as { cells: (Cell & { cell_type: string })[] };
  return cells.filter((cell) => cell.cell_type === 'code');
}

test('writes the outputs of a run from top to bottom in place, the same each time', async () => {
  const file = notebook(
    'good.ipynb',
    "import { one } from '../src';\nconsole.log('a');\nconsole.log('b')",
    '',
    'one + 1',
  );
  const { code, log } = await run(file);
  assert.equal(code, 0, log);
  assert.match(log, /good: cell 2 of 2/);
  const text = readFileSync(file, 'utf8');
  const written = JSON.parse(text);
  assert.deepEqual(
    written.cells.map(({ id, execution_count, outputs }: Cell) => [id, execution_count, outputs]),
    [
      ['text', undefined, undefined],
      ['cell-0', 1, [{ name: 'stdout', output_type: 'stream', text: ['a\n', 'b\n'] }]],
      ['cell-1', null, []],
      [
        'cell-2',
        2,
        [{ data: { 'text/plain': ['2'] }, execution_count: 2, metadata: {}, output_type: 'execute_result' }],
      ],
    ],
  );
  assert.deepEqual(written.cells[1].metadata, { tags: ['kept'] });
  assert.equal(written.metadata.mine, 1);
  assert.equal(written.metadata.language_info.name, 'typescript');
  assert.equal((await run(file)).code, 0);
  assert.equal(readFileSync(file, 'utf8'), text);
  assert.deepEqual(
    readdirSync(project.path('notebooks')).filter((name) => name.startsWith('.')),
    [],
  );
});

test('a failing cell is named with its error, the file stays as it was, and other notebooks run', async () => {
  const bad = notebook('bad.ipynb', '1', "const a = 1;\nthrow new RangeError('too far')", '3');
  const untyped = notebook('untyped.ipynb', "const n: number = 'text'");
  const fine = notebook('fine.ipynb', '1');
  const before = readFileSync(bad, 'utf8');
  const { code, log } = await run(bad, untyped, fine);
  assert.equal(code, 1);
  assert.match(log, /FAILED bad: cell 2 of 3 \(const a = 1;\)\nRangeError: too far\n\s+at cell\[2\]:2:7/);
  assert.match(log, /FAILED untyped: cell 1 of 1 [^]*cell\[1\]:1:7 - error TS2322/);
  assert.match(log, /2 of 3 notebooks failed/);
  assert.equal(readFileSync(bad, 'utf8'), before);
  assert.equal(codeCells(fine)[0]?.execution_count, 1);
});

test('an error that nothing catches fails the notebook, also after its cell', async () => {
  const rejected = notebook('rejected.ipynb', "void Promise.reject(new Error('alone'))", '2');
  const late = notebook(
    'late.ipynb',
    "setTimeout(() => { throw new Error('in a timer') }, 50)",
    'await new Promise((r) => setTimeout(r, 200))',
  );
  const { code, log } = await run(rejected, late);
  assert.equal(code, 1);
  assert.match(log, /FAILED rejected: cell 1 of 2 [^]*Error: alone/);
  assert.match(log, /FAILED late: cell 1 of 2 [^]*Error: in a timer/);
});

test('a kernel that ends in the middle fails the notebook', async () => {
  const { code, log } = await run(notebook('gone.ipynb', '1', 'process.exit(7)'));
  assert.equal(code, 1);
  assert.match(log, /FAILED gone: the kernel ended by itself \(exit code 7\)/);
});

test('--quick is told to the notebook and writes nothing, unless elsewhere', async () => {
  const file = notebook('quick.ipynb', 'process.env.LOWRANK_QUICK');
  const before = readFileSync(file, 'utf8');
  assert.equal((await run(file, '--quick')).code, 0);
  assert.equal(readFileSync(file, 'utf8'), before);
  assert.equal((await run(file, '--quick', '--output-dir', project.path('elsewhere'))).code, 0);
  assert.equal(readFileSync(file, 'utf8'), before);
  const [cell] = codeCells(project.path('elsewhere/quick.ipynb'));
  assert.deepEqual(cell?.outputs, [
    { data: { 'text/plain': ["'1'"] }, execution_count: 1, metadata: {}, output_type: 'execute_result' },
  ]);
});

test('a name that is no notebook is refused, and so is an option', async () => {
  const unknown = await run('no-such-notebook');
  assert.equal(unknown.code, 2);
  assert.match(unknown.log, /no notebook "no-such-notebook".*\n.*usage:/);
  assert.equal((await run('--nonsense')).code, 2);
});

test('Ctrl-C stops the run, leaves the file as it was and no kernel behind', async () => {
  const pidFile = project.path('pid');
  const file = notebook(
    'long.ipynb',
    `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); while (true);`,
  );
  const before = readFileSync(file, 'utf8');
  const started = start(file);
  while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await sleep(20);
  started.child.kill('SIGINT');
  assert.equal(await started.code, 130);
  assert.match(started.log, /is as it was/);
  assert.equal(readFileSync(file, 'utf8'), before);
  assert.throws(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0));
});
