import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { DataFileError, gzipFault, mismatch, type DataFile } from './data-file';

export interface DownloadOptions {
  /** Called with the bytes written so far and their final number, both decompressed. Begins again at each mirror. */
  onProgress?(bytes: number, total: number): void;
  /** Ends the download; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Milliseconds without a byte after which a mirror is given up: 30,000 unless told. */
  stallTimeout?: number;
}

/** How one mirror failed. */
export interface FailedMirror {
  readonly url: string;
  readonly reason: string;
  /** Whether it delivered something, and that was not the published file. */
  readonly deliveredWrongFile: boolean;
}

/** No mirror delivered the published file; the message names each and how it failed. */
export class DownloadError extends DataFileError {
  override readonly name = 'DownloadError';

  /** @param file The file's name. */
  constructor(
    file: string,
    readonly mirrors: readonly FailedMirror[],
    advice?: string,
    options?: ErrorOptions,
  ) {
    const failures = mirrors.map(({ url, reason }) => `\n  ${url}: ${reason}`).join('') || ' no mirror is known';
    const message = `${file} could not be downloaded:${failures}${advice ? `\n${advice}` : ''}`;
    super(message, file, 'not downloaded', options);
  }
}

/**
 * Downloads `file` into `folder`, decompressed, from the first of its mirrors that delivers the published bytes.
 *
 * The file appears under its name only when it is whole and its SHA-256 is right; until then it is written aside, and
 * what was written is removed on failure. Compressed files (`.gz`) are decompressed on the way.
 *
 * @returns The path of the file.
 * @throws DownloadError if no mirror has it; DataFileError if the folder cannot be written.
 */
export async function download(file: DataFile, folder: string, options: DownloadOptions = {}): Promise<string> {
  const { signal } = options;
  signal?.throwIfAborted();
  await orInaccessible(folder, () => mkdir(folder, { recursive: true }));
  await removeAbandoned(folder, file);
  const failed: FailedMirror[] = [];
  for (const url of file.urls) {
    try {
      return await downloadFrom(url, file, folder, options);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof MirrorFault)) throw error;
      failed.push({ url, reason: error.message, deliveredWrongFile: error.deliveredWrongFile });
    }
  }
  throw new DownloadError(file.name, failed);
}

class MirrorFault extends Error {
  constructor(
    message: string,
    readonly deliveredWrongFile = false,
  ) {
    super(message);
  }
}

async function downloadFrom(url: string, file: DataFile, folder: string, options: DownloadOptions): Promise<string> {
  const path = join(folder, file.name);
  const aside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  const handle = await orInaccessible(aside, () => open(aside, 'wx'));
  try {
    await receive(url, file, options, (chunk) => orInaccessible(aside, () => handle.writeFile(chunk)));
    await handle.close();
    await orInaccessible(path, () => rename(aside, path));
    return path;
  } catch (error) {
    await handle.close();
    await rm(aside, { force: true });
    throw error;
  }
}

/** Passes the decompressed file to `write`, piece by piece, and checks the whole. */
async function receive(
  url: string,
  file: DataFile,
  { onProgress, signal, stallTimeout = 30_000 }: DownloadOptions,
  write: (chunk: Uint8Array) => Promise<unknown>,
): Promise<void> {
  const stop = new AbortController();
  const forward = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', forward);
  const stalled = new MirrorFault(`it sent nothing for ${stallTimeout / 1000} s`);
  const timer = setTimeout(() => stop.abort(stalled), stallTimeout);

  const hash = createHash('sha256');
  let bytes = 0;
  const keep = async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > file.bytes) throw new MirrorFault(mismatch(file, { bytes, sha256: '' })!, true);
      hash.update(chunk);
      await write(chunk);
      onProgress?.(bytes, file.bytes);
    }
  };

  try {
    const response = await answer(url, stop.signal);
    const received = arriving(response, timer, stop.signal);
    if (isPacked(url, file, response)) await pipeline(received, createGunzip({ chunkSize: 2 ** 18 }), keep);
    else await keep(received);
  } catch (error) {
    if (isZlibError(error)) throw new MirrorFault(gzipFault(error), true);
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', forward);
    stop.abort();
  }
  const fault = mismatch(file, { bytes, sha256: hash.digest('hex') });
  if (fault) throw new MirrorFault(fault, true);
}

async function answer(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal }).catch((error) => {
    throw networkFault(error, signal);
  });
  if (!response.ok) throw new MirrorFault(`it answered ${`${response.status} ${response.statusText}`.trim()}`);
  return response;
}

async function* arriving(response: Response, timer: NodeJS.Timeout, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const body = response.body;
  if (!body) return;
  try {
    for await (const chunk of Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])) {
      timer.refresh();
      yield chunk;
    }
  } catch (error) {
    throw networkFault(error, signal);
  }
}

/** A body that a server labels with a content encoding has been decompressed by `fetch` already. */
function isPacked(url: string, file: DataFile, response: Response): boolean {
  return (
    new URL(url).pathname.endsWith('.gz') && !file.name.endsWith('.gz') && !response.headers.has('content-encoding')
  );
}

function networkFault(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const { message, cause } = error as Error;
  const { code, message: detail } = (cause ?? {}) as NodeJS.ErrnoException;
  return new MirrorFault([message, code ?? detail].filter(Boolean).join(': '));
}

function isZlibError(error: unknown): boolean {
  return String((error as NodeJS.ErrnoException)?.code).startsWith('Z_');
}

async function orInaccessible<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new DataFileError(`${path} cannot be written: ${(error as Error).message}`, path, 'inaccessible', {
      cause: error,
    });
  }
}

/** Removes what killed processes left: a download that goes on writes far more often than every ten minutes. */
async function removeAbandoned(folder: string, file: DataFile): Promise<void> {
  const before = Date.now() - 10 * 60_000;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${file.name}.`) || !/\.\d+-[0-9a-f]{8}\.part$/.test(name)) continue;
    const path = join(folder, name);
    const written = await stat(path).catch(() => undefined);
    if (written && written.mtimeMs < before) await rm(path, { force: true });
  }
}
