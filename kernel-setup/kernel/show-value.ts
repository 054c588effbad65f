import { inspect } from 'node:util';

const display = Symbol.for('Jupyter.display');

/**
 * The MIME bundle that shows the value of a cell's last expression, or `undefined` where there is nothing to show.
 *
 * A value shows itself by a method `[Symbol.for('Jupyter.display')]` that returns a bundle or a promise of one
 * (Deno's convention); others are shown as text.
 */
export async function showValue(value: unknown): Promise<Record<string, unknown> | undefined> {
  if (value === undefined || value === null) return undefined;
  const show = (value as { [display]?: unknown })[display];
  if (typeof show !== 'function') return { 'text/plain': inspect(value, { depth: 4, breakLength: 100 }) };
  const bundle = (await show.call(value)) as Record<string, unknown> | undefined;
  if (bundle === undefined || bundle === null) return undefined;
  return Object.fromEntries(
    Object.entries(bundle).map(([type, data]) => [
      type,
      data instanceof Uint8Array ? Buffer.from(data).toString('base64') : data,
    ]),
  );
}
