/** Representations of one thing by MIME type; a front end shows the richest that it knows. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** The method by which an object shows itself in a notebook: the convention of Deno's Jupyter kernel. */
export const jupyterDisplay: unique symbol = Symbol.for('Jupyter.display') as never;

/** An object that shows itself when it is the last expression of a cell. */
export interface Displayable {
  /** What it is shown as. */
  [jupyterDisplay](): MimeBundle | Promise<MimeBundle>;
}

export function isDisplayable(value: unknown): value is Displayable {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return typeof (value as { [key: symbol]: unknown })[jupyterDisplay] === 'function';
}
