import { isBuiltin } from 'node:module';
import { basename, dirname, join, parse, relative } from 'node:path';
import type { Converter } from 'tslab/dist/converter';
import { callAsFunctions, keepEarlierValues, spellOutEarlierNames, stopWhenCellEnded } from './cell-transforms';
import { type Completions, describeCompletions } from './completions';
import { DependencyChecks } from './dependency-checks';
import { FileChanges } from './file-changes';
import type { Inspection } from './inspection';
import { isLibrary, restoreDocumentation, restoreDocumentationWhenAsked, withoutDocumentation } from './library-documentation';
import { calleeAround, lookUpName } from './name-lookup';
import type { ProjectCache } from './project-cache';
import { isProjectFile } from './project-files';
import { type Position, sourceMapPositions } from './script-positions';
import type { SourceExcerpt } from './source-excerpt';
import { completeString } from './string-completions';
import { type CompilerHost, createTslabConverter, type Program } from './tslab-converter';
import { ts, type typescript } from './typescript';

/** A cell that compiled. */
export interface CompiledCell {
  /** The body of an async function of `exports` and `require`. */
  readonly code: string;
  /** From a position in `code` to the cell's own; all counted from zero. */
  readonly position: (line: number, column: number) => Position | undefined;
  /** What later cells can see, as a declaration file. */
  readonly declarations: string;
  /** The export that holds the value of the cell's last expression. */
  readonly resultName?: string;
  /** What it imports, as it says it. */
  readonly imports: readonly string[];
}

/** A type or syntax error, in the cell (`file` is undefined) or in a file of the project. Counted from zero. */
export interface SourceError {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly code: number;
  readonly message: string;
  /** The whole file. */
  readonly text: string;
}

interface ImportingFile extends typescript.SourceFile {
  readonly imports: readonly typescript.StringLiteralLike[];
}

const { bindSourceFile } = ts as unknown as {
  bindSourceFile(file: typescript.SourceFile, options: typescript.CompilerOptions): void;
};

/** What tslab puts before each cell. */
const prefix = `export {};${ts.sys.newLine}`;
const prefixLines = 1;

/**
 * Compiles cells, each seeing what the cells before it declared, with tslab's converter.
 *
 * Strict, `await` anywhere at the top level, imports from anywhere. tslab compiles the cell alone: the files that
 * it imports are type-checked by {@link DependencyChecks}, and loaded by {@link ModuleLoader}.
 */
export class CellCompiler {
  private readonly cellFile: string;
  private readonly declarationFile: string;
  private readonly changes = new FileChanges();
  private readonly converter: Converter;
  private program!: Program;
  private emitted = '';
  private emittedMap = '';
  private changed = false;
  private readonly unresolved = new Set<string>();
  private readonly dependencies: DependencyChecks;

  /** @param folder where the notebook lies; must be the process's working directory */
  constructor(folder: string, cache: ProjectCache) {
    this.cellFile = join(folder, '__tslab__.ts');
    this.declarationFile = join(folder, '__prev__.d.ts');
    this.changes.install();
    restoreDocumentationWhenAsked();
    this.converter = createTslabConverter({
      options: {
        strict: true,
        lib: ['lib.es2023.d.ts'],
        target: ts.ScriptTarget.ES2022,
        types: ['node'],
        disableTopLevelAwait: false,
        noImplicitUseStrict: false,
        sourceMap: true,
        rootDir: parse(folder).root,
        // Nothing is written, so nothing can be overwritten.
        suppressOutputPathCheck: true,
      } as typescript.CompilerOptions,
      wrap: (program) => this.wrap(program),
      host: (host, system) => ({
        resolveModuleNameLiterals: resolver(system, this.unresolved),
        hasInvalidatedResolutions: (path) => (this.changed || this.unresolved.has(path)) && isProjectFile(path),
        readFile: (path, encoding) => {
          const text = host.readFile(path, encoding);
          return text !== undefined && isLibrary(path) ? withoutDocumentation(text) : text;
        },
        ...withoutReplacedLibraries(host),
      }),
    });
    this.dependencies = new DependencyChecks(this.program.getProgram(), cache);
  }

  compile(declarations: string, source: string): CompiledCell | readonly SourceError[] {
    this.noticeEdits();
    const converted = this.converter.convert(declarations, source);
    const errors = [...this.cellErrors(converted.diagnostics.length > 0), ...this.dependencyErrors()];
    if (errors.length > 0) {
      const described = errors.map((error) => this.describe(error));
      // tslab adds a line that exports the cell's names: it repeats what is wrong with them.
      const lines = source.split('\n').length;
      const inSource = described.filter(({ file, line }) => file !== undefined || line < lines);
      return inSource.length > 0 ? inSource : described;
    }

    const typescriptToModule = sourceMapPositions(this.emittedMap);
    const { outputText, sourceMapText } = ts.transpileModule(this.emitted, {
      fileName: 'cell.js',
      compilerOptions: {
        module: ts.ModuleKind.CommonJS,
        target: ts.ScriptTarget.ES2022,
        esModuleInterop: true,
        sourceMap: true,
      },
      transformers: { before: [stopWhenCellEnded, callAsFunctions], after: [keepEarlierValues] },
    });
    const moduleToScript = sourceMapPositions(sourceMapText!);
    return {
      code: outputText.replace(/^\/\/# sourceMappingURL=.*$/gm, ''),
      position: (line, column) => {
        const middle = moduleToScript(line, column);
        const original = middle && typescriptToModule(middle.line, middle.column);
        return original && original.line >= prefixLines
          ? { line: original.line - prefixLines, column: original.column }
          : undefined;
      },
      declarations: converted.declOutput ?? '',
      resultName: converted.lastExpressionVar,
      imports: (this.compiled().cell as ImportingFile).imports.map(({ text }) => text),
    };
  }

  /**
   * Reads and checks what cells are going to import, as far as that has not been done; stops after each step.
   *
   * @returns the files of the project among it
   */
  *prepare(imports: readonly string[]): Generator<void, readonly string[]> {
    this.noticeEdits();
    this.update('', imports.map((name) => `import ${JSON.stringify(name)};\n`).join(''));
    const program = this.program.getProgram();
    const cell = program.getSourceFile(this.cellFile)!;
    yield;
    return yield* this.dependencies.check(program, cell);
  }

  /** @param position in UTF-16 units */
  complete(declarations: string, source: string, position: number): Completions {
    this.noticeEdits();
    const completions = this.converter.complete(declarations, source, position);
    const { checker, cell } = this.compiled();
    const place = prefix.length + position;
    const string = completeString(this.program.getProgram(), cell, place);
    return string
      ? { ...string, start: string.start - prefix.length, end: string.end - prefix.length }
      : describeCompletions(completions, checker, cell, place);
  }

  /**
   * What is known of the name at a position, or else of the function between whose parentheses it is.
   * @param position in UTF-16 units
   */
  inspect(declarations: string, source: string, position: number): Inspection | undefined {
    this.noticeEdits();
    const inspectAt = (start: number): Inspection | undefined => {
      const info = this.converter.inspect(declarations, source, start) as typescript.QuickInfo | undefined;
      const { checker, cell } = this.compiled();
      const name = info && lookUpName(checker, cell, prefix.length + start);
      if (!name) return undefined;
      const { documentation, tags, declarations: nodes } = name;
      return {
        info: info.documentation?.length ? info : { ...info, documentation, tags },
        declarations: nodes.map((node) => this.excerpt(node)),
      };
    };
    const found = inspectAt(position);
    if (found) return found;
    const callee = calleeAround(this.compiled().cell, prefix.length + position);
    return callee === undefined ? undefined : inspectAt(callee - prefix.length);
  }

  /** What the compiler knows of the last cell that it was given. */
  private compiled(): { checker: typescript.TypeChecker; cell: typescript.SourceFile } {
    const program = this.program.getProgram();
    return { checker: program.getTypeChecker(), cell: program.getSourceFile(this.cellFile)! };
  }

  private excerpt(node: typescript.Node): SourceExcerpt {
    const file = node.getSourceFile();
    restoreDocumentation(file);
    const start = node.getStart(file);
    const { line, character } = ts.getLineAndCharacterOfPosition(file, start);
    const name = relative(dirname(this.cellFile), file.fileName);
    return { name, source: file.text, line, column: character, length: node.end - start };
  }

  private wrap(program: Program): Program {
    this.program = program;
    // tslab looks for the cell's names before anything has asked for its types, which would find them.
    const cell = program.getSourceFile(this.cellFile);
    if (cell) bindSourceFile(cell, program.getCompilerOptions());
    return Object.assign(Object.create(program) as Program, {
      // tslab's own emit and checks then concern the cell only.
      getAllDependencies: (file: typescript.SourceFile) => [file.fileName],
      emit: (
        file: typescript.SourceFile,
        writeFile: typescript.WriteFileCallback,
        cancellation: undefined,
        onlyDeclarations: undefined,
        transformers: typescript.CustomTransformers,
      ) =>
        program.emit(
          file,
          (name, text, ...rest) => {
            if (name.endsWith('.map')) this.emittedMap = text;
            const isCode = name.endsWith('.js');
            if (isCode) this.emitted = text;
            // The compiler's output follows the whole path of the cell, tslab expects the file alone. Of the code it would
            // make a CommonJS module, which is made elsewhere.
            writeFile(`outDir/${basename(name)}`, isCode ? '' : text, ...rest);
          },
          cancellation,
          onlyDeclarations,
          {
            ...transformers,
            before: [
              spellOutEarlierNames(
                program.getProgram(),
                (declaration) => declaration.getSourceFile().fileName === this.declarationFile,
              ),
            ],
          },
        ),
    });
  }

  /** Gives the compiler a cell. */
  private update(declarations: string, source: string): void {
    // tslab has no other way to it: the place that is asked for is before the cell, where nothing is.
    this.converter.inspect(declarations, source, -prefix.length);
  }

  private noticeEdits(): void {
    this.changed = this.changes.report();
  }

  private cellErrors(some: boolean): readonly typescript.Diagnostic[] {
    if (!some) return [];
    const file = this.program.getSourceFile(this.cellFile)!;
    return ts.getPreEmitDiagnostics(this.program.getProgram(), file).filter((error) => error.file === file);
  }

  private dependencyErrors(): readonly typescript.Diagnostic[] {
    const program = this.program.getProgram();
    return this.dependencies.errors(program, program.getSourceFile(this.cellFile)!);
  }

  private describe(error: typescript.Diagnostic): SourceError {
    const { file, start = 0, length = 1, code } = error;
    const { line, character } = ts.getLineAndCharacterOfPosition(file!, start);
    const inCell = file!.fileName === this.cellFile;
    return {
      file: inCell ? undefined : file!.fileName,
      line: inCell ? line - prefixLines : line,
      column: character,
      length,
      code,
      message: ts.flattenDiagnosticMessageText(error.messageText, '\n'),
      text: file!.text,
    };
  }
}

/**
 * Resolves imports as the compiler would, packages' own once and for all, the project's anew each time: a file that
 * was missing may have been written since. Keeps in `unresolved` the files whose imports did not all resolve.
 */
function resolver(
  system: typescript.System,
  unresolved: Set<string>,
): NonNullable<CompilerHost['resolveModuleNameLiterals']> {
  let cache: typescript.ModuleResolutionCache | undefined;
  return (literals, containingFile, redirectedReference, options) => {
    cache ??= ts.createModuleResolutionCache(system.getCurrentDirectory(), (path) => path, options);
    const lasting = isProjectFile(containingFile) ? undefined : cache;
    const resolutions = literals.map(({ text }) =>
      // Those that come with Node.js are declared in @types/node, wherever a package of the same name may lie.
      isBuiltin(text)
        ? { resolvedModule: undefined }
        : ts.resolveModuleName(text, containingFile, options, system, lasting, redirectedReference),
    );
    if (resolutions.every(({ resolvedModule }, i) => resolvedModule || isBuiltin(literals[i]!.text)))
      unresolved.delete(containingFile);
    else unresolved.add(containingFile);
    return resolutions;
  };
}

/** The compiler looks for a package in place of each part of the language's own library: there is none. */
function withoutReplacedLibraries(host: CompilerHost): Pick<CompilerHost, 'fileExists' | 'directoryExists'> {
  const isReplacement = (path: string) => path.includes('/node_modules/@typescript/lib-');
  return {
    fileExists: (path) => !isReplacement(path) && host.fileExists(path),
    directoryExists: (path) => !isReplacement(path) && host.directoryExists!(path),
  };
}
