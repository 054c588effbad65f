import { rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { withLock } from '../bootstrap/lock.mjs';
import { compile } from '../bootstrap/programs.mjs';

/** @typedef {import('../bootstrap/context.mjs').Context} Context */

/** The modules of src that package.json's `exports` name. */
const entries = ['library', 'notebook-entry'];

/**
 * Compiles src to `dist`: CommonJS with declarations, and for each entry an ES module that hands on the CommonJS one, so
 * that a process which uses both has one instance.
 * @param {Context} context
 * @throws {import('../bootstrap/errors.mjs').SetupError} if src does not type-check; `dist` then stays as it was
 */
export async function buildPackage(context) {
  const build = join(context.root, '.build');
  await withLock(context, join(build, 'setup.lock'), async () => {
    const fresh = join(build, 'dist');
    const dist = join(context.root, 'dist');
    await rm(fresh, { recursive: true, force: true });
    try {
      await compile(context, ['--project', join('kernel-setup', 'package'), '--outDir', fresh]);
      for (const entry of entries) await writeModuleEntry(fresh, entry);
      await rm(dist, { recursive: true, force: true });
      await rename(fresh, dist);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });
}

/**
 * Names every export: what Node and bundlers find out by themselves about a CommonJS module is a guess.
 * @param {string} folder
 * @param {string} entry
 */
async function writeModuleEntry(folder, entry) {
  const path = join(folder, `${entry}.js`);
  const names = Object.keys(createRequire(path)(path)).sort();
  await writeFile(join(folder, `${entry}.mjs`), `export {\n${names.map((name) => `  ${name},\n`).join('')}} from './${entry}.js';\n`);
  await writeFile(join(folder, `${entry}.d.mts`), `export * from './${entry}.js';\n`);
}
