import { cellHost } from '../../../cell-host';
import { hasLiveLine, openLiveLine } from '../../../live-display';
import type { Screen } from './screen';

/** One line inside of the running cell's open progress bar; `undefined` where there is none. */
export function openInnerScreen(clock: () => number): Screen | undefined {
  const host = cellHost();
  if (host === undefined || !hasLiveLine(host)) return undefined;
  const live = openLiveLine(host, clock);
  let heading = '';
  let last = '';
  const show = (text: string, now?: boolean) => {
    last = heading === '' ? text : `${heading} ${text}`;
    live.show(() => ({ text: last }), now);
  };
  return {
    changes: true,
    heading(text) {
      heading = text;
    },
    change: (text) => show(text),
    line: (text) => show(text),
    // What must not pass by.
    note: (text) => console.log(text),
    close: () => live.close(() => ({ text: last })),
  };
}
