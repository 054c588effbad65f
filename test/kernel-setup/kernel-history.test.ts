import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HistoryFolder } from '../../kernel-setup/kernel/history-folder';
import { Kernel } from './kernel-fixture';

let parent: string;
let folder: string;
const kernels: Kernel[] = [];
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'history-'));
  folder = join(parent, 'history');
});
afterEach(async () => {
  for (const kernel of kernels.splice(0)) await kernel.stop();
  rmSync(parent, { recursive: true, force: true });
});

async function start(history = folder): Promise<Kernel> {
  const kernel = await Kernel.start({}, { LOWRANK_HISTORY: history });
  kernels.push(kernel);
  return kernel;
}

async function history(kernel: Kernel, request: Record<string, unknown>): Promise<unknown> {
  const all = { output: false, raw: true, ...request };
  const { content } = await kernel.client.request('shell', 'history_request', all).done;
  assert.equal(content.status, 'ok', JSON.stringify(content));
  return content.history;
}

test('remembers cells and results, for itself and for the kernels after it', async () => {
  const first = await start();
  for (const code of ['1 + 1', 'const a = 2;', 'throw 3', 'wrong wrong']) await first.run(code);
  await first.run('10 + 1', { silent: true });
  await first.run('10 + 2', { store_history: false });
  await first.run(' \n');
  const ran = [[1, 1, '1 + 1'], [1, 2, 'const a = 2;'], [1, 3, 'throw 3'], [1, 4, 'wrong wrong']];
  assert.deepEqual(await history(first, { hist_access_type: 'tail', n: 10 }), ran);
  assert.deepEqual(await history(first, { hist_access_type: 'tail', n: 2 }), ran.slice(2));
  assert.deepEqual(await history(first, { hist_access_type: 'tail', n: 0 }), []);
  const last = await history(first, { hist_access_type: 'tail', n: 1, output: true });
  assert.deepEqual(last, [[1, 4, ['wrong wrong', null]]]);
  const withOutputs = [[1, 1, ['1 + 1', '2']], [1, 2, ['const a = 2;', null]]];
  assert.deepEqual(await history(first, { hist_access_type: 'range', session: 0, start: 1, stop: 3, output: true }), withOutputs);

  const second = await start();
  await second.run('2 + 2');
  assert.deepEqual(await history(second, { hist_access_type: 'tail', n: 3 }), [...ran.slice(2), [2, 1, '2 + 2']]);
  for (const session of [1, -1]) {
    assert.deepEqual(await history(second, { hist_access_type: 'range', session, start: 1, stop: 3, output: true }), withOutputs);
  }
  assert.deepEqual(await history(second, { hist_access_type: 'range', session: 0 }), [[2, 1, '2 + 2']]);
  assert.deepEqual(await history(second, { hist_access_type: 'range', session: 7 }), []);
});

test('searches whole cells by a pattern, the newest last, without repeats if asked', async () => {
  const earlier = await start();
  for (const code of ['let n = 1;', 'n + 1', 'n * 2', 'n + 1', '[n]']) await earlier.run(code);
  const kernel = await start();
  await kernel.run('1 + 1');
  const search = (pattern: string, more = {}) => history(kernel, { hist_access_type: 'search', pattern, ...more });
  assert.deepEqual(await search('n + 1'), [[1, 2, 'n + 1'], [1, 4, 'n + 1']]);
  assert.deepEqual(await search('n + 1', { unique: true }), [[1, 4, 'n + 1']]);
  assert.deepEqual(await search('?+1'), []);
  assert.deepEqual(await search('? + ?'), [[1, 2, 'n + 1'], [1, 4, 'n + 1'], [2, 1, '1 + 1']]);
  assert.deepEqual(await search('*+*', { n: 2 }), [[1, 4, 'n + 1'], [2, 1, '1 + 1']]);
  assert.deepEqual(await search('[[]n]'), [[1, 5, '[n]']]);
  assert.deepEqual(await search('n [+*] [^1]'), [[1, 3, 'n * 2']]);
  assert.deepEqual(await search('n [z-a] 1'), []);
});

test('two kernels at once, one of them killed, lose and mix nothing', async () => {
  const [one, two] = [await start(), await start()];
  for (let i = 0; i < 20; i++) await Promise.all([one.run(`'one ${i}'`), two.run(`'two ${i}'`)]);
  // A cell is remembered before it runs: this one takes its kernel with it.
  const { done } = two.client.execute("process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});");
  await assert.rejects(done, /ended by itself/);

  const after = await start();
  const found = (await history(after, { hist_access_type: 'tail', n: 100 })) as [number, number, string][];
  const [sessionOfOne, sessionOfTwo] = ["'one 0'", "'two 0'"].map((code) => found.find(([, , source]) => source === code)![0]);
  const of = (session: number) => found.filter((entry) => entry[0] === session).map(([, line, source]) => `${line} ${source}`);
  assert.deepEqual(of(sessionOfOne!), Array.from({ length: 20 }, (_, i) => `${i + 1} 'one ${i}'`));
  assert.deepEqual(of(sessionOfTwo!).slice(0, 20), Array.from({ length: 20 }, (_, i) => `${i + 1} 'two ${i}'`));
  assert.match(of(sessionOfTwo!)[20]!, /^21 process\.kill/);
});

test('a line that was cut short, and files of others, are passed over', async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, '3.jsonl'), '{"line":1,"source":"whole"}\nnull\n{"line":2,"sour');
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  const kernel = await start();
  await kernel.run('4');
  assert.deepEqual(await history(kernel, { hist_access_type: 'tail', n: 10 }), [[3, 1, 'whole'], [4, 1, '4']]);
  assert.equal(readFileSync(join(folder, 'notes.txt'), 'utf8'), 'mine');
});

test('without a folder, or where it cannot be written, the session itself is remembered', async () => {
  writeFileSync(folder, 'a file');
  for (const kernel of [await start(''), await start()]) {
    assert.equal(await kernel.value('1 + 1'), '2');
    assert.equal(await kernel.value('2 + 2'), '4');
    assert.deepEqual(await history(kernel, { hist_access_type: 'tail', n: 10 }), [[1, 1, '1 + 1'], [1, 2, '2 + 2']]);
  }
  assert.match(kernels[1]!.process.log, /^The history of this session is not kept: .*\n$/);
  assert.equal(readFileSync(folder, 'utf8'), 'a file');
});

const modeless = process.platform === 'win32' && 'files have no modes here';
test('a kernel that runs nothing leaves nothing; what is kept is for its user alone', { skip: modeless }, async () => {
  const kernel = await start();
  await history(kernel, { hist_access_type: 'tail', n: 10 });
  assert.ok(!existsSync(folder));
  await kernel.run('1');
  assert.equal(statSync(folder).mode & 0o77, 0);
  assert.equal(statSync(join(folder, '1.jsonl')).mode & 0o77, 0);
});

test('the oldest sessions go when there are too many cells', async () => {
  mkdirSync(folder);
  const cells = (count: number) => Array.from({ length: count }, (_, i) => `{"line":${i + 1},"source":"old"}\n`).join('');
  for (const session of [1, 2, 3]) writeFileSync(join(folder, `${session}.jsonl`), cells(5000));
  const kernel = await start();
  await kernel.run('1');
  while (existsSync(join(folder, '1.jsonl'))) await sleep(20);
  assert.deepEqual(readdirSync(folder).sort(), ['2.jsonl', '3.jsonl', '4.jsonl']);
});

test('a long session keeps its newest cells, and the results with them', () => {
  const store = new HistoryFolder(folder, { cells: 10, sessions: 10 });
  const session = store.begin();
  for (let line = 1; line <= 1000; line++) {
    store.append(session, { line, source: `cell ${line}` });
    store.append(session, { line, output: `result ${line}` });
  }
  const kept = store.read(session);
  assert.ok(kept.length >= 10 && kept.length <= 40, `${kept.length} cells`);
  assert.deepEqual(kept.at(-1), { session, line: 1000, source: 'cell 1000', output: 'result 1000' });
  assert.deepEqual(kept.map(({ line }) => line), kept.map((_, i) => 1001 - kept.length + i));
  assert.deepEqual(readdirSync(folder), [`${session}.jsonl`]);
});

test('sessions that begin at once have numbers of their own', () => {
  const limits = { cells: 10, sessions: 3 };
  const stores = [1, 2, 3, 4, 5].map(() => new HistoryFolder(folder, limits));
  const sessions = stores.map((store) => store.begin());
  assert.deepEqual(sessions, [1, 2, 3, 4, 5]);
  stores[0]!.prune();
  assert.deepEqual(stores[0]!.sessions(), [5, 4, 3]);
  // One whose file was removed meanwhile goes on.
  stores[0]!.append(1, { line: 7, source: 'again' });
  appendFileSync(join(folder, '1.jsonl'), '\n');
  assert.deepEqual(stores[1]!.read(1), [{ session: 1, line: 7, source: 'again' }]);
});
