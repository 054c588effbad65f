import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project';
import { load, temporaryFolder, write } from './bootstrap-support';

interface SubTest {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped, or how it failed. */
  readonly detail: string | null;
}

const python = join(projectRoot, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
/** A welcome that does not come is waited for without end. In milliseconds. */
const limit = 300_000;
const absent = !existsSync(python) && "the project's Python environment (.venv), which has jupyter_kernel_test, is not there";

if (absent && process.env.CI === 'true') test('jupyter_kernel_test is there', () => assert.fail(absent));

test('all of jupyter_kernel_test passes', { skip: absent }, async (t) => {
  // The kernel as Jupyter starts it, with a history of its own.
  const { specification } = await load('jupyter');
  const { createContext } = await load('context');
  const folder = temporaryFolder(t);
  const kernel = specification(createContext({ root: projectRoot }));
  const history = join(folder, 'history');
  const tested = { ...kernel, argv: kernel.argv.with(kernel.argv.indexOf('--history') + 1, history) };
  write(join(folder, 'jupyter', 'kernels', 'tested', 'kernel.json'), JSON.stringify(tested));

  const subTests = await run(folder);
  const count = (outcome: string) => subTests.filter((subTest) => subTest.outcome === outcome).length;
  t.diagnostic(`jupyter_kernel_test: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  for (const { name, outcome, detail } of subTests) {
    await t.test(name, { skip: outcome === 'skipped' && (detail ?? true) }, () => assert.equal(outcome, 'passed', detail ?? undefined));
  }
  assert.equal(count('failed'), 0);
  assert.ok(subTests.length >= 25, `only ${subTests.length} sub-tests ran`);
  assert.ok(readdirSync(history).length > 0, 'the kernel kept no history where its specification says');
});

async function run(folder: string): Promise<SubTest[]> {
  const program = join(projectRoot, 'test', 'kernel-setup', 'jupyter-kernel-test.py');
  const env = {
    ...process.env,
    JUPYTER_PATH: join(folder, 'jupyter'),
    JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
    JUPYTER_CONFIG_DIR: join(folder, 'config'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const child = spawn(python, [program, 'tested'], { cwd: join(projectRoot, 'notebooks'), env, stdio: ['ignore', 'pipe', 'pipe'], timeout: limit });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [status] = (await once(child, 'close')) as [number | null];
  assert.equal(status, 0, errors || `it did not end within ${limit / 1000} s`);
  return output.split('\n').filter(Boolean).map((line) => JSON.parse(line) as SubTest);
}
