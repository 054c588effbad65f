import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryPins, zigPins } from './pins.mjs';
import { createSay } from './say.mjs';

/**
 * All that the set-up depends on, so that it can be pointed at another folder, another cache, other pins.
 * @typedef {object} Context
 * @property {string} root the project's folder
 * @property {string} cache the per-user cache folder
 * @property {NodeJS.ProcessEnv} env
 * @property {string} target `process.platform`-`process.arch`
 * @property {import('./pins.mjs').LibraryPin | undefined} library absent where there is no native library
 * @property {import('./pins.mjs').ZigPin | undefined} zig
 * @property {import('./say.mjs').Say} say
 * @property {AbortSignal} signal aborted when the user stops the set-up
 */

/**
 * The context of this checkout, this machine and this user.
 * @param {Partial<Context>} [changes]
 * @returns {Context}
 */
export function createContext(changes = {}) {
  const env = changes.env ?? process.env;
  const target = changes.target ?? `${process.platform}-${process.arch}`;
  return {
    root: projectRoot(),
    cache: cacheFolder(env),
    env,
    target,
    library: libraryPins[target],
    zig: zigPins[target],
    say: createSay(process.stdout),
    signal: new AbortController().signal,
    ...changes,
  };
}

/** @param {NodeJS.ProcessEnv} env */
export function cacheFolder(env) {
  if (env.LOWRANK_CACHE) return resolve(env.LOWRANK_CACHE);
  return join(resolve(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache')), 'tfjs-lowrank');
}

function projectRoot() {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package-lock.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package-lock.json above ${fileURLToPath(import.meta.url)}`);
    folder = parent;
  }
  return folder;
}

/** Files of the set-up that are not JavaScript modules. @param {string} name */
export const asset = (name) => join(projectRoot(), 'kernel-setup', 'bootstrap', name);

/** @param {Context} context */
export const tfjsNodeFolder = ({ root }) => join(root, 'node_modules', '@tensorflow', 'tfjs-node');
