import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's root folder: tests run from `.build/`, files that are read live in the checkout. */
export const projectRoot = findRoot(__dirname);

function findRoot(from: string): string {
  if (existsSync(join(from, 'package-lock.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error(`no package-lock.json above ${__dirname}`);
  return findRoot(parent);
}
