import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const script = join(__dirname, 'training-process.js');

/** Trains in a process of its own; kills it as soon as it says the word. Returns the signal that ended it. */
async function train(folder: string, name: string, killAt?: string): Promise<string | null> {
  const args = killAt === undefined ? [] : ['linger'];
  const child = spawn(process.execPath, [script, folder, name, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complaints = '';
  child.stdout.on('data', (data: Buffer) => {
    said += data;
    if (killAt !== undefined && said.includes(killAt)) child.kill('SIGKILL');
  });
  child.stderr.on('data', (data: Buffer) => void (complaints += data));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.ok(code === 0 || signal !== null, complaints);
  return signal;
}

test('a process that is killed in mid-epoch resumes to the unbroken training’s weights and history', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fit-kill-'));
  try {
    const [, signal] = await Promise.all([train(folder, 'whole'), train(folder, 'broken', 'in mid-epoch 3')]);
    assert.equal(signal, 'SIGKILL');
    assert.ok(existsSync(join(folder, 'broken.checkpoint')));
    assert.ok(!existsSync(join(folder, 'broken.json')));
    assert.equal(await train(folder, 'broken'), null);
    const result = async (name: string) =>
      JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as Record<string, unknown>;
    const [whole, resumed] = [await result('whole'), await result('broken')];
    assert.equal(whole.resumedEpochs, 0);
    assert.equal(resumed.resumedEpochs, 2);
    assert.deepEqual({ ...resumed, resumedEpochs: 0 }, whole);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
