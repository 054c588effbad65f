import { statSync } from 'node:fs';

/** Whether a file is the project's own: read live, type-checked and reloaded when it changes. Packages are not. */
export function isProjectFile(path: string): boolean {
  return !path.includes('/node_modules/');
}

/** A text that differs when a file was written, replaced, created or removed in the meantime. */
export function fileStamp(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : 'missing';
}
