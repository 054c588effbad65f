import { clearTimeout, setTimeout } from 'node:timers';
import type { DisplayContent } from '../../src/cell-host';
import type { Content, Header } from '../jupyter/message';
import type { CurrentCell } from './current-cell';
import { Interrupted } from './errors';

/** Output is sent in pieces of at least so many characters, or so many milliseconds. */
const pieces = { characters: 16_384, milliseconds: 50 };

/** One execution of a cell: its output and its end. */
export class Cell {
  private readonly controller = new AbortController();
  private end!: (reason: Interrupted) => void;
  private readonly buffer = { name: '', text: '', sent: -Infinity, timer: undefined as NodeJS.Timeout | undefined };
  private abandoned = false;

  /** Rejects when the kernel ends the cell although its code has not. */
  readonly abandonment = new Promise<never>((_, reject) => {
    this.end = reject;
  });
  /** The first error that nothing caught, thrown in a callback of the cell or rejected. */
  uncaught: unknown;

  /**
   * @param name what stack traces call it
   * @param publish sends a message on the `iopub` channel
   * @param current is told when the cell's code goes on
   */
  constructor(
    readonly name: string,
    readonly header: Header,
    private readonly publish: (type: string, content: Content, parent: Header) => void,
    private readonly current: CurrentCell,
  ) {
    this.abandonment.catch(() => {});
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get isAbandoned(): boolean {
    return this.abandoned;
  }

  /** Asks the cell's code to stop. */
  interrupt(): void {
    if (!this.signal.aborted) this.controller.abort(new Interrupted());
  }

  /** Ends the cell; what its code still does or prints is lost. */
  abandon(): void {
    this.interrupt();
    this.flush();
    this.abandoned = true;
    this.end(new Interrupted());
  }

  /** Every value that the cell's code awaits passes through this; it stops the code of an abandoned cell. */
  readonly resume = <T>(value: T): T => {
    if (this.abandoned) throw new Interrupted();
    this.current.enter(this);
    return value;
  };

  write(name: 'stdout' | 'stderr', text: string): void {
    const { buffer } = this;
    if (this.abandoned || text === '') return;
    if (buffer.name !== name) this.flush();
    buffer.name = name;
    buffer.text += text;
    // The timer does not fire during a loop: there the clock is looked at.
    if (buffer.text.length >= pieces.characters || performance.now() - buffer.sent >= pieces.milliseconds) this.flush();
    else buffer.timer ??= setTimeout(() => this.flush(), pieces.milliseconds);
  }

  display(content: DisplayContent, update = false): void {
    if (this.abandoned) throw new Interrupted();
    const { data, metadata = {}, transient = {} } = content;
    this.send(update ? 'update_display_data' : 'display_data', { data, metadata, transient });
  }

  /** Sends a message after all output so far. */
  send(type: string, content: Content): void {
    if (this.abandoned) return;
    this.flush();
    this.publish(type, content, this.header);
  }

  flush(): void {
    const { buffer } = this;
    clearTimeout(buffer.timer);
    buffer.timer = undefined;
    buffer.sent = performance.now();
    if (buffer.text === '' || this.abandoned) return;
    const { name, text } = buffer;
    buffer.text = '';
    this.publish('stream', { name, text }, this.header);
  }
}
