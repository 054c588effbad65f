import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { downloadWheel, errorLines } from './download.mjs';
import { CommandFailed, SetupError } from './errors.mjs';
import { onPath, pipCommand, pipEnvironment } from './python.mjs';
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

/**
 * The C++ compiler inside Zig, out of the wheel on the Python package index: for machines that have no compiler.
 * It is some 400 MB large and needed once, so it is not kept: the caller removes its folder.
 * @param {Context} context
 * @param {string} folder an empty folder
 * @returns {Promise<Compiler>}
 * @throws {SetupError} if there is none for this platform, or it cannot be downloaded
 */
export async function zigCompiler(context, folder) {
  const { zig } = context;
  if (!zig) throw new SetupError(`there is no Zig compiler for ${context.target}`);
  const title = `ziglang ${zig.version} (a C++ compiler)`;
  const file = await downloadWheel(context, { title, requirement: `ziglang==${zig.version}`, ...zig }, folder);
  const [pip, ...args] = await pipCommand(context);
  context.say.progress(`${title}: unpacking`);
  const packages = join(folder, 'packages');
  await run(context, pip, [...args, 'install', '--no-deps', '--no-index', '--no-compile', '--target', packages, file], {
    env: { ...pipEnvironment(context.env), TMPDIR: folder },
  }).catch((error) => {
    if (!(error instanceof CommandFailed)) throw error;
    throw new SetupError(`${title} could not be unpacked: ${errorLines(error.output)}`);
  });
  return { name: `zig ${zig.version}`, command: [join(packages, 'ziglang', 'zig'), 'c++'] };
}
