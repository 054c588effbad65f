import { jupyterDisplay, type Displayable } from './displayable';
import { escapeHtml } from '../escape-html';

/** A notice that cannot be overlooked, such as that the data are synthetic. */
export function banner(text: string): Displayable {
  return {
    [jupyterDisplay]: () => ({
      'text/html':
        '<div style="border: 2px solid #d55e00; border-radius: 4px; padding: 8px 12px; margin: 4px 0; max-width: 720px;">' +
        `<b>${escapeHtml(text)}</b></div>`,
      'text/plain': `*** ${text} ***`,
    }),
  };
}
