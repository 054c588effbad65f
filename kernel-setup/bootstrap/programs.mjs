import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { CommandFailed, SetupError } from './errors.mjs';
import { withLock } from './lock.mjs';
import { run } from './run.mjs';

/** @typedef {import('./context.mjs').Context} Context */

const sourceFolders = ['src', 'test', 'kernel-setup'];
const stampName = 'compiled.json';

/**
 * Compiles src, test and kernel-setup to `.build`, whose content afterwards is what the sources give and no more.
 * Files that come out as they were are left alone, so that programs can run from `.build` meanwhile.
 * @param {Context} context
 * @throws {SetupError} with the compiler's messages, if the sources do not type-check; `.build` then stays as it was
 */
export async function buildPrograms(context) {
  const build = join(context.root, '.build');
  await withLock(context, join(build, 'setup.lock'), async () => {
    const inputs = await describeInputs(context);
    // As deep below the project as .build, for the paths in the source maps.
    const fresh = join(context.root, '.build-new');
    await rm(fresh, { recursive: true, force: true });
    try {
      await compile(context, ['--project', '.', '--outDir', fresh]);
      await replaceContent(fresh, build);
      await writeFile(join(fresh, stampName), inputs);
      await rename(join(fresh, stampName), join(build, stampName));
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });
}

/**
 * Compiles what has changed since the last time, if anything has.
 * @param {Context} context
 */
export async function updatePrograms(context) {
  const stamp = await readFile(join(context.root, '.build', stampName), 'utf8').catch(() => undefined);
  if (stamp === (await describeInputs(context))) return;
  context.say('TypeScript sources: compiling');
  await buildPrograms(context);
}

/**
 * All that the compiler's output depends on, by path, size and time.
 * @param {Context} context
 */
async function describeInputs({ root }) {
  const names = ['tsconfig.json', join('node_modules', '.package-lock.json')];
  for (const folder of sourceFolders) {
    const found = await filesBelow(join(root, folder));
    names.push(...found.filter((name) => /\.(ts|mjs|json)$/.test(name) && !name.includes('node_modules')).map((name) => join(folder, name)));
  }
  const lines = await Promise.all(names.sort().map(async (name) => {
    const found = await stat(join(root, name)).catch(() => undefined);
    return `${name} ${found?.size} ${found?.mtimeMs}`;
  }));
  return lines.join('\n');
}

/** Type-checks the set-up itself, which is JavaScript. @param {Context} context */
export const checkSetup = (context) => compile(context, ['--project', 'kernel-setup']);

/** Compiles the scripts of the demo's page, which run in a browser, to `.build/demo-page`. @param {Context} context */
export const buildPage = (context) => compile(context, ['--project', join('kernel-setup', 'demo', 'page')]);

/**
 * Runs the project's TypeScript compiler.
 * @param {Context} context
 * @param {string[]} args
 * @throws {SetupError} with the compiler's messages
 */
export async function compile(context, args) {
  // By its path: `.bin/tsc` may be an older one that another package brought.
  const compiler = join(context.root, 'node_modules', 'typescript', 'bin', 'tsc');
  try {
    await run(context, process.execPath, [compiler, '--pretty', 'false', ...args], { cwd: context.root });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new SetupError(`The type-check failed:\n${error.output}`);
  }
}

/**
 * Makes every folder of `build` that `fresh` has equal to it, file by file.
 * @param {string} fresh
 * @param {string} build
 */
async function replaceContent(fresh, build) {
  const names = await filesBelow(fresh);
  for (const name of names) {
    const content = await readFile(join(fresh, name));
    const former = await readFile(join(build, name)).catch(() => undefined);
    if (former?.equals(content)) continue;
    await mkdir(dirname(join(build, name)), { recursive: true });
    await rename(join(fresh, name), join(build, name));
  }
  const kept = new Set(names);
  const folders = new Set(names.map((name) => name.split('/')[0]));
  for (const folder of folders) {
    for (const name of await filesBelow(join(build, folder))) {
      if (!kept.has(join(folder, name))) await removeFile(join(build, folder), name);
    }
  }
}

/** @param {string} folder @returns {Promise<string[]>} */
async function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));
}

/**
 * Removes a file and the folders that it leaves empty.
 * @param {string} folder
 * @param {string} name
 */
async function removeFile(folder, name) {
  await rm(join(folder, name), { force: true });
  for (let parent = dirname(name); parent !== '.'; parent = dirname(parent)) {
    if (!(await rmdir(join(folder, parent)).then(() => true, () => false))) return;
  }
}
