import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { bootstrapFolder, load, temporaryFolder, write } from './bootstrap-support';

const idle = { say: () => {}, signal: new AbortController().signal };

/** The id of a process that has ended. */
const deadProcess = (): number => spawnSync(process.execPath, ['-e', '']).pid;

describe('a lock', () => {
  test('lets one in at a time, tells the others, and is gone afterwards', async (t) => {
    const path = join(temporaryFolder(t), 'setup.lock');
    const { withLock } = await load('lock');
    const said: string[] = [];
    let inside = 0;
    let most = 0;
    const enter = (): Promise<void> => withLock({ ...idle, say: (line) => void said.push(line) }, path, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
    });
    await Promise.all([enter(), enter(), enter()]);
    assert.equal(most, 1);
    assert.ok(said.length > 0 && said.every((line) => line.includes(`process ${process.pid}`) && line.includes('waiting')));
    assert.equal(existsSync(path), false);
  });

  test('is given up when the work fails', async (t) => {
    const path = join(temporaryFolder(t), 'setup.lock');
    const { withLock } = await load('lock');
    await assert.rejects(withLock(idle, path, () => Promise.reject(new Error('no room'))), /no room/);
    assert.equal(existsSync(path), false);
  });

  test('of a process that is gone is taken over', async (t) => {
    const folder = temporaryFolder(t);
    const path = write(join(folder, 'setup.lock'), JSON.stringify({ pid: deadProcess(), host: hostname(), started: '1' }));
    const { withLock } = await load('lock');
    assert.equal(await withLock(idle, path, async () => 'done'), 'done');
    assert.deepEqual(readdirSync(folder), []);
  });

  test("of a process that is gone is taken over although another one has its id now", { skip: process.platform !== 'linux' && 'the system does not say when a process began' }, async (t) => {
    const path = write(join(temporaryFolder(t), 'setup.lock'), JSON.stringify({ pid: process.pid, host: hostname(), started: '1' }));
    const { withLock } = await load('lock');
    assert.equal(await withLock(idle, path, async () => 'done'), 'done');
  });

  test('of another machine is respected', async (t) => {
    const path = write(join(temporaryFolder(t), 'setup.lock'), JSON.stringify({ pid: 1, host: 'elsewhere', started: '1' }));
    const { withLock } = await load('lock');
    const controller = new AbortController();
    const told = new Promise<void>((resolve) => {
      const waiting = withLock({ say: () => resolve(), signal: controller.signal }, path, async () => assert.fail('entered'));
      waiting.catch(() => {});
    });
    await told;
    controller.abort();
    assert.ok(existsSync(path));
  });

  test('can be waited for no longer', async (t) => {
    const path = join(temporaryFolder(t), 'setup.lock');
    const { withLock } = await load('lock');
    const controller = new AbortController();
    await withLock(idle, path, async () => {
      const waiting = withLock({ say: () => controller.abort(new Error('enough')), signal: controller.signal }, path, async () => {});
      await assert.rejects(waiting, /enough/);
      assert.ok(existsSync(path));
    });
  });
});

test('processes that want the same part at once build it once', async (t) => {
  const folder = temporaryFolder(t);
  const program = write(join(folder, 'program.mjs'), `
    import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
    import { createContext } from ${JSON.stringify(pathToFileURL(join(bootstrapFolder, 'context.mjs')).href)};
    import { ensure } from ${JSON.stringify(pathToFileURL(join(bootstrapFolder, 'part.mjs')).href)};
    const [folder] = process.argv.slice(2);
    const part = {
      title: () => 'part', lock: 'cache',
      problem: async () => (existsSync(folder + '/part') ? undefined : 'it is missing'),
      build: async () => {
        appendFileSync(folder + '/builds', process.pid + '\\n');
        await new Promise((resolve) => setTimeout(resolve, 300));
        writeFileSync(folder + '/part', '');
      },
    };
    await ensure(part, createContext({ cache: folder + '/cache' }));
  `);
  const statuses = await Promise.all([1, 2, 3].map(() => new Promise((resolve) => {
    spawn(process.execPath, [program, folder], { stdio: 'ignore' }).on('exit', resolve);
  })));
  assert.deepEqual(statuses, [0, 0, 0]);
  assert.equal(readFileSync(join(folder, 'builds'), 'utf8').trim().split('\n').length, 1);
});
