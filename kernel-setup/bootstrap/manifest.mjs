import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

const fileName = 'manifest.json';

/** @typedef {{ size: number, modified: number, sha256: string }} Entry */

/** @param {string} path @returns {Promise<string>} its SHA-256, in hexadecimal */
export async function sha256(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/**
 * Writes down every file of a complete folder. A folder without this is not complete.
 * @param {string} folder
 */
export async function writeManifest(folder) {
  /** @type {Record<string, Entry>} */
  const files = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const { size, mtimeMs } = await lstat(path);
    files[relative(folder, path)] = { size, modified: mtimeMs, sha256: await sha256(path) };
  }
  await save(folder, files);
}

/**
 * Compares a folder with its manifest: sizes and times, and the content of files whose time has changed; of all files
 * when `full`.
 * @param {string} folder
 * @param {{ full?: boolean }} [options]
 * @returns {Promise<string | undefined>} what is wrong with it, if anything
 */
export async function manifestProblem(folder, { full = false } = {}) {
  let files;
  try {
    files = /** @type {Record<string, Entry>} */ (JSON.parse(await readFile(join(folder, fileName), 'utf8')));
  } catch (error) {
    const missing = /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT';
    return missing ? 'it is missing or was left unfinished' : 'its manifest cannot be read';
  }
  let touched = false;
  for (const [name, entry] of Object.entries(files)) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    if (!found) return `${name} is missing`;
    if (found.size !== entry.size) return `${name} has ${found.size} bytes instead of ${entry.size}`;
    if (!full && found.mtimeMs === entry.modified) continue;
    if ((await sha256(path)) !== entry.sha256) return `${name} is damaged (its SHA-256 is another)`;
    touched ||= found.mtimeMs !== entry.modified;
    entry.modified = found.mtimeMs;
  }
  if (touched) await save(folder, files);
  return undefined;
}

/** Declares a folder incomplete, so that it is built anew. @param {string} folder */
export const discardManifest = (folder) => rm(join(folder, fileName), { force: true });

/**
 * @param {string} folder
 * @param {Record<string, Entry>} files
 */
async function save(folder, files) {
  const temporary = join(folder, `.${fileName}.${process.pid}`);
  await writeFile(temporary, JSON.stringify(files, undefined, 1));
  await rename(temporary, join(folder, fileName));
}
