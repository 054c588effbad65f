import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';
import { Script } from 'node:vm';
import { digest } from './cache-folder';
import type { JavaScriptModule, ProjectCache } from './project-cache';
import { fileStamp, isProjectFile } from './project-files';
import { type ScriptPositions, sourceMapPositions } from './script-positions';
import { ts, type typescript } from './typescript';

interface LoadedModule {
  exports: unknown;
  readonly id: string;
  readonly filename: string;
  loaded: boolean;
  readonly path: string;
  readonly paths: string[];
  readonly require: NodeJS.Require;
}

interface Entry {
  stamp: string;
  /** The JavaScript that ran. */
  code: string;
  readonly module: LoadedModule;
  readonly imports: Set<string>;
}

interface Transpiled extends JavaScriptModule {
  readonly stamp: string;
}

const extensions = ['.ts', '.tsx', '.js', '.cjs', '.json'];

/**
 * Loads the project's own TypeScript modules, and drops those that an edit has made stale.
 *
 * A module is stale when its JavaScript changed, or that of a module that it imports, directly or not. All others
 * keep their state: editing a chart does not load TensorFlow again. Packages are left to Node.
 */
export class ModuleLoader {
  private readonly entries = new Map<string, Entry>();
  private readonly transpiled = new Map<string, Transpiled>();

  constructor(
    private readonly positions: ScriptPositions,
    private readonly cache: ProjectCache,
  ) {}

  /** The `require` of a file, whether it exists or not. */
  requireFrom(file: string): NodeJS.Require {
    const node = createRequire(file);
    const resolveHere = (id: string) => (isPath(id) ? findModule(resolve(dirname(file), id)) : undefined);
    const requireHere = (id: string): unknown => {
      if (id === 'tslab') return require('tslab');
      const path = resolveHere(id);
      if (path === undefined) return node(id);
      this.entries.get(file)?.imports.add(path);
      return this.load(path);
    };
    const resolveId = (id: string, options?: { paths?: string[] }) => resolveHere(id) ?? node.resolve(id, options);
    return Object.assign(requireHere, {
      cache: node.cache,
      main: node.main,
      extensions: node.extensions,
      resolve: Object.assign(resolveId, { paths: node.resolve.paths }),
    });
  }

  /** Makes the JavaScript of a module that is going to be loaded. */
  prepare(path: string): void {
    this.transpile(path);
  }

  /** Forgets the modules that are stale, so that importing them runs them anew. */
  dropStale(): void {
    const stale = new Set<string>();
    for (const [path, entry] of this.entries) {
      const stamp = fileStamp(path);
      if (stamp === entry.stamp) continue;
      entry.stamp = stamp;
      if (stamp === 'missing' || this.transpile(path).code !== entry.code) stale.add(path);
    }
    // Modules that import a stale one, until there are no more.
    for (let before = -1; before < stale.size;) {
      before = stale.size;
      for (const [path, entry] of this.entries) {
        if ([...entry.imports].some((imported) => stale.has(imported))) stale.add(path);
      }
    }
    for (const path of stale) this.entries.delete(path);
  }

  private load(path: string): unknown {
    const known = this.entries.get(path);
    if (known) return known.module.exports;

    const { stamp, code, map } = this.transpile(path);
    const require = this.requireFrom(path);
    const module: LoadedModule = {
      exports: {},
      id: path,
      filename: path,
      loaded: false,
      path: dirname(path),
      paths: require.resolve.paths(path) ?? [],
      require,
    };
    this.entries.set(path, { stamp, code, module, imports: new Set() });
    try {
      if (path.endsWith('.json')) module.exports = JSON.parse(code);
      else {
        if (map) this.positions.add(path, { file: path, position: sourceMapPositions(map) });
        const opening = '(function (exports, require, module, __filename, __dirname) { ';
        const script = new Script(`${opening}${code}\n})`, { filename: path, columnOffset: -opening.length });
        (script.runInThisContext() as (...values: unknown[]) => void)(
          module.exports,
          require,
          module,
          path,
          dirname(path),
        );
      }
      module.loaded = true;
    } catch (error) {
      this.entries.delete(path);
      throw error;
    }
    return module.exports;
  }

  private transpile(path: string): Transpiled {
    const stamp = fileStamp(path);
    const known = this.transpiled.get(path);
    if (known?.stamp === stamp) return known;
    const source = readFileSync(path, 'utf8');
    const made = path.endsWith('.json') ? { stamp, code: source } : { stamp, ...this.toJavaScript(path, source) };
    this.transpiled.set(path, made);
    return made;
  }

  private toJavaScript(path: string, source: string): JavaScriptModule {
    const madeFrom = digest(settings, path, source);
    const known = this.cache.module(path, madeFrom);
    if (known) return known;
    const module = transpileModule(path, source);
    this.cache.keepModule(path, madeFrom, module);
    return module;
  }
}

const compilerOptions: typescript.CompilerOptions = {
  module: ts.ModuleKind.CommonJS,
  target: ts.ScriptTarget.ES2022,
  esModuleInterop: true,
  experimentalDecorators: true,
  jsx: ts.JsxEmit.React,
  allowJs: true,
  sourceMap: true,
};
/** What the JavaScript depends on beside the source. */
const settings = `${ts.version} ${JSON.stringify(compilerOptions)}`;

function transpileModule(fileName: string, source: string): JavaScriptModule {
  const { outputText, sourceMapText } = ts.transpileModule(source, { fileName, compilerOptions });
  return { code: outputText.replace(/^\/\/# sourceMappingURL=.*$/gm, ''), map: sourceMapText };
}

function isPath(id: string): boolean {
  return /^\.{0,2}\//.test(id) || id === '.' || id === '..';
}

/** The project's file that an import of `path` means: as TypeScript resolves it, or `undefined`. */
function findModule(path: string): string | undefined {
  if (!isProjectFile(path)) return undefined;
  const candidates = [
    ...(extensions.includes(extname(path)) ? [path] : []),
    ...extensions.map((extension) => path + extension),
    ...(path.endsWith('.js') ? [path.replace(/\.js$/, '.ts')] : []),
    ...extensions.map((extension) => join(path, `index${extension}`)),
  ];
  return candidates.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}
