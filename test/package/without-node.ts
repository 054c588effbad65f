import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createContext, runInContext, type Context } from 'node:vm';

type Exports = Record<string, unknown>;

/**
 * Loads a CommonJS module as a bundler puts it into a page: there are no globals of Node, and the modules that
 * package.json's `browser` leaves out are empty.
 *
 * @param leftOut names of those modules
 * @throws if another module of Node's is required, or if one that is left out is used while modules are loaded
 */
export function loadWithoutNode(path: string, leftOut: readonly string[]): Exports {
  const page = createContext({ TextEncoder, TextDecoder, performance, console });
  return load(path, page, leftOut, new Map());
}

function load(path: string, page: Context, leftOut: readonly string[], loaded: Map<string, Exports>): Exports {
  const known = loaded.get(path);
  if (known !== undefined) return known;
  const module = { exports: {} as Exports };
  loaded.set(path, module.exports);
  const resolve = createRequire(path).resolve;
  const require = (name: string): Exports => {
    if (leftOut.includes(name)) return {};
    const found = resolve(name);
    if (found === name) throw new Error(`${path} requires ${name}, which package.json's "browser" does not leave out`);
    return load(found, page, leftOut, loaded);
  };
  const body = runInContext(`(function (module, exports, require) {${readFileSync(path, 'utf8')}\n})`, page, { filename: path }) as
    (module: { exports: Exports }, exports: Exports, require: (name: string) => Exports) => void;
  body(module, module.exports, require);
  loaded.set(path, module.exports);
  return module.exports;
}
