import { randomUUID } from 'node:crypto';
import { cellHost } from '../cell-host';
import { isDisplayable, jupyterDisplay, type Displayable, type MimeBundle } from './displayable';

/** Something shown, which can be replaced where it stands. */
export interface DisplayHandle {
  /** Jupyter's `display_id`. */
  readonly id: string;
  /** Shows `content` in place of what was shown; resolves when it has been sent. Outside a notebook, below it. */
  update(content: Displayable | MimeBundle): Promise<void>;
}

/**
 * Shows something at once, in the middle of a cell: an object with a `Symbol.for('Jupyter.display')` method, or a MIME
 * bundle. Outside a notebook its `text/plain` is printed.
 *
 * Await it: a chart is first drawn as a picture. What needs no drawing is sent before this returns.
 */
export async function display(content: Displayable | MimeBundle): Promise<DisplayHandle> {
  const id = randomUUID();
  const host = cellHost();
  const send = async (shown: Displayable | MimeBundle, update: boolean): Promise<void> => {
    const pending = isDisplayable(shown) ? shown[jupyterDisplay]() : shown;
    const data = pending instanceof Promise ? await pending : pending;
    if (host === undefined) console.log(plainText(data));
    else host.display({ data, metadata: {}, transient: { display_id: id } }, update);
  };
  let last = send(content, false);
  await last;
  return {
    id,
    update(next) {
      // In the order of the calls, even if a later one is drawn faster.
      last = last.catch(() => undefined).then(() => send(next, true));
      return last;
    },
  };
}

function plainText(data: MimeBundle): string {
  const text = data['text/plain'];
  return typeof text === 'string' ? text : `[${Object.keys(data).join(', ')}]`;
}
