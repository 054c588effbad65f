import { randomUUID } from 'node:crypto';
import { cellHost } from '../cell-host';
import { isDisplayable, jupyterDisplay, type MimeBundle } from './displayable';
import { encoded, showValue } from './show-value';

/** Something shown, which can be replaced where it stands. */
export interface DisplayHandle {
  /** Jupyter's `display_id`. */
  readonly id: string;
  /**
   * Shows another value in place of what was shown, also from a later cell; resolves when it has been sent. Outside a
   * notebook, below it.
   */
  update(value: unknown): Promise<void>;
  /** Nothing: what it stands for is shown already. */
  [jupyterDisplay](): undefined;
}

/**
 * Shows a value at once, in the middle of a cell: a MIME bundle as it is, anything else as at the end of a cell. Outside a
 * notebook its `text/plain` is printed.
 *
 * Await it: a chart is first drawn as a picture. What needs no drawing is sent before this returns.
 */
export async function display(value: unknown): Promise<DisplayHandle> {
  const id = randomUUID();
  const host = cellHost();
  const send = async (shown: unknown, update: boolean): Promise<void> => {
    const pending = isMimeBundle(shown) ? encoded(shown) : showValue(shown);
    const data = (pending instanceof Promise ? await pending : pending) ?? { 'text/plain': '' };
    if (host === undefined) console.log(plainText(data));
    else host.display({ data, metadata: {}, transient: { display_id: id } }, update);
  };
  let last = send(value, false);
  await last;
  return {
    id,
    update(next) {
      // In the order of the calls, even if a later one is drawn faster.
      last = last.catch(() => undefined).then(() => send(next, true));
      return last;
    },
    [jupyterDisplay]: () => undefined,
  };
}

/** A plain object whose every key is a MIME type. */
function isMimeBundle(value: unknown): value is MimeBundle {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isDisplayable(value)) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^[a-z]+\/[\w.+-]+$/.test(key));
}

function plainText(data: MimeBundle): string {
  const text = data['text/plain'];
  return typeof text === 'string' ? text : `[${Object.keys(data).join(', ')}]`;
}
