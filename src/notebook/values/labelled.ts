import { escapeHtml } from '../../escape-html';
import type { MimeBundle } from '../displayable';
import type { Table } from '../table';

/** A value by one line. */
export function labelAlone(label: string): MimeBundle {
  return { 'text/html': heading(label), 'text/plain': label };
}

/** A value by one line, with a table below it. */
export function labelledTable(label: string, { html, text }: Table): MimeBundle {
  return { 'text/html': `${heading(label)}\n${html}`, 'text/plain': `${label}\n${text}` };
}

/** A value by one line, with text of fixed width below it. */
export function labelledText(label: string, text: string): MimeBundle {
  const style = 'margin: 4px 0; font-family: var(--jp-code-font-family, monospace)';
  return { 'text/html': `${heading(label)}\n<pre style="${style}">${escapeHtml(text)}</pre>`, 'text/plain': `${label}\n${text}` };
}

function heading(label: string): string {
  return `<div><b>${escapeHtml(label)}</b></div>`;
}
