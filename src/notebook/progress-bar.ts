import { cellHost, type CellHost } from '../cell-host';
import { openLiveLine } from '../live-display';
import { formatDuration, formatRate } from './format';
import { escapeHtml } from '../escape-html';

/** What a progress bar counts, and where it goes. */
export interface ProgressBarOptions {
  /** How many units of work there are. */
  readonly total: number;
  /** What is being done, such as 'training'. */
  readonly label?: string;
  /** What is counted, in the plural; 'steps' by default. */
  readonly unit?: string;
  /** Where lines go outside a notebook; standard error by default. */
  readonly stream?: {
    /** Takes a line with its end. */
    write(text: string): unknown;
  };
  /** Milliseconds from any origin; the machine's monotonic clock by default. */
  readonly clock?: () => number;
}

/** An open progress bar. */
export interface ProgressBar {
  /** Says how many units are done, and optionally how it stands, such as 'loss 0.27'. Cheap: call it as often as you like. */
  update(done: number, message?: string): void;
  /** Writes the last line; calls after that do nothing. */
  close(): void;
}

/**
 * A progress bar with rate and remaining time. In a notebook it moves in place, and what stays in the saved output is
 * one line; outside it prints a line for every tenth of the work. An interrupted cell closes it.
 *
 * A bar that is opened while another one of the cell is open is shown inside of that one, below it, until it is closed; so is the
 * progress of `fit`. Close a bar also where its work may throw, or use `track`.
 *
 * @throws RangeError if `total` is not a positive number
 */
export function progressBar(options: ProgressBarOptions): ProgressBar {
  const { total, label, unit = 'steps', clock = () => performance.now() } = options;
  if (!(Number.isFinite(total) && total > 0)) throw new RangeError(`total is ${total}; it must be a positive number of ${unit}`);
  const host = cellHost();
  // Of the cell that opens the bar, whichever runs when it is closed.
  const signal = host?.signal;
  const view = host === undefined ? lineView(options.stream ?? process.stderr, total) : notebookView(host, total, clock);
  const start = clock();
  let done = 0;
  let message: string | undefined;
  let closed = false;

  const status = (): Status => ({ done, label, unit, total, message, seconds: (clock() - start) / 1000 });
  const finish = (interrupted: boolean) => {
    if (closed) return;
    closed = true;
    signal?.removeEventListener('abort', interrupt);
    view.last(lastLine(status(), interrupted));
  };
  const interrupt = () => finish(true);
  signal?.addEventListener('abort', interrupt, { once: true });
  view.progress(done, () => progressLine(status()));

  return {
    update(newDone, newMessage) {
      if (!(Number.isFinite(newDone) && newDone >= 0)) throw new RangeError(`done is ${newDone}; it must be a number of ${unit} from 0 on`);
      if (closed) return;
      done = newDone;
      message = newMessage;
      view.progress(done, () => progressLine(status()));
    },
    close: () => finish(false),
  };
}

interface Status {
  readonly done: number;
  readonly total: number;
  readonly label?: string;
  readonly unit: string;
  readonly message?: string;
  readonly seconds: number;
}

interface View {
  progress(done: number, line: () => string): void;
  last(line: string): void;
}

function notebookView(host: CellHost, total: number, clock: () => number): View {
  const live = openLiveLine(host, clock);
  return {
    progress(done, line) {
      live.show(() => {
        const text = line();
        const bar = `<progress value="${Math.min(done, total)}" max="${total}" style="width: 240px; vertical-align: middle"></progress>`;
        return { html: `${bar} ${escapeHtml(text)}`, text };
      });
    },
    last: (line) => live.close(() => ({ text: line })),
  };
}

function lineView(stream: { write(text: string): unknown }, total: number): View {
  let tenths = 0;
  return {
    progress(done, line) {
      const reached = Math.floor((10 * done) / total + 1e-9);
      // The last tenth is the closing line.
      if (reached <= tenths || reached >= 10) return;
      tenths = reached;
      stream.write(`${line()}\n`);
    },
    last: (line) => void stream.write(`${line}\n`),
  };
}

function progressLine(status: Status): string {
  const { done, total, unit, seconds } = status;
  const rate = done / seconds;
  const pace =
    done > 0 && seconds > 0 ? [`${formatRate(rate)} ${unit}/s`, `${formatDuration(Math.max(0, total - done) / rate)} left`] : [];
  return lineOf(status, `${count(done)} of ${count(total)} ${unit}`, pace);
}

function lastLine(status: Status, interrupted: boolean): string {
  const { done, total, unit, seconds } = status;
  const rate = done > 0 && seconds > 0 ? [`${formatRate(done / seconds)} ${unit}/s`] : [];
  const end = interrupted ? 'interrupted at ' : done < total ? 'stopped at ' : '';
  const work = done < total ? `${count(done)} of ${count(total)}` : count(done);
  return lineOf(status, `${end}${work} ${unit} in ${formatDuration(seconds)}`, rate);
}

function lineOf({ label, message }: Status, first: string, rest: readonly string[]): string {
  return (label ? `${label}: ` : '') + [first, ...rest, ...(message ? [message] : [])].join(' · ');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
