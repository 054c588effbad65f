import { createHash } from 'node:crypto';
import { readFile, readdir, mkdir, symlink, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { buildAside } from './aside.mjs';
import { installedCompilers, zigCompiler } from './compilers.mjs';
import { asset, tfjsNodeFolder } from './context.mjs';
import { CommandFailed, SetupError } from './errors.mjs';
import { libraryFolder, pin } from './libtensorflow.mjs';
import { manifestProblem, writeManifest } from './manifest.mjs';
import { run } from './run.mjs';

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {import('./compilers.mjs').Compiler} Compiler */

/**
 * tfjs-node's native module, compiled against libtensorflow and tried out. Node-API makes one build fit every Node.
 * @type {import('./part.mjs').Part}
 */
export const binding = {
  title: () => "tfjs-node's binding",
  lock: 'cache',
  problem: async (context) => manifestProblem(await bindingFolder(context)),
  build: async (context) => {
    await buildAside(await bindingFolder(context), async (folder) => {
      await mkdir(join(folder, 'lib', 'napi-v8'), { recursive: true });
      await symlink(relative(folder, libraryFolder(context)), join(folder, 'deps'));
      /** @type {string[]} */
      const failures = [];
      for (const compiler of installedCompilers(context.env)) {
        const failure = await attempt(context, compiler, folder);
        if (failure === undefined) return writeManifest(folder);
        failures.push(failure);
      }
      if (failures.length === 0) context.say('No C++ compiler on the PATH; using the one in the Python package ziglang.');
      const failure = await attemptWithZig(context, folder);
      if (failure === undefined) return writeManifest(folder);
      failures.push(failure);
      throw new SetupError(`tfjs-node's binding could not be built.\n${failures.join('\n')}\n` +
        'A C++ compiler mends it (Debian, Ubuntu: `sudo apt install g++`; macOS: `xcode-select --install`), ' +
        'or a connection to the Python package index, which has one.');
    });
  },
};

/**
 * Where the binding for these sources and this library lies: `lib`, and beside it `deps`, a link to the library.
 * @param {Context} context
 */
export async function bindingFolder(context) {
  const { version } = JSON.parse(await readFile(join(tfjsNodeFolder(context), 'package.json'), 'utf8'));
  const name = `${version}-tensorflow-${pin(context).version}-${context.target}-${await inputsHash(context)}`;
  return join(context.cache, 'binding', name);
}

/** @param {string} folder a binding's folder */
export const bindingFile = (folder) => join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');

/**
 * Loads a binding in a process of its own and computes with it.
 * @param {Context} context
 * @param {string} file
 * @returns {Promise<string>} the version of TensorFlow behind it
 * @throws {CommandFailed}
 */
export async function tryBinding(context, file) {
  const env = { ...context.env, TF_CPP_MIN_LOG_LEVEL: '2' };
  return (await run(context, process.execPath, [asset('check-binding.cjs'), file], { env })).trim();
}

/**
 * @param {Context} context
 * @param {Compiler} compiler
 * @param {string} folder
 * @returns {Promise<string | undefined>} why it failed, if it did
 */
async function attempt(context, { name, command }, folder) {
  const file = bindingFile(folder);
  const scratch = join(folder, 'scratch');
  await mkdir(scratch);
  context.say(`tfjs-node's binding: compiling with ${name} (10 s to 2 minutes)`);
  try {
    const [program, ...args] = [...command, ...(await compilerArguments(context)), '-o', file];
    const env = { ...context.env, TMPDIR: scratch, ZIG_GLOBAL_CACHE_DIR: scratch, ZIG_LOCAL_CACHE_DIR: scratch };
    await run(context, program, args, { env });
    await tryBinding(context, file);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    await rm(file, { force: true });
    return `${name} ${error.how}: ${telling(error.output)}`;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return undefined;
}

/**
 * @param {Context} context
 * @param {string} folder
 * @returns {Promise<string | undefined>} why it failed, if it did
 */
async function attemptWithZig(context, folder) {
  const zig = join(folder, 'zig');
  await mkdir(zig);
  try {
    return await attempt(context, await zigCompiler(context, zig), folder);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return error.message;
  } finally {
    await rm(zig, { recursive: true, force: true });
  }
}

/** The first lines that speak of an error, else the last ones. @param {string} output */
function telling(output) {
  const lines = output.split('\n');
  const errors = lines.filter((line) => /error|cannot|undefined|not found/i.test(line)).slice(0, 5);
  return (errors.length > 0 ? errors : lines.slice(-5)).join('\n');
}

/** @param {Context} context */
async function compilerArguments(context) {
  const tfjsNode = tfjsNodeFolder(context);
  const library = libraryFolder(context);
  const sources = (await readdir(join(tfjsNode, 'binding'))).filter((name) => name.endsWith('.cc')).sort();
  return [
    ...flags(context.target),
    '-include', sessionsHeader,
    '-I', napiHeaders(context), '-I', join(library, 'include'), '-I', tfjsNode,
    ...sources.map((name) => join(tfjsNode, 'binding', name)),
    ...pin(context).libraries.map((name) => join(library, 'lib', name)),
  ];
}

/** @param {string} target */
function flags(target) {
  const common = ['-O2', '-w', '-std=c++17', '-fPIC', '-DNAPI_VERSION=8'];
  return target.startsWith('darwin')
    ? [...common, '-bundle', '-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/../../deps/lib']
    : [...common, '-shared', '-Wl,-rpath,$ORIGIN/../../deps/lib'];
}

/** @param {Context} context */
const napiHeaders = ({ root }) => join(root, 'node_modules', 'node-api-headers', 'include');

/** What is changed in how the binding uses sessions. */
const sessionsHeader = asset('sessions.h');

/** @param {Context} context */
async function inputsHash(context) {
  const hash = createHash('sha256').update(JSON.stringify([flags(context.target), pin(context).sha256]));
  hash.update(await readFile(sessionsHeader));
  for (const folder of [join(tfjsNodeFolder(context), 'binding'), napiHeaders(context)]) {
    for (const name of (await readdir(folder)).sort()) {
      if (/\.(cc|h)$/.test(name)) hash.update(name).update(await readFile(join(folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 12);
}
