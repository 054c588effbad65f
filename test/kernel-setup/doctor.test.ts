import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { projectRoot } from '../support/project';
import { temporaryFolder } from './bootstrap-support';

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly advice?: string;
}

const program = join(projectRoot, 'kernel-setup', 'doctor.mjs');

function doctor(env: NodeJS.ProcessEnv, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [program, ...args], { env: { ...process.env, ...env }, encoding: 'utf8' });
}

function findings(env: NodeJS.ProcessEnv): Map<string, Finding> {
  const { status, stdout, stderr } = doctor(env, '--json');
  assert.equal(status, 0, stderr);
  return new Map((JSON.parse(stdout) as Finding[]).map((finding) => [finding.name, finding]));
}

const emptyCache = (t: TestContext): string => join(temporaryFolder(t), 'cache');

test('the doctor says which backend runs and why, and what the machine has', (t) => {
  const found = findings({ LOWRANK_CACHE: emptyCache(t), LOWRANK_BACKEND: 'wasm' });
  assert.match(found.get('backend')!.detail, /^wasm, \d+ threads: LOWRANK_BACKEND=wasm$/);
  assert.match(found.get('machine')!.detail, /\d+ cores, \d+ GB memory/);
  assert.ok(found.get('Node')!.detail.includes(process.versions.node));
  assert.equal(found.get('npm packages')!.ok, true);
});

test('what is missing comes with what to do about it, and nothing is put in place', (t) => {
  const cache = emptyCache(t);
  const found = findings({ LOWRANK_CACHE: cache });
  for (const name of ['libtensorflow', "tfjs-node's binding"]) {
    const { ok, advice } = found.get(name)!;
    assert.equal(ok, false);
    assert.ok(advice && advice.length > 0);
  }
  assert.equal(existsSync(cache), false);
});

test('a folder without MNIST files is named', (t) => {
  const folder = temporaryFolder(t);
  const { ok, detail, advice } = findings({ LOWRANK_CACHE: emptyCache(t), MNIST_DIR: folder }).get('MNIST')!;
  assert.equal(ok, false);
  assert.ok(detail.includes(`MNIST_DIR=${folder} lacks train-images`));
  assert.ok(advice);
});

test('a folder without CIFAR-10 is named; the archive or its batches will do', (t) => {
  const found = (...files: string[]) => {
    const folder = temporaryFolder(t);
    for (const file of files) writeFileSync(join(folder, file), '');
    const finding = findings({ LOWRANK_CACHE: emptyCache(t), CIFAR10_DIR: folder }).get('CIFAR-10')!;
    assert.ok(finding.detail.includes(folder), finding.detail);
    return finding;
  };
  const { ok, detail, advice } = found('test_batch.bin');
  assert.equal(ok, false);
  assert.match(detail, /^CIFAR10_DIR=.* lacks cifar-10-binary\.tar\.gz/);
  assert.match(advice!, /unset CIFAR10_DIR/);
  assert.equal(found('test_batch.bin', 'data_batch_1.bin.gz').ok, true);
  assert.equal(found('cifar-10-binary.tar.gz').ok, true);
});

test('without --json it is a table for people; another option is refused by name', (t) => {
  const { stdout } = doctor({ LOWRANK_CACHE: emptyCache(t) });
  assert.match(stdout, /^✔ Node {2,}\d+\.\d+/m);
  assert.match(stdout, /^✖ libtensorflow .*\n {5,}→ .*`npm start`/m);
  const { status, stderr } = doctor({}, '--everything');
  assert.equal(status, 1);
  assert.match(stderr, /does not know --everything/);
});
