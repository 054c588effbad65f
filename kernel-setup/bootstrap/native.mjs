import { lstat, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { binding, bindingFolder } from './binding.mjs';
import { tfjsNodeFolder } from './context.mjs';
import { SetupError } from './errors.mjs';
import { libtensorflow } from './libtensorflow.mjs';
import { ensure } from './part.mjs';

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {{ ready: true } | { ready: false, reason: string }} Outcome */

const linkNames = ['lib', 'deps'];

/** tfjs-node's links to the binding and the library in the cache. @type {import('./part.mjs').Part} */
export const nativeLinks = {
  title: () => "tfjs-node's links to the cache",
  lock: 'project',
  problem: async (context) => {
    const target = await bindingFolder(context);
    for (const name of linkNames) {
      const found = await readlink(join(tfjsNodeFolder(context), name)).catch(() => undefined);
      if (found !== join(target, name)) return `${name} does not lead to ${target}`;
    }
    return undefined;
  },
  build: async (context) => {
    const target = await bindingFolder(context);
    for (const name of linkNames) {
      const link = join(tfjsNodeFolder(context), name);
      const fresh = `${link}.new`;
      await rm(fresh, { force: true });
      await symlink(join(target, name), fresh);
      // A link is replaced by the renaming, a folder of tfjs-node's own is not.
      if ((await lstat(link).catch(() => undefined))?.isDirectory()) await rm(link, { recursive: true });
      await rename(fresh, link);
    }
  },
};

/**
 * Puts native TensorFlow in place, or says why it cannot be had here; another backend then runs.
 * @param {Context} context
 * @returns {Promise<Outcome>}
 * @throws {SetupError} if `LOWRANK_BACKEND=native` and it cannot be had
 */
export async function nativeTensorFlow(context) {
  const forced = context.env.LOWRANK_BACKEND;
  if (forced && forced !== 'native') return { ready: false, reason: `LOWRANK_BACKEND=${forced} asks for another backend` };
  try {
    const reason = whyUnsupported(context);
    if (reason) throw new SetupError(reason);
    for (const part of [libtensorflow, binding, nativeLinks]) await ensure(part, context);
    return { ready: true };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    if (forced === 'native') throw new SetupError(`LOWRANK_BACKEND=native, but ${error.message}`);
    await dropLinks(context);
    context.say(error.message);
    context.say('Going on without native TensorFlow: TensorFlow.js will run on WebAssembly, several times slower.');
    return { ready: false, reason: error.message };
  }
}

/** @param {Context} context */
function whyUnsupported({ library, target }) {
  if (!library) return `there is no native TensorFlow for ${target}; there is one for linux-x64, linux-arm64 and darwin-arm64.`;
  return undefined;
}

/** What is half there could crash the process that loads it. @param {Context} context */
async function dropLinks(context) {
  for (const name of linkNames) {
    const link = join(tfjsNodeFolder(context), name);
    if ((await lstat(link).catch(() => undefined))?.isSymbolicLink()) await rm(link);
  }
}
