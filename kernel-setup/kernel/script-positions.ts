import { SourceMap, type SourceMapPayload } from 'node:module';

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A script that was made from TypeScript. */
export interface ScriptOrigin {
  /** The file it was made from; `undefined` for a cell. */
  readonly file?: string;
  /** The text it was made from, where there is no file. */
  readonly source?: string;
  /** From a position in the script to one in the TypeScript, both counted from zero. */
  readonly position: (line: number, column: number) => Position | undefined;
}

/** The scripts that this kernel compiled, by the name under which V8 knows them. */
export class ScriptPositions {
  private readonly origins = new Map<string, ScriptOrigin>();

  add(script: string, origin: ScriptOrigin): void {
    this.origins.set(script, origin);
  }

  get(script: string): ScriptOrigin | undefined {
    return this.origins.get(script);
  }
}

/** Positions by a source map, which is parsed when first asked. */
export function sourceMapPositions(text: string): ScriptOrigin['position'] {
  let map: SourceMap | undefined;
  return (line, column) => {
    map ??= new SourceMap(JSON.parse(text) as SourceMapPayload);
    const entry = map.findEntry(line, column);
    return 'originalLine' in entry && entry.originalLine !== undefined
      ? { line: entry.originalLine, column: entry.originalColumn }
      : undefined;
  };
}
