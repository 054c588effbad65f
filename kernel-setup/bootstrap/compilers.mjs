import { existsSync, realpathSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildAside } from './aside.mjs';
import { downloadWheel } from './download.mjs';
import { CommandFailed, SetupError } from './errors.mjs';
import { manifestProblem, writeManifest } from './manifest.mjs';
import { onPath, pipCommand } from './python.mjs';
import { run } from './run.mjs';

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {{ name: string, command: string[] }} Compiler */

/**
 * The C++ compilers of this machine: `$CXX`, then those with the usual names.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Compiler[]}
 */
export function installedCompilers(env) {
  /** @type {Compiler[]} */
  const compilers = [];
  const seen = new Set();
  for (const words of [(env.CXX ?? '').split(/\s+/).filter(Boolean), ['c++'], ['g++'], ['clang++']]) {
    if (words.length === 0) continue;
    const path = words[0].includes('/') ? words[0] : onPath(env, words[0]);
    if (!path || !existsSync(path)) continue;
    const key = [realpathSync(path), ...words.slice(1)].join(' ');
    if (!seen.has(key)) compilers.push({ name: words.join(' '), command: [path, ...words.slice(1)] });
    seen.add(key);
  }
  return compilers;
}

/** Where the Zig compiler lies, if it is needed. @param {Context} context */
export const zigFolder = ({ cache, zig, target }) => join(cache, 'ziglang', `${zig?.version}-${target}`);

/**
 * The C++ compiler inside Zig, out of the wheel on the Python package index: for machines that have no compiler.
 * Call it under the cache's lock.
 * @param {Context} context
 * @returns {Promise<Compiler>}
 * @throws {SetupError} if there is none for this platform, or it cannot be downloaded
 */
export async function zigCompiler(context) {
  const { zig } = context;
  if (!zig) throw new SetupError(`there is no Zig compiler for ${context.target}`);
  const place = zigFolder(context);
  if ((await manifestProblem(place)) !== undefined) {
    const title = `ziglang ${zig.version} (a C++ compiler)`;
    await buildAside(place, async (folder) => {
      const download = join(folder, 'download');
      await mkdir(download);
      const file = await downloadWheel(context, { title, requirement: `ziglang==${zig.version}`, ...zig }, download);
      const [pip, ...args] = await pipCommand(context);
      context.say.progress(`${title}: unpacking`);
      await run(context, pip, [...args, 'install', '--no-deps', '--no-index', '--no-compile', '--target',
        join(download, 'package'), file]).catch((error) => {
        if (!(error instanceof CommandFailed)) throw error;
        throw new SetupError(`${title} could not be unpacked: ${error.output.split('\n').at(-1)}`);
      });
      await rename(join(download, 'package', 'ziglang'), join(folder, 'ziglang'));
      await rm(download, { recursive: true });
      await writeManifest(folder);
    });
  }
  return { name: `zig ${zig.version}`, command: [join(place, 'ziglang', 'zig'), 'c++'] };
}
