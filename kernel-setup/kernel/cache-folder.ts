import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers';
import { cacheFolder } from '../../src/data/cache';

/** How long a kernel waits for more to write, in milliseconds. */
const delay = 2000;

/**
 * Files that spare later kernels work, in the per-user cache. One that cannot be read or written costs time, and
 * nothing else.
 */
export class CacheFolder {
  private readonly folder: string;
  private readonly pending = new Map<string, () => Uint8Array>();
  private timer: NodeJS.Timeout | undefined;

  /** @param most so many files are kept, those that were used last */
  constructor(
    name: string,
    private readonly most: number,
  ) {
    this.folder = join(cacheFolder(), 'kernel', name);
    process.on('exit', () => this.writePending());
  }

  read(name: string): Buffer | undefined {
    const file = join(this.folder, name);
    try {
      const content = readFileSync(file);
      const now = new Date();
      utimesSync(file, now, now);
      return content;
    } catch {
      return undefined;
    }
  }

  /** Writes a file when the kernel has had time to do what it was asked for, at the latest when it exits. */
  writeLater(name: string, content: () => Uint8Array): void {
    this.pending.set(name, content);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.writePending(), delay).unref();
  }

  private writePending(): void {
    for (const [name, content] of this.pending) this.write(name, content());
    this.pending.clear();
  }

  private write(name: string, content: Uint8Array): void {
    const fresh = join(this.folder, `${name}.${process.pid}`);
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeFileSync(fresh, content, { mode: 0o600 });
      renameSync(fresh, join(this.folder, name));
      this.prune();
    } catch {
      rmSync(fresh, { force: true });
    }
  }

  private prune(): void {
    const files = readdirSync(this.folder).map((name) => join(this.folder, name));
    const lastUse = new Map(files.map((file) => [file, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0]));
    files.sort((a, b) => lastUse.get(b)! - lastUse.get(a)!);
    for (const file of files.slice(this.most)) rmSync(file, { force: true });
  }
}

/** A name for what is made from texts; different ones have different names. */
export function digest(...texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex');
}
