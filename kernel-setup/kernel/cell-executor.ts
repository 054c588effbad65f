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
import { reachedDeclarations } from './reached-declarations';
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
  private readonly values: Record<string, unknown>;
  private readonly cache: ProjectCache;
  private readonly preparation = this.prepareInSteps();
  private known = predeclared;
  /** The cell that runs, or did not get to its end. */
  private unfinished: { readonly declarations: string; readonly reached: ReadonlySet<string> } | undefined;

  constructor(
    private readonly folder: string,
    private readonly scripts: ScriptPositions,
    private readonly state: SharedState,
    values: Predeclared,
  ) {
    this.values = { ...values };
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

  /** What the cells until now have declared. */
  private get declarations(): string {
    // A cell that was terminated cannot say so itself.
    if (this.unfinished) this.known = reachedDeclarations(this.known, this.unfinished.declarations, this.unfinished.reached);
    this.unfinished = undefined;
    return this.known;
  }

  /**
   * Runs a cell. Of one that fails or is ended, later cells see what it has declared until then.
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
    if (resultName) delete this.values[resultName];
    const reached = new Set<string>();
    this.unfinished = { declarations, reached };
    await body(exportsInto(this.values, reached), this.modules.requireFrom(file), file, this.folder, cell.suspended);

    if (cell.isAbandoned) return undefined;
    this.known = declarations;
    this.unfinished = undefined;
    if (!resultName) return undefined;
    const value = this.values[resultName];
    delete this.values[resultName];
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

/**
 * An `exports` object that keeps its properties in `values`, and in `reached` their names. They stay writable: the compiler
 * defines those of imported names as constant.
 */
function exportsInto(values: Record<string, unknown>, reached: Set<string>): Record<string, unknown> {
  const put = (property: string | symbol, value: unknown) => {
    values[property as string] = value;
    reached.add(property as string);
    return true;
  };
  return new Proxy(values, {
    set: (_, property, value) => put(property, value),
    defineProperty: (_, property, { get, value }) => property === '__esModule' || put(property, get ? get() : value),
  });
}
