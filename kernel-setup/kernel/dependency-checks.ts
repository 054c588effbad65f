import { digest } from './cache-folder';
import type { ProjectCache } from './project-cache';
import { isProjectFile } from './project-files';
import { ts, type typescript } from './typescript';

/** What the compiler knows of a file beyond its declared interface. */
interface KnownFile extends typescript.SourceFile {
  readonly version: string;
  readonly resolvedModules?: Resolutions<typescript.ResolvedModuleWithFailedLookupLocations>;
  readonly resolvedTypeReferenceDirectiveNames?: Resolutions<typescript.ResolvedTypeReferenceDirectiveWithFailedLookupLocations>;
}

interface KnownProgram extends typescript.Program {
  getSourceFileFromReference(file: typescript.SourceFile, reference: typescript.FileReference): KnownFile | undefined;
}

interface Resolutions<T> {
  forEach(each: (resolution: T) => void): void;
}

interface Checked {
  readonly madeFrom: string;
  readonly errors: readonly typescript.Diagnostic[];
}

/**
 * Type-checks the project's files that cells import, each once for as long as nothing changes that it depends on: its
 * text, that of the files that it imports, directly or not, the packages' declarations and the compiler's settings.
 * A file that an earlier kernel found free of errors is not checked again.
 */
export class DependencyChecks {
  private readonly checked = new Map<string, Checked>();
  private readonly packages = new WeakMap<typescript.SourceFile, string>();
  private readonly environment: string;

  /** @param program that of an empty cell: all that every file sees, and no more */
  constructor(
    program: typescript.Program,
    private readonly cache: ProjectCache,
  ) {
    const files = (program.getSourceFiles() as readonly KnownFile[]).filter((file) => !isProjectFile(file.fileName));
    this.environment = digest(ts.version, JSON.stringify(program.getCompilerOptions()), ...files.map(versionOf));
  }

  /** The errors in the project's files that a cell imports, directly or not. */
  errors(program: typescript.Program, cell: typescript.SourceFile): typescript.Diagnostic[] {
    const steps = this.check(program, cell);
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value.flatMap((path) => this.checked.get(path)!.errors);
    }
  }

  /**
   * Checks the files that a cell imports, and stops after each file for which there was something to do.
   *
   * @returns their paths
   */
  *check(program: typescript.Program, cell: typescript.SourceFile): Generator<void, string[]> {
    const known = new Map<KnownFile, readonly KnownFile[]>();
    const importsOf = (file: KnownFile) => {
      const found = known.get(file) ?? importedFiles(program, file);
      known.set(file, found);
      return found;
    };
    const projectImports = (file: KnownFile) => importsOf(file).filter(isOfProject);
    const files = closure(cell as KnownFile, projectImports).filter(
      (file) => file !== cell && !file.isDeclarationFile && !file.fileName.endsWith('.json'),
    );
    for (const file of files) {
      const dependencies = closure(file, projectImports);
      const packages = new Set(dependencies.flatMap((each) => importsOf(each).filter((imported) => !isOfProject(imported))));
      const madeFrom = digest(
        this.environment,
        ...dependencies.map(versionOf),
        ...[...packages].map((each) => this.packageDigest(program, each)),
      );
      if (this.checkFile(program, file, madeFrom)) yield;
    }
    return files.map(({ fileName }) => fileName);
  }

  /** Returns whether the compiler had to look at the file. */
  private checkFile(program: typescript.Program, file: KnownFile, madeFrom: string): boolean {
    const path = file.fileName;
    if (this.checked.get(path)?.madeFrom === madeFrom) return false;
    const isFine = this.cache.isChecked(path, madeFrom);
    const errors = isFine ? [] : [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    this.checked.set(path, { madeFrom, errors });
    if (!isFine && errors.length === 0) this.cache.keepChecked(path, madeFrom);
    return !isFine;
  }

  /** Packages stay as they are while the kernel runs. */
  private packageDigest(program: typescript.Program, entry: KnownFile): string {
    const known = this.packages.get(entry);
    if (known) return known;
    const made = digest(...closure(entry, (file) => importedFiles(program, file)).map(versionOf));
    this.packages.set(entry, made);
    return made;
  }
}

const isOfProject = ({ fileName }: typescript.SourceFile): boolean => isProjectFile(fileName);
const versionOf = ({ fileName, version }: KnownFile): string => `${fileName} ${version}`;

/** The files that a file imports or refers to. */
function importedFiles(program: typescript.Program, file: KnownFile): KnownFile[] {
  const found: (typescript.SourceFile | undefined)[] = [];
  file.resolvedModules?.forEach(({ resolvedModule }) => {
    if (resolvedModule) found.push(program.getSourceFile(resolvedModule.resolvedFileName));
  });
  file.resolvedTypeReferenceDirectiveNames?.forEach(({ resolvedTypeReferenceDirective: resolved }) => {
    if (resolved?.resolvedFileName) found.push(program.getSourceFile(resolved.resolvedFileName));
  });
  for (const reference of file.referencedFiles)
    found.push((program as KnownProgram).getSourceFileFromReference(file, reference));
  return found.filter((each): each is KnownFile => each !== undefined);
}

/** A file and all that it imports, directly or not. */
function closure(file: KnownFile, importsOf: (file: KnownFile) => readonly KnownFile[]): KnownFile[] {
  const found = new Set([file]);
  for (const each of found) for (const imported of importsOf(each)) found.add(imported);
  return [...found];
}
