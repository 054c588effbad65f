import { types } from 'node:util';
import type { MimeBundle } from '../displayable';
import { escapeHtml } from '../../escape-html';
import { textOf } from './text';

const mostCauses = 10;

export function isError(value: object): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}

/** What an error says, and what caused it; without its stack, which says where this notebook lies. */
export function errorView(error: Error): MimeBundle {
  const text = lines(error).join('\n');
  return {
    'text/html': `<pre style="border-left: 4px solid #d55e00; padding-left: 8px; margin: 4px 0; white-space: pre-wrap; font-family: var(--jp-code-font-family, monospace)">${escapeHtml(text)}</pre>`,
    'text/plain': text,
  };
}

function lines(error: Error): string[] {
  const said = [headline(error), ...together(error)];
  let { cause } = error as { cause?: unknown };
  for (let depth = 0; cause !== undefined; depth++) {
    if (depth === mostCauses) return [...said, 'Caused by more.'];
    const isOne = typeof cause === 'object' && cause !== null && isError(cause);
    said.push(`Caused by: ${isOne ? headline(cause as Error) : textOf(cause)}`);
    if (!isOne) break;
    said.push(...together(cause as Error));
    cause = (cause as { cause?: unknown }).cause;
  }
  return said;
}

function headline({ name, message }: Error): string {
  return message ? `${name}: ${message}` : String(name);
}

/** Of an `AggregateError`. */
function together(error: Error): string[] {
  const { errors } = error as { errors?: unknown };
  if (!Array.isArray(errors)) return [];
  const shown = errors.slice(0, mostCauses).map((each: unknown) => `  - ${each instanceof Error ? headline(each) : textOf(each)}`);
  return errors.length > mostCauses ? [...shown, `  - … and ${errors.length - mostCauses} more`] : shown;
}
