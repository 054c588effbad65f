import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readdir, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

const fileName = 'manifest.json';

/** @typedef {{ size: number, modified: number, sha256: string }} Entry */
/** @typedef {{ files: Record<string, Entry>, links: Record<string, string> }} Manifest */

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
  /** @type {Manifest} */
  const manifest = { files: {}, links: {} };
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const name = relative(folder, path);
    if (entry.isSymbolicLink()) {
      manifest.links[name] = await readlink(path);
    } else if (entry.isFile()) {
      const { size, mtimeMs } = await lstat(path);
      manifest.files[name] = { size, modified: mtimeMs, sha256: await sha256(path) };
    }
  }
  await save(folder, manifest);
}

/**
 * Compares a folder with its manifest: sizes and times, and the content of files whose time has changed; of all files
 * when `full`.
 * @param {string} folder
 * @param {{ full?: boolean }} [options]
 * @returns {Promise<string | undefined>} what is wrong with it, if anything
 */
export async function manifestProblem(folder, { full = false } = {}) {
  const text = await readFile(join(folder, fileName), 'utf8').catch(() => undefined);
  if (text === undefined) return 'it is missing or was left unfinished';
  const manifest = parse(text);
  if (!manifest) return 'its manifest cannot be read';
  for (const [name, target] of Object.entries(manifest.links)) {
    if ((await readlink(join(folder, name)).catch(() => undefined)) !== target) return `the link ${name} is gone`;
  }
  let touched = false;
  for (const [name, entry] of Object.entries(manifest.files)) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    if (!found) return `${name} is missing`;
    if (found.size !== entry.size) return `${name} has ${found.size} bytes instead of ${entry.size}`;
    if (!full && found.mtimeMs === entry.modified) continue;
    if ((await sha256(path)) !== entry.sha256) return `${name} is damaged (its SHA-256 is another)`;
    touched ||= found.mtimeMs !== entry.modified;
    entry.modified = found.mtimeMs;
  }
  // Only to be quicker next time; a cache that may not be written to serves as well.
  if (touched) await save(folder, manifest).catch(() => {});
  return undefined;
}

/** @param {string} text @returns {Manifest | undefined} */
function parse(text) {
  try {
    const { files, links } = JSON.parse(text);
    return files && links && { files, links };
  } catch {
    return undefined;
  }
}

/** Declares a folder incomplete, so that it is built anew. @param {string} folder */
export const discardManifest = (folder) => rm(join(folder, fileName), { force: true });

/**
 * @param {string} folder
 * @param {Manifest} manifest
 */
async function save(folder, manifest) {
  const temporary = join(folder, `.${fileName}.${process.pid}`);
  await writeFile(temporary, JSON.stringify(manifest, undefined, 1));
  await rename(temporary, join(folder, fileName));
}
