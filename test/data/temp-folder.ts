import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A running test: whatever it is given is taken away when it ends. */
export interface TestScope {
  after(action: () => void): void;
}

/** An empty folder for the length of one test. */
export function tempFolder(t: TestScope): string {
  const folder = mkdtempSync(join(tmpdir(), 'tfjs-lowrank-data-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
