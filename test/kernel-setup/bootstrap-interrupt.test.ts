import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { isRunning } from '../support/processes';
import { bootstrapFolder, script, temporaryFolder, write } from './bootstrap-support';

const patience = { timeout: 60_000 };
const moduleUrl = (name: string): string => JSON.stringify(pathToFileURL(join(bootstrapFolder, `${name}.mjs`)).href);

/** A command of the project whose only step downloads the library, with a Python that never gets done. */
function slowCommand(folder: string): { child: ChildProcess; output: () => string } {
  const python = script(join(folder, 'python'), `
    case "$*" in
      *' download '*) sleep 1000 & echo "$$ $!" > '${folder}/pids.new'; mv '${folder}/pids.new' '${folder}/pids'; wait;;
      *) echo '{"path": "${folder}/python", "version": [3, 11], "ensurepip": true, "venv": true, "pip": [23, 0]}';;
    esac`);
  const program = write(join(folder, 'program.mjs'), `
    import { runCommand } from ${moduleUrl('entry')};
    import { libtensorflow } from ${moduleUrl('libtensorflow')};
    import { libraryPins } from ${moduleUrl('pins')};
    import { ensure } from ${moduleUrl('part')};
    const [folder] = process.argv.slice(2);
    const changes = { root: folder + '/project', cache: folder + '/cache', library: libraryPins['linux-x64'] };
    await runCommand(async (context) => {
      await ensure(libtensorflow, { ...context, ...changes });
      return 0;
    });
  `);
  const env = { ...process.env, PYTHON: python, npm_lifecycle_event: '' };
  const child = spawn(process.execPath, [program, folder], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => void (output += text));
  return { child, output: () => output };
}

async function downloading(folder: string): Promise<number[]> {
  while (!existsSync(join(folder, 'pids'))) await wait(20);
  return readFileSync(join(folder, 'pids'), 'utf8').trim().split(' ').map(Number);
}

async function ended(pids: number[]): Promise<void> {
  while (pids.some(isRunning)) await wait(20);
}

describe('a set-up that is stopped in the middle', { skip: process.platform === 'win32' && 'there are no signals' }, () => {
  for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) {
    test(`by ${signal} ends its programs and leaves nothing half done`, patience, async (t) => {
      const folder = temporaryFolder(t);
      const { child, output } = slowCommand(folder);
      const pids = await downloading(folder);
      child.kill(signal);
      const [code] = await new Promise<unknown[]>((resolve) => child.on('close', (...how) => resolve(how)));
      assert.equal(code, status, output());
      assert.match(output(), /Stopped\./);
      await ended(pids);
      assert.deepEqual(readdirSync(join(folder, 'cache'), { recursive: true }), ['libtensorflow']);
    });
  }

  test('by SIGKILL leaves a lock and a folder that the next one clears away', patience, async (t) => {
    const folder = temporaryFolder(t);
    const first = slowCommand(folder);
    const pids = await downloading(folder);
    first.child.kill('SIGKILL');
    await new Promise((resolve) => first.child.on('close', resolve));
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    const left = readdirSync(join(folder, 'cache', 'libtensorflow'));
    assert.equal(left.length, 1);

    await ended(pids);
    rmSync(join(folder, 'pids'));
    const second = slowCommand(folder);
    const morePids = await downloading(folder);
    assert.notDeepEqual(readdirSync(join(folder, 'cache', 'libtensorflow')), left);
    second.child.kill('SIGINT');
    await new Promise((resolve) => second.child.on('close', resolve));
    await ended(morePids);
    assert.deepEqual(readdirSync(join(folder, 'cache', 'libtensorflow')), []);
  });
});
