import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { inspect } from 'node:util';
import { isProjectFile } from './project-files';
import type { ScriptOrigin, ScriptPositions } from './script-positions';
import type { SourceExcerpt } from './source-excerpt';

/** The frames of this many functions are kept, those of the kernel itself, which are then hidden, included. */
const frameLimit = 40;

const hidden = /^node:(internal|vm)\b/;

/**
 * Makes the stack of every error speak of TypeScript: cells by their number, files by their path from `folder`,
 * both with the line and column in the source, and without the kernel's own frames.
 */
export class StackTraces {
  private readonly places = new WeakMap<object, SourceExcerpt>();

  constructor(
    private readonly scripts: ScriptPositions,
    private readonly folder: string,
  ) {}

  install(): void {
    Error.stackTraceLimit = frameLimit;
    Error.prepareStackTrace = (error: Error, sites) => this.format(error, sites);
  }

  /** Where in a cell or a file of the project an error was thrown, innermost, if anywhere. */
  placeOf(error: unknown): SourceExcerpt | undefined {
    if (!(error instanceof Error)) return undefined;
    void error.stack;
    return this.places.get(error);
  }

  private format(error: Error, sites: NodeJS.CallSite[]): string {
    const lines: string[] = [];
    for (const site of sites) {
      const script = site.getFileName() ?? '';
      if (script.startsWith(__dirname) || hidden.test(script)) continue;
      const origin = this.scripts.get(script);
      const line = site.getLineNumber();
      const column = site.getColumnNumber();
      const place = origin && line && column ? origin.position(line - 1, column - 1) : undefined;
      if (origin && place && !this.places.has(error)) {
        this.places.set(error, {
          name: this.nameOf(script, origin),
          source: sourceOf(origin),
          length: 1,
          ...place,
        });
      }
      const was = line === null ? script : `${script}:${line}:${column}`;
      const name = this.nameOf(script, origin);
      const is = place ? `${name}:${place.line + 1}:${place.column + 1}` : was.replace(script, name);
      lines.push(`\n    at ${site.toString().replace(was, is)}`);
    }
    return headline(error) + lines.join('');
  }

  private nameOf(script: string, origin: ScriptOrigin | undefined): string {
    if (origin) return origin.file ? relative(this.folder, origin.file) : script;
    return script.startsWith('/') && !isProjectFile(script) ? relative(this.folder, script) : script;
  }
}

function headline(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return inspect(error);
  }
}

function sourceOf(origin: ScriptOrigin): string {
  if (origin.source !== undefined || !origin.file) return origin.source ?? '';
  try {
    return readFileSync(origin.file, 'utf8');
  } catch {
    return '';
  }
}
