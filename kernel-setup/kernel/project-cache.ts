import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout } from 'node:timers';
import { deserialize, serialize } from 'node:v8';

/** A module of the project as JavaScript. */
export interface JavaScriptModule {
  readonly code: string;
  /** Its source map. */
  readonly map?: string;
}

/** By a file's path from the notebook's folder: the digest of what a result was made from, and the result. */
interface Content {
  readonly modules: Map<string, { readonly digest: string; readonly module: JavaScriptModule }>;
  readonly checked: Map<string, string>;
}

/** How long a kernel rests before it writes what is new, in milliseconds. */
const delay = 1000;
/** So many projects are remembered, those that were used last. */
const mostProjects = 30;

/**
 * What is known of a project's files from earlier kernels, so that the first cell need not wait for it: the modules as
 * JavaScript, and which of them have no type error. A file for each project, in the per-user cache.
 *
 * Each result is bound to a digest of all that it was made from. Without a folder that can be read and written the
 * kernel is slower, and otherwise the same.
 */
export class ProjectCache {
  private content: Content | undefined;
  private pending: NodeJS.Timeout | undefined;
  private readonly file: string;

  /**
   * @param cacheFolder holds the files of all projects
   * @param folder where the notebook lies
   */
  constructor(
    private readonly cacheFolder: string,
    private readonly folder: string,
  ) {
    this.file = join(cacheFolder, digest(folder).slice(0, 20));
    process.on('exit', () => this.pending && this.save());
  }

  /** The JavaScript of a module, if it was made from what has this digest. */
  module(path: string, digest: string): JavaScriptModule | undefined {
    const known = this.load().modules.get(this.key(path));
    return known?.digest === digest ? known.module : undefined;
  }

  keepModule(path: string, digest: string, module: JavaScriptModule): void {
    this.load().modules.set(this.key(path), { digest, module });
    this.saveSoon();
  }

  /** Whether a file was found free of errors, with all that the digest is of. */
  isChecked(path: string, digest: string): boolean {
    return this.load().checked.get(this.key(path)) === digest;
  }

  keepChecked(path: string, digest: string): void {
    this.load().checked.set(this.key(path), digest);
    this.saveSoon();
  }

  private key(path: string): string {
    return relative(this.folder, path);
  }

  private load(): Content {
    if (this.content) return this.content;
    try {
      this.content = deserialize(readFileSync(this.file)) as Content;
      const now = new Date();
      utimesSync(this.file, now, now);
    } catch {
      // There is none yet, or none that can be read.
      this.content = { modules: new Map(), checked: new Map() };
    }
    return this.content;
  }

  private saveSoon(): void {
    clearTimeout(this.pending);
    this.pending = setTimeout(() => this.save(), delay).unref();
  }

  private save(): void {
    this.pending = undefined;
    const fresh = `${this.file}.${process.pid}`;
    try {
      mkdirSync(this.cacheFolder, { recursive: true, mode: 0o700 });
      writeFileSync(fresh, serialize(this.content), { mode: 0o600 });
      renameSync(fresh, this.file);
      this.prune();
    } catch {
      rmSync(fresh, { force: true });
    }
  }

  private prune(): void {
    const files = readdirSync(this.cacheFolder).map((name) => join(this.cacheFolder, name));
    const times = new Map(files.map((file) => [file, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0]));
    files.sort((a, b) => times.get(b)! - times.get(a)!);
    for (const file of files.slice(mostProjects)) rmSync(file, { force: true });
  }
}

export function digest(...texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex');
}
