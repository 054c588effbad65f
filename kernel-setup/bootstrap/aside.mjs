import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const mark = '.building-';

/**
 * Builds a folder beside its place and moves it there when it is complete; what was there before goes.
 * Folders that an earlier, killed build left beside it are removed: call this under a lock.
 * @param {string} place
 * @param {(folder: string) => Promise<void>} build
 */
export async function buildAside(place, build) {
  const parent = dirname(place);
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    if (name.startsWith(basename(place) + mark)) await rm(join(parent, name), { recursive: true, force: true });
  }
  const folder = `${place}${mark}${process.pid}`;
  const former = `${folder}-former`;
  await mkdir(folder);
  try {
    await build(folder);
    await rename(place, former).catch((/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(folder, place);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(former, { recursive: true, force: true });
  }
}
