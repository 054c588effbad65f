import type { DisplayContent } from '../../src/cell-host';
import type { Content, Header, Message } from '../jupyter/message';
import type { CurrentCell } from './current-cell';
import { Interrupted } from './errors';

/** Where a cell's messages go. */
export interface CellChannel {
  publish(type: string, content: Content, parent: Header): void;
  stream(name: 'stdout' | 'stderr', text: string, parent: Header): void;
}

/** One execution of a cell: its output and its end. */
export class Cell {
  private readonly controller = new AbortController();
  private end!: (reason: Interrupted) => void;
  private abandoned = false;
  /** Whether its code has run, though callbacks of it may still. */
  hasEnded = false;

  /** Rejects when the kernel ends the cell although its code has not. */
  readonly abandonment = new Promise<never>((_, reject) => {
    this.end = reject;
  });
  /** The first error that nothing caught, thrown in a callback of the cell or rejected. */
  uncaught: { readonly error: unknown } | undefined;

  /**
   * @param name what stack traces call it
   * @param request to execute it
   * @param channel where its messages go; nowhere, when it is silent
   * @param current is told when the cell's code goes on
   */
  constructor(
    readonly name: string,
    readonly request: Message,
    private readonly channel: CellChannel | undefined,
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
    this.abandoned = true;
    this.end(new Interrupted());
  }

  /**
   * Code of the cell is about to await something. The value passes through what this gives, which stops the code of an abandoned
   * cell: of the one that runs now, for which a function that this one declared may have been called.
   */
  readonly suspended = (): (<T>(value: T) => T) => (this.current.get() ?? this).resume;

  private readonly resume = <T>(value: T): T => {
    if (this.abandoned) throw new Interrupted();
    this.current.enter(this);
    return value;
  };

  write(name: 'stdout' | 'stderr', text: string): void {
    if (!this.abandoned && text !== '') this.channel?.stream(name, text, this.request.header);
  }

  display(content: DisplayContent, update = false): void {
    if (this.abandoned) throw new Interrupted();
    const { data, metadata = {}, transient = {} } = content;
    this.publish(update ? 'update_display_data' : 'display_data', { data, metadata, transient });
  }

  /** Removes what the cell has shown; with `wait`, when it shows something next. */
  clearOutput(wait: boolean): void {
    if (this.abandoned) throw new Interrupted();
    this.publish('clear_output', { wait });
  }

  /** Sends a message of the kernel about the cell. */
  publish(type: string, content: Content): void {
    this.channel?.publish(type, content, this.request.header);
  }
}
