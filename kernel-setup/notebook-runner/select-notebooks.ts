import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/**
 * The files that names mean: a file, or a notebook in `folder` by its name or how that begins (`1` is
 * `1-two-layer-network.ipynb`, not `10-….ipynb`). Without names all notebooks of the folder.
 */
export function selectNotebooks(folder: string, names: readonly string[]): string[] {
  const all = readdirSync(folder)
    .filter((file) => file.endsWith('.ipynb') && !file.startsWith('.'))
    .sort(new Intl.Collator('en', { numeric: true }).compare);
  const chosen =
    names.length === 0 ? all.map((file) => join(folder, file)) : names.flatMap((name) => find(folder, all, name));
  return [...new Set(chosen)];
}

function find(folder: string, all: readonly string[], name: string): string[] {
  if (name.endsWith('.ipynb') && statSync(name, { throwIfNoEntry: false })?.isFile()) return [resolve(name)];
  const stem = basename(name, '.ipynb');
  const exact = all.filter((file) => basename(file, '.ipynb') === stem);
  const found = exact.length > 0 ? exact : all.filter((file) => begins(file, stem));
  if (found.length === 0) {
    throw new Error(
      `There is no notebook "${name}" in ${folder}. There ${all.length ? `are: ${all.join(', ')}` : 'are none'}.`,
    );
  }
  return found.map((file) => join(folder, file));
}

function begins(file: string, stem: string): boolean {
  const next = file[stem.length] ?? '';
  return stem !== '' && file.startsWith(stem) && !(/\d$/.test(stem) && /\d/.test(next));
}
