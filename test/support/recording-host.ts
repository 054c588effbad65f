import { cellHostKey, type CellHost, type DisplayContent } from '../../src/cell-host';

export interface Sent {
  readonly content: DisplayContent;
  readonly update: boolean;
}

/** Runs `cell` as in a notebook's cell; returns what it sent, and can interrupt it. */
export async function inCell(cell: (interrupt: () => void) => unknown): Promise<Sent[]> {
  const sent: Sent[] = [];
  const controller = new AbortController();
  const host: CellHost = {
    signal: controller.signal,
    display: (content, update = false) => void sent.push({ content, update }),
    clearOutput: () => void sent.splice(0),
  };
  const store = globalThis as { [key: symbol]: unknown };
  const before = store[cellHostKey];
  store[cellHostKey] = host;
  try {
    await cell(() => controller.abort());
  } finally {
    if (before === undefined) delete store[cellHostKey];
    else store[cellHostKey] = before;
  }
  return sent;
}
