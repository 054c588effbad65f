import { join, relative } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Script } from 'node:vm';
import type { Cell } from './cell';
import { CellCompiler, type SourceError } from './cell-compiler';
import { guardName } from './cell-transforms';
import type { Completions } from './completions';
import { TypeScriptError } from './errors';
import type { Inspection } from './inspection';
import type { SharedState } from './io-protocol';
import { ModuleLoader } from './module-loader';
import { type Predeclared, predeclared } from './predeclared';
import { ProjectCache } from './project-cache';
import type { ScriptPositions } from './script-positions';

/**
 * Compiles and runs cells, one after the other, in one scope.
 *
 * tslab has an executor too; it hides the cell's place in stack traces, and it runs cells under a watch for SIGINT
 * that leaves the process without a handler once a cell is terminated.
 */
export class CellExecutor {
  private readonly compiler: CellCompiler;
  private readonly modules: ModuleLoader;
  private readonly exports;
  private readonly cache: ProjectCache;
  private readonly preparation = this.prepareInSteps();
  private declarations = predeclared;

  constructor(
    private readonly folder: string,
    private readonly scripts: ScriptPositions,
    private readonly state: SharedState,
    values: Predeclared,
  ) {
    this.exports = rewritableExports({ ...values });
    this.cache = new ProjectCache(folder);
    this.compiler = new CellCompiler(folder, this.cache);
    this.modules = new ModuleLoader(scripts, this.cache);
  }

  /** Does a part of what cells will probably need; returns whether there is more to do. */
  prepare(): boolean {
    return !this.state.protect(() => this.preparation.next()).done;
  }

  private *prepareInSteps(): Generator<void, void> {
    for (const file of yield* this.compiler.prepare(this.cache.imports)) {
      this.modules.prepare(file);
      yield;
    }
  }

  /**
   * Runs a cell.
   *
   * @returns the value of its last expression
   * @throws {TypeScriptError} or what the cell throws
   */
  async run(source: string, cell: Cell): Promise<unknown> {
    const compiled = this.state.protect(() => this.compiler.compile(this.declarations, source));
    if (!('code' in compiled)) throw this.typeScriptError(compiled, cell, source);
    const { code, position, declarations, resultName, imports } = compiled;
    this.cache.keepImports(imports);
    this.scripts.add(cell.name, { source, position });
    if (/\brequire\(/.test(code)) this.state.protect(() => this.modules.dropStale());

    // An interrupt that came meanwhile is seen now.
    await turn();
    cell.signal.throwIfAborted();
    const file = join(this.folder, cell.name);
    const opening = `(async function (exports, require, __filename, __dirname, ${guardName}) { `;
    const script = new Script(`${opening}${code}\n})`, { filename: cell.name, columnOffset: -opening.length });
    const body = script.runInThisContext() as (...values: unknown[]) => Promise<void>;
    if (resultName) delete this.exports[resultName];
    await body(this.exports, this.modules.requireFrom(file), file, this.folder, cell.suspended);

    if (cell.isAbandoned) return undefined;
    this.declarations = declarations;
    if (!resultName) return undefined;
    const value = this.exports[resultName];
    delete this.exports[resultName];
    return value;
  }

  /** @param position in UTF-16 units */
  complete(source: string, position: number): Completions {
    return this.state.protect(() => this.compiler.complete(this.declarations, source, position));
  }

  /** @param position in UTF-16 units */
  inspect(source: string, position: number): Inspection | undefined {
    return this.state.protect(() => this.compiler.inspect(this.declarations, source, position));
  }

  private typeScriptError(errors: readonly SourceError[], cell: Cell, source: string): TypeScriptError {
    return new TypeScriptError(
      errors.map(({ file, text, line, column, length, code, message }) => ({
        place: {
          name: file ? relative(this.folder, file) : cell.name,
          source: file ? text : source,
          line,
          column,
          length,
        },
        code,
        message,
      })),
    );
  }
}

/** An `exports` object whose properties stay writable: the compiler defines those of imported names as constant. */
function rewritableExports(values: Record<string, unknown>): Record<string, unknown> {
  return new Proxy(values, {
    defineProperty(target, property, { get, value }) {
      if (property !== '__esModule') target[property as string] = get ? get() : value;
      return true;
    },
  });
}
