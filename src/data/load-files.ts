import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { cacheFolder } from './cache';
import { DataFileError, readDataFile, type DataFile } from './data-file';
import { download, DownloadError } from './download';

/** How the files of a data set are found. */
export interface LoadFilesOptions {
  /** The cache's root; the files of a set lie in a folder of its own there. `cacheFolder()` unless told. */
  cacheDirectory?: string;
  /** Whether what the cache lacks may be downloaded: true unless told. */
  download?: boolean;
  /** Called while files are downloaded, with the decompressed bytes so far and in all, and the name of the file. */
  onProgress?(progress: DownloadProgress): void;
  /** Ends the loading; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Milliseconds without a byte after which a mirror is given up: 30,000 unless told. */
  stallTimeout?: number;
}

/** How far a download is, in decompressed bytes. */
export interface DownloadProgress {
  readonly file: string;
  readonly bytes: number;
  readonly total: number;
}

/**
 * The decompressed contents of `files` in a folder that the user has named, in their order. `named` is how: the
 * errors say so, and end with `hint`.
 *
 * @throws DataFileError if one of the files is missing there, cannot be read, or is not the published one.
 */
export async function loadFromDirectory(
  folder: string,
  files: readonly DataFile[],
  named: string,
  hint?: string,
): Promise<Uint8Array[]> {
  const advice = (file: DataFile) =>
    `Put the published file there${file.urls.length ? ` (${file.urls.join(' or ')})` : ''}, ` +
    `or leave ${named} unset to have it downloaded.${hint ? ` ${hint}` : ''}`;
  return allInOrder(
    files.map(async (file) => {
      const bytes = await readDataFile(folder, file, files).catch((error) => {
        if (!(error instanceof DataFileError)) throw error;
        throw new DataFileError(`${named}: ${error.message}. ${advice(file)}`, error.file, error.kind, { cause: error });
      });
      if (bytes) return bytes;
      const path = join(folder, file.name);
      throw new DataFileError(`${named}: there is no ${path}, nor ${path}.gz. ${advice(file)}`, path, 'missing');
    }),
  );
}

/**
 * The decompressed contents of `files`, in their order, from the folder `set` of the cache. What is not there is
 * downloaded into it first; what is there and is not the published file is removed, aloud, and downloaded anew. Where
 * nothing may be downloaded the cache is left as it is.
 *
 * @throws DownloadError if a file is in neither the cache nor a mirror that may be asked; DataFileError if the cache is
 * inaccessible, or has a wrong file and nothing may be downloaded.
 */
export async function loadThroughCache(
  set: string,
  files: readonly DataFile[],
  { cacheDirectory = cacheFolder(), download: allowed = true, onProgress, signal, stallTimeout }: LoadFilesOptions = {},
): Promise<{ contents: Uint8Array[]; downloaded: number }> {
  signal?.throwIfAborted();
  const folder = join(cacheDirectory, set);
  try {
    const cached = await allInOrder(files.map((file) => readCached(folder, file, files, allowed)));
    const missing = files.filter((_, index) => !cached[index]);
    if (missing.length && !allowed) throw notAsked(missing[0]);
    const total = sum(missing.map(({ bytes }) => bytes));
    let before = 0;
    for (const file of missing) {
      const report = (bytes: number) => onProgress?.({ file: file.name, bytes: before + bytes, total });
      await download(file, folder, { onProgress: report, signal, stallTimeout });
      before += file.bytes;
    }
    const contents = await allInOrder(
      files.map(async (file, index) => cached[index] ?? (await readDownloaded(folder, file))),
    );
    return { contents, downloaded: missing.length };
  } catch (error) {
    if (!(error instanceof DataFileError) || error.kind !== 'inaccessible') throw error;
    const advice = 'Set LOWRANK_CACHE to a folder that you may read and write.';
    throw new DataFileError(`${error.message}. ${advice}`, error.file, error.kind, { cause: error });
  }
}

async function readCached(
  folder: string,
  file: DataFile,
  known: readonly DataFile[],
  replace: boolean,
): Promise<Uint8Array | undefined> {
  try {
    return await readDataFile(folder, file, known);
  } catch (error) {
    if (!(error instanceof DataFileError) || error.kind !== 'wrong') throw error;
    if (!replace) {
      const advice = 'Remove it, or leave download unset to have it replaced.';
      throw new DataFileError(`${error.message}. ${advice}`, error.file, error.kind, { cause: error });
    }
    console.warn(`${error.message}. It is removed from the cache, and downloaded anew.`);
    await rm(error.file, { force: true });
    return undefined;
  }
}

function notAsked(file: DataFile): DownloadError {
  const reason = 'it was not asked, as download is false';
  return new DownloadError(file.name, file.urls.map((url) => ({ url, reason, deliveredWrongFile: false })));
}

async function readDownloaded(folder: string, file: DataFile): Promise<Uint8Array> {
  const bytes = await readDataFile(folder, file);
  if (bytes) return bytes;
  const path = join(folder, file.name);
  throw new DataFileError(`${path} was downloaded and is gone: something removed it. Run it again`, path, 'missing');
}

/** Like `Promise.all`, but waits for all, and fails with the first failure in the order of `promises`, not in time. */
export async function allInOrder<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
