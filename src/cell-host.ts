/**
 * What a notebook kernel offers to the code that runs in its cells.
 *
 * The kernel puts one object under a well-known symbol of `globalThis`; outside a notebook there is none,
 * and everything that reads it falls back to plain behaviour.
 */
export interface CellHost {
  /** Aborted when the user interrupts the cell that is running now; a new signal for every cell. */
  readonly signal: AbortSignal;
  /** Sends a `display_data` message, or an `update_display_data` message when `update` is true. */
  display(content: DisplayContent, update?: boolean): void;
  /** Removes what the cell has shown so far; with `wait`, only when it shows something next. */
  clearOutput(wait?: boolean): void;
}

/** The content of a Jupyter `display_data` message. */
export interface DisplayContent {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly transient?: { readonly display_id?: string };
}

export const cellHostKey: unique symbol = Symbol.for('tfjs-lowrank.cell-host') as never;

/** The host of the running cell, or `undefined` outside a notebook. */
export function cellHost(): CellHost | undefined {
  return (globalThis as { [key: symbol]: unknown })[cellHostKey] as CellHost | undefined;
}
