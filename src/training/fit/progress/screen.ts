import { randomUUID } from 'node:crypto';
import { cellHost, type CellHost } from '../../../cell-host';

/** Where lines are shown, the last of which may change until it is done. */
export interface Screen {
  /** Whether `change` shows anything. */
  readonly changes: boolean;
  /** Shows the line over those that follow. */
  heading(text: string): void;
  /** Shows a text as the last line for the time being. */
  change(text: string): void;
  /** Shows the last line as it stays. */
  line(text: string): void;
  /** Shows a line that does not belong to those before and after it. */
  note(text: string): void;
  /** Nothing follows. */
  close(): void;
}

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

type Clock = () => number;

/** The running notebook cell's output; else a terminal, on which the last line is written over; else plain lines. */
export function openScreen(stream: Terminal = process.stdout, clock: Clock = () => performance.now()): Screen {
  const host = cellHost();
  if (host !== undefined) return notebookScreen(host, clock);
  return stream.isTTY ? terminalScreen(stream, clock) : lineScreen(stream);
}

const millisecondsBetweenChanges = 100;

/** One display, updated in place; a new one where it becomes long, so that each message stays small. */
function notebookScreen(host: CellHost, clock: Clock): Screen {
  const most = 200;
  let id = randomUUID();
  let lines: string[] = [];
  let last: string | undefined;
  let shownAt: number | undefined;
  let isNew = true;
  const send = () => {
    const text = [...lines, ...(last === undefined ? [] : [last])].join('\n');
    if (text === '') return;
    host.display({ data: { 'text/plain': text }, metadata: {}, transient: { display_id: id } }, !isNew);
    isNew = false;
    shownAt = clock();
  };
  const sendSoon = () => {
    if (shownAt === undefined || clock() - shownAt >= millisecondsBetweenChanges) send();
  };
  const line = (text: string) => {
    last = undefined;
    lines.push(text);
    if (lines.length < most) return sendSoon();
    send();
    [id, lines, isNew] = [randomUUID(), [], true];
  };
  return {
    changes: true,
    change(text) {
      last = text;
      sendSoon();
    },
    heading: line,
    line,
    note: line,
    close: send,
  };
}

function terminalScreen(stream: Terminal, clock: Clock): Screen {
  let width = 0;
  let shownAt = -Infinity;
  const write = (text: string, end: string) => {
    stream.write(`\r${text.padEnd(width)}${end}`);
    width = end === '' ? text.length : 0;
  };
  const line = (text: string) => {
    write(text, '\n');
    shownAt = -Infinity;
  };
  return {
    changes: true,
    change(text) {
      if (clock() - shownAt < millisecondsBetweenChanges) return;
      // A line that the terminal breaks cannot be written over.
      write(text.slice(0, (stream.columns ?? 80) - 1), '');
      shownAt = clock();
    },
    heading: line,
    line,
    note: line,
    close() {
      if (width > 0) stream.write('\n');
      width = 0;
    },
  };
}

function lineScreen(stream: Terminal): Screen {
  const line = (text: string) => void stream.write(`${text}\n`);
  return { changes: false, change: () => {}, heading: line, line, note: line, close: () => {} };
}
