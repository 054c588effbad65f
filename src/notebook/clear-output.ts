import { cellHost } from '../cell-host';

/** When `clearOutput` takes effect. */
export interface ClearOutputOptions {
  /** Only when the cell shows something next, which then takes its place without flicker; at once by default. */
  readonly wait?: boolean;
}

/** Removes what the running cell has shown so far. Outside a notebook, where nothing can be taken back, it does nothing. */
export function clearOutput({ wait = false }: ClearOutputOptions = {}): void {
  cellHost()?.clearOutput(wait);
}
