import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../support/project';

interface Modules {
  aside: typeof import('../../kernel-setup/bootstrap/aside.mjs');
  binding: typeof import('../../kernel-setup/bootstrap/binding.mjs');
  browser: typeof import('../../kernel-setup/bootstrap/browser.mjs');
  compilers: typeof import('../../kernel-setup/bootstrap/compilers.mjs');
  context: typeof import('../../kernel-setup/bootstrap/context.mjs');
  errors: typeof import('../../kernel-setup/bootstrap/errors.mjs');
  jupyter: typeof import('../../kernel-setup/bootstrap/jupyter.mjs');
  libtensorflow: typeof import('../../kernel-setup/bootstrap/libtensorflow.mjs');
  lock: typeof import('../../kernel-setup/bootstrap/lock.mjs');
  manifest: typeof import('../../kernel-setup/bootstrap/manifest.mjs');
  native: typeof import('../../kernel-setup/bootstrap/native.mjs');
  'npm-packages': typeof import('../../kernel-setup/bootstrap/npm-packages.mjs');
  part: typeof import('../../kernel-setup/bootstrap/part.mjs');
  programs: typeof import('../../kernel-setup/bootstrap/programs.mjs');
  python: typeof import('../../kernel-setup/bootstrap/python.mjs');
  'python-environment': typeof import('../../kernel-setup/bootstrap/python-environment.mjs');
  run: typeof import('../../kernel-setup/bootstrap/run.mjs');
  say: typeof import('../../kernel-setup/bootstrap/say.mjs');
}

export type Context = import('../../kernel-setup/bootstrap/context.mjs').Context;

export const bootstrapFolder = join(projectRoot, 'kernel-setup', 'bootstrap');

/** One of the set-up's modules. They are ES modules, and run as they lie in the checkout. */
export function load<Name extends keyof Modules>(name: Name): Promise<Modules[Name]> {
  return import(pathToFileURL(join(bootstrapFolder, `${name}.mjs`)).href);
}

export function temporaryFolder(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lowrank-bootstrap-')));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A context whose project and cache are empty folders, and the lines that were said in it. */
export async function temporaryContext(
  t: TestContext,
  changes: Partial<Context> = {},
): Promise<{ context: Context; said: string[] }> {
  const folder = temporaryFolder(t);
  const said: string[] = [];
  const say = Object.assign((line: string) => void said.push(line), { progress: (line: string) => void said.push(line) });
  const { createContext } = await load('context');
  const root = join(folder, 'project');
  mkdirSync(root);
  return { context: createContext({ root, cache: join(folder, 'cache'), say, ...changes }), said };
}

export function write(path: string, content: string | Uint8Array, mode = 0o644): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode });
  return path;
}

/** An executable shell script. */
export const script = (path: string, body: string): string => write(path, `#!/bin/sh\n${body}\n`, 0o755);

/** The path of a Python that has pip, or `undefined`. */
export function findRealPython(): string | undefined {
  for (const name of [join(projectRoot, '.venv', 'bin', 'python'), process.env.PYTHON, 'python3', 'python']) {
    if (!name) continue;
    const code = 'import sys, pip, ensurepip; assert sys.version_info >= (3, 10); print(sys.executable)';
    const { status, stdout } = spawnSync(name, ['-c', code], { encoding: 'utf8' });
    if (status === 0) return stdout.trim();
  }
  return undefined;
}

/** Makes a wheel with these files. */
export function makeWheel(python: string, path: string, name: string, version: string, files: Record<string, string>): string {
  const info = `${name}-${version}.dist-info`;
  const all = {
    ...files,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const record = [...Object.keys(all).map((file) => `${file},,`), `${info}/RECORD,,`].join('\n');
  const code = 'import json, sys, zipfile\n' +
    'with zipfile.ZipFile(sys.argv[1], "w") as z:\n' +
    '    for name, text in json.load(sys.stdin).items(): z.writestr(name, text)';
  mkdirSync(dirname(path), { recursive: true });
  const input = JSON.stringify({ ...all, [`${info}/RECORD`]: record });
  const { status, stderr } = spawnSync(python, ['-c', code, path], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return path;
}
