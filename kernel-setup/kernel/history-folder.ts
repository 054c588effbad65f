import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A cell that was run. */
export interface HistoryEntry {
  /** Counts the kernels that have run cells, from one. */
  readonly session: number;
  /** The cell's execution count. */
  readonly line: number;
  readonly source: string;
  /** The text of its result. */
  readonly output?: string;
}

/** What one line of a file holds: a cell, or later the text of its result. */
type HistoryRecord = Pick<HistoryEntry, 'line'> & Partial<Pick<HistoryEntry, 'source' | 'output'>>;

/**
 * The cells of all sessions, on disk: a file of JSON lines for each, to which only its own kernel appends. So kernels
 * that run at once do not meet, and one that is killed leaves at most a last line that is not read.
 */
export class HistoryFolder {
  /** Lines that this kernel has put into its own file. */
  private written = 0;

  /**
   * @param folder made when it is first written to
   * @param limits how much is kept: about so many cells, the newest, of at most so many sessions
   */
  constructor(
    private readonly folder: string,
    private readonly limits: { readonly cells: number; readonly sessions: number },
  ) {}

  /** The sessions on disk, the newest first. */
  sessions(): number[] {
    let names: string[] = [];
    try {
      names = readdirSync(this.folder);
    } catch {
      // Nothing has been kept yet.
    }
    const numbers = names.flatMap((name) => /^([1-9]\d*)\.jsonl$/.exec(name)?.[1] ?? []).map(Number);
    return numbers.sort((a, b) => b - a);
  }

  /** The cells of a session, in the order in which they ran. */
  read(session: number): HistoryEntry[] {
    let text = '';
    try {
      text = readFileSync(this.file(session), 'utf8');
    } catch {
      // Another kernel has just removed it, or it is somebody else's.
    }
    const entries = new Map<number, HistoryEntry>();
    for (const { line, source, output } of text.split('\n').flatMap(parseRecord)) {
      const known = entries.get(line);
      if (source !== undefined) entries.set(line, { session, line, source });
      else if (known) entries.set(line, { ...known, output });
    }
    return [...entries.values()];
  }

  /** Takes the number of a new session. */
  begin(): number {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    for (let session = (this.sessions()[0] ?? 0) + 1; ; session++) {
      try {
        writeFileSync(this.file(session), '', { flag: 'wx', mode: 0o600 });
        return session;
      } catch (error) {
        // Another kernel was quicker.
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }

  /** Adds to the file of this kernel's own session. */
  append(session: number, record: HistoryRecord): void {
    appendFileSync(this.file(session), lineOf(record), { mode: 0o600 });
    if (++this.written >= 4 * this.limits.cells) this.shorten(session);
  }

  /** Removes the oldest sessions that are too many. */
  prune(): void {
    let cells = 0;
    for (const [i, session] of this.sessions().entries()) {
      if (cells >= this.limits.cells || i >= this.limits.sessions) rmSync(this.file(session), { force: true });
      else cells += this.read(session).length;
    }
  }

  private shorten(session: number): void {
    const kept = this.read(session).slice(-this.limits.cells);
    const lines = kept.flatMap(({ line, source, output }) => [
      lineOf({ line, source }),
      ...(output === undefined ? [] : [lineOf({ line, output })]),
    ]);
    const fresh = `${this.file(session)}.new`;
    writeFileSync(fresh, lines.join(''), { mode: 0o600 });
    renameSync(fresh, this.file(session));
    this.written = lines.length;
  }

  private file(session: number): string {
    return join(this.folder, `${session}.jsonl`);
  }
}

const lineOf = (record: HistoryRecord): string => `${JSON.stringify(record)}\n`;

/** A line, unless its writing was cut short. */
function parseRecord(text: string): HistoryRecord[] {
  try {
    const record = JSON.parse(text) as HistoryRecord | null;
    return typeof record?.line === 'number' ? [record] : [];
  } catch {
    return [];
  }
}
