import type { Logs } from '../callbacks/callback';
import { epochHeading, finishedLine, plainLine, runningLine } from './epoch-line';
import { openInnerScreen } from './inner-screen';
import { openScreen, type Screen } from './screen';

/** Tells how a training goes. */
export interface Reporter {
  begin(epoch: number): void;
  /** @param logs is asked for only when they are shown */
  progress(done: number, logs: () => Logs): void;
  end(done: number, logs: Logs): void;
  /** The epoch that has begun does not end. */
  breakOff(done: number, logs: Logs): void;
  note(line: string): void;
  close(): void;
}

export interface ReporterOptions {
  readonly verbose: 'auto' | 0 | 1 | 2;
  readonly epochs: number;
  /** Steps of an epoch. */
  readonly steps: number;
  readonly screen?: Screen;
  /** Milliseconds from any origin. */
  readonly clock?: () => number;
}

export function reporter(options: ReporterOptions): Reporter {
  const { verbose, epochs, steps, clock = () => performance.now() } = options;
  if (verbose === 0) return silent;
  const screen = options.screen ?? (verbose === 'auto' ? openInnerScreen(clock) : undefined) ?? openScreen();
  const inPlace = verbose !== 2 && screen.changes;
  const finished = verbose === 2 ? plainLine : finishedLine;
  let epoch = 0;
  let start = 0;
  let firstStepEnd: number | undefined;
  const status = (done: number, logs: Logs) => {
    // As in Keras: the first step also compiles, so it says nothing about the others.
    const stepSeconds =
      firstStepEnd !== undefined && done > 1 ? (clock() - firstStepEnd) / 1000 / (done - 1) : undefined;
    return { done, of: steps, seconds: (clock() - start) / 1000, stepSeconds, logs };
  };
  return {
    begin(next) {
      epoch = next;
      start = clock();
      firstStepEnd = undefined;
      if (epochs > 1) screen.heading(epochHeading(epoch, epochs));
    },
    progress(done, logs) {
      if (done === 1) firstStepEnd = clock();
      if (inPlace) screen.change(runningLine(status(done, logs())));
    },
    end(done, logs) {
      screen.line(finished(status(done, logs)));
    },
    breakOff(done, logs) {
      screen.line(
        done > 0 ? `${plainLine(status(done, logs))}, interrupted` : `interrupted before the epoch's first step`,
      );
    },
    note: (line) => screen.note(line),
    close: () => screen.close(),
  };
}

const silent: Reporter = { begin() {}, progress() {}, end() {}, breakOff() {}, note() {}, close() {} };
