import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { CacheFolder, digest } from './cache-folder';

/** A module of the project as JavaScript. */
export interface JavaScriptModule {
  readonly code: string;
  /** Its source map. */
  readonly map?: string;
}

interface Content {
  /** By a file's path from the notebook's folder: what was made from it, and the digest of what that was made from. */
  readonly modules: Map<string, { readonly digest: string; readonly module: JavaScriptModule }>;
  readonly checked: Map<string, string>;
  /** What the cells of the last kernel imported. */
  imports: readonly string[];
}

/** So many projects are remembered. */
const projects = new CacheFolder('projects', 30);

/**
 * What earlier kernels found out about a project's files, so that the first cell need not wait for it: the modules as
 * JavaScript, and which files have no type error, each bound to a digest of all that it was made from.
 */
export class ProjectCache {
  private readonly name: string;
  private known: Content | undefined;
  private readonly imported = new Set<string>();

  /** @param folder where the notebook lies */
  constructor(private readonly folder: string) {
    this.name = digest(folder).slice(0, 32);
  }

  /** The JavaScript of a module, if it was made from what has this digest. */
  module(path: string, madeFrom: string): JavaScriptModule | undefined {
    const found = this.content.modules.get(this.key(path));
    return found?.digest === madeFrom ? found.module : undefined;
  }

  keepModule(path: string, madeFrom: string, module: JavaScriptModule): void {
    this.content.modules.set(this.key(path), { digest: madeFrom, module });
    this.save();
  }

  /** Whether a file was found free of errors, with all that the digest is of. */
  isChecked(path: string, madeFrom: string): boolean {
    return this.content.checked.get(this.key(path)) === madeFrom;
  }

  keepChecked(path: string, madeFrom: string): void {
    this.content.checked.set(this.key(path), madeFrom);
    this.save();
  }

  /** What cells will probably import: what those of the last kernel did. */
  get imports(): readonly string[] {
    return this.content.imports;
  }

  keepImports(names: readonly string[]): void {
    const before = this.imported.size;
    for (const name of names) this.imported.add(name);
    if (this.imported.size === before) return;
    this.content.imports = [...this.imported];
    this.save();
  }

  private get content(): Content {
    return (this.known ??= readContent(this.name));
  }

  private save(): void {
    projects.writeLater(this.name, () => {
      const { modules, checked } = this.content;
      for (const results of [modules, checked]) {
        for (const path of results.keys()) if (!existsSync(join(this.folder, path))) results.delete(path);
      }
      return serialize(this.content);
    });
  }

  private key(path: string): string {
    return relative(this.folder, path);
  }
}

function readContent(name: string): Content {
  const file = projects.read(name);
  try {
    if (file) return deserialize(file) as Content;
  } catch {
    // Cut off, or of another version of Node.js.
  }
  return { modules: new Map(), checked: new Map(), imports: ['../src'] };
}
