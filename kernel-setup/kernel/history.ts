import { setImmediate } from 'node:timers';
import type { Content } from '../jupyter/message';
import { type HistoryEntry, HistoryFolder } from './history-folder';

/** How much is kept on disk, and how much of this session in memory. */
const limits = { cells: 10_000, sessions: 1000 };
/** A longer result is kept up to here, in characters. */
const longestOutput = 10_000;

/** What a `history_request` may say; absent fields mean what IPython takes them for. */
interface HistoryRequest {
  readonly hist_access_type: 'tail' | 'range' | 'search';
  readonly output?: boolean;
  /** Of `range`: a session, or counted back from this one, which is 0. */
  readonly session?: number;
  /** Of `range`: the execution counts of the first cell and behind the last. */
  readonly start?: number;
  readonly stop?: number | null;
  /** Of `tail` and `search`: at most so many cells, the newest. */
  readonly n?: number | null;
  readonly pattern?: string;
  readonly unique?: boolean;
}

/** The cells that were run, in this session and in earlier ones. */
export class History {
  private own: HistoryEntry[] = [];
  private session: number | undefined;
  private folder: HistoryFolder | undefined;

  /**
   * @param folder where the history is kept; without it, this session's is in memory alone
   * @param complain says that the history cannot be kept
   */
  constructor(
    folder: string | undefined,
    private readonly complain: (text: string) => void,
  ) {
    this.folder = folder ? new HistoryFolder(folder, limits) : undefined;
  }

  /** To be called before a cell is run: one that ends the kernel is remembered too. */
  add(line: number, source: string): void {
    if (source.trim() === '') return;
    const session = (this.session ??= this.begin());
    this.own.push({ session, line, source });
    if (this.own.length >= 2 * limits.cells) this.own = this.own.slice(-limits.cells);
    this.keep((folder) => folder.append(session, { line, source }));
  }

  /** The text of the last cell's result. */
  addOutput(line: number, text: string): void {
    const last = this.own.at(-1);
    if (last?.line !== line) return;
    const output = text.slice(0, longestOutput);
    this.own[this.own.length - 1] = { ...last, output };
    this.keep((folder) => folder.append(last.session, { line, output }));
  }

  /** The content of the reply to a `history_request`. */
  reply(content: Content): Content {
    const request = content as unknown as HistoryRequest;
    const history = this.find(request).map(({ session, line, source, output }) => [
      session,
      line,
      request.output ? [source, output ?? null] : source,
    ]);
    return { status: 'ok', history };
  }

  private find(request: HistoryRequest): HistoryEntry[] {
    const { session = 0, start = 1, stop, pattern = '*', unique = false } = request;
    switch (request.hist_access_type) {
      case 'range':
        return this.of(session).filter(({ line }) => line >= start && line < (stop ?? Infinity));
      case 'tail':
        return newest(this.backwards(), request.n ?? 10);
      case 'search': {
        const matches = filtered(this.backwards(), globPattern(pattern));
        return newest(unique ? withoutRepeats(matches) : matches, request.n ?? limits.cells);
      }
      default:
        return [];
    }
  }

  /** The cells of a session; numbers from 0 down count from this one. */
  private of(session: number): readonly HistoryEntry[] {
    const current = this.session ?? (this.folder?.sessions()[0] ?? 0) + 1;
    const wanted = session > 0 ? session : current + session;
    return wanted === current ? this.own : (this.folder?.read(wanted) ?? []);
  }

  /** All cells, the newest first: this session's, then those of the one before. */
  private *backwards(): Generator<HistoryEntry> {
    yield* this.own.toReversed();
    for (const session of this.folder?.sessions() ?? []) {
      if (session !== this.session) yield* this.folder!.read(session).toReversed();
    }
  }

  private begin(): number {
    const session = this.keep((folder) => folder.begin());
    setImmediate(() => this.keep((folder) => folder.prune()));
    return session ?? 1;
  }

  /** A full disk costs the history, but no cell. */
  private keep<T>(write: (folder: HistoryFolder) => T): T | undefined {
    try {
      return this.folder && write(this.folder);
    } catch (error) {
      this.folder = undefined;
      this.complain(`The history of this session is not kept: ${(error as Error).message}\n`);
      return undefined;
    }
  }
}

/** The first `n`, in the order of time again. */
function newest(backwards: Iterable<HistoryEntry>, n: number): HistoryEntry[] {
  const taken: HistoryEntry[] = [];
  if (n > 0) {
    for (const entry of backwards) {
      taken.push(entry);
      if (taken.length >= n) break;
    }
  }
  return taken.reverse();
}

function* filtered(entries: Iterable<HistoryEntry>, pattern: RegExp): Generator<HistoryEntry> {
  for (const entry of entries) if (pattern.test(entry.source)) yield entry;
}

function* withoutRepeats(entries: Iterable<HistoryEntry>): Generator<HistoryEntry> {
  const seen = new Set<string>();
  for (const entry of entries) {
    if (seen.has(entry.source)) continue;
    seen.add(entry.source);
    yield entry;
  }
}

/** A glob over a whole cell: `*` is any text, `?` any character, `[a-z]` and `[^a-z]` one of a set. */
function globPattern(glob: string): RegExp {
  const parts = glob.match(/\[\^?\]?[^\]]*\]|[^]/gu) ?? [];
  const translated = parts.map((part) => {
    if (part === '*') return '[^]*';
    if (part === '?') return '[^]';
    if (part.length > 1 && part.startsWith('[')) return setPattern(part);
    return part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  try {
    return new RegExp(`^${translated.join('')}$`, 'u');
  } catch {
    // A set such as [z-a], in which nothing is.
    return /(?!)/;
  }
}

function setPattern(set: string): string {
  const [, negated, members] = /^\[(\^?)([^]*)\]$/.exec(set)!;
  return `[${negated}${members!.replace(/[\\\][^]/g, '\\$&')}]`;
}
