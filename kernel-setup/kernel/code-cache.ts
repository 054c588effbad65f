import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';
import { CacheFolder, digest } from './cache-folder';

/** One for each version of Node.js and of the modules, about. */
const compiled = new CacheFolder('code', 5);

/**
 * Loads a large CommonJS module as `require` does, with the machine's own form of it, which V8 makes in one process and
 * takes up in the next: of the functions that were called there, nothing needs compiling.
 */
export function requireCompiled(path: string): unknown {
  const source = readFileSync(path, 'utf8');
  const name = digest(process.version, process.arch, source).slice(0, 32);
  const cachedData = compiled.read(name);
  const script = new Script(Module.wrap(source), { filename: path, cachedData });
  const module = Object.assign(new Module(path), { filename: path });
  require.cache[path] = module;
  const run = script.runInThisContext() as (...values: unknown[]) => void;
  run.call(module.exports, module.exports, createRequire(path), module, path, dirname(path));
  module.loaded = true;
  if (!cachedData || script.cachedDataRejected) compiled.writeLater(name, () => script.createCachedData());
  return module.exports;
}
