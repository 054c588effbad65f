import { randomUUID } from 'node:crypto';
import type { CellHost } from './cell-host';
import { escapeHtml } from './escape-html';

/** A line as a notebook shows it. */
export interface LineContent {
  readonly text: string;
  /** By default the text. */
  readonly html?: string;
}

/** A line of a running cell's output that changes in place. */
export interface LiveLine {
  /**
   * Shows what the line says now, which is asked for only when it is sent: ten times a second at most, unless it is
   * `now`.
   */
  show(content: () => LineContent, now?: boolean): void;
  /** Ends the line. The outermost one stays, as `last`; one inside of it goes. */
  close(last: () => LineContent): void;
}

const millisecondsBetweenChanges = 100;

/** The open displays, by the signal of the cell that they belong to. */
const displays = new WeakMap<AbortSignal, LiveDisplay>();

/** Whether the running cell has an open line: another one would be inside of it. */
export function hasLiveLine({ signal }: CellHost): boolean {
  return displays.has(signal);
}

/**
 * Opens a line in the running cell's output, inside of the one that is open there already: lines that are open at the same time share one
 * display, the outer ones on top. What is saved of it is the outermost line's end.
 *
 * @param clock milliseconds from any origin
 */
export function openLiveLine(host: CellHost, clock: () => number): LiveLine {
  const { signal } = host;
  let place: { readonly display: LiveDisplay; readonly line: Line } | undefined;
  let shownAt: number | undefined;
  const open = () => {
    const display = displays.get(signal) ?? new LiveDisplay(host, () => displays.delete(signal));
    displays.set(signal, display);
    return { display, line: display.add() };
  };
  place = open();
  return {
    show(content, now = false) {
      // The outer line has ended before this one: it goes on by itself.
      if (place === undefined || place.display.isOver) place = open();
      place.line.content = content;
      if (!now && shownAt !== undefined && clock() - shownAt < millisecondsBetweenChanges) return;
      place.display.send();
      shownAt = clock();
    },
    close(last) {
      if (place === undefined || place.display.isOver) return;
      place.display.close(place.line, last);
      place = undefined;
    },
  };
}

interface Line {
  content: (() => LineContent) | undefined;
}

class LiveDisplay {
  readonly #host: CellHost;
  readonly #end: () => void;
  readonly #id = randomUUID();
  readonly #lines: Line[] = [];
  #isNew = true;
  isOver = false;

  constructor(host: CellHost, end: () => void) {
    this.#host = host;
    this.#end = end;
  }

  add(): Line {
    const line: Line = { content: undefined };
    this.#lines.push(line);
    return line;
  }

  close(line: Line, last: () => LineContent): void {
    const at = this.#lines.indexOf(line);
    // An inner line vanishes with the next change of an outer one.
    if (at > 0) return void this.#lines.splice(at, 1);
    this.#lines.length = 0;
    this.#lines.push({ content: last });
    this.isOver = true;
    this.#end();
    this.send();
  }

  send(): void {
    const contents = this.#lines.flatMap(({ content }, level) => (content === undefined ? [] : [{ level, ...content() }]));
    const indented = (level: number) => (level === 0 ? '' : ` style="padding-left: ${2 * level}em"`);
    const data = {
      'text/html': contents.map(({ level, html, text }) => `<div${indented(level)}>${html ?? escapeHtml(text)}</div>`).join('\n'),
      'text/plain': contents.map(({ level, text }) => '  '.repeat(level) + text).join('\n'),
    };
    this.#host.display({ data, metadata: {}, transient: { display_id: this.#id } }, !this.#isNew);
    this.#isNew = false;
  }
}
