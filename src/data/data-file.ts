import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** A published file: what it must hold, byte for byte once decompressed, and where to get it. */
export interface DataFile {
  /** Its name once decompressed; one that ends in `.gz` is kept and checked as it is. */
  readonly name: string;
  /** Its length once decompressed. */
  readonly bytes: number;
  /** The SHA-256 of the decompressed bytes, in hexadecimal. Mirrors compress the same file differently. */
  readonly sha256: string;
  /** The mirrors, in the order in which they are asked. */
  readonly urls: readonly string[];
}

/** A data file that cannot be had, or is not the published one: the message names it and says what is wrong. */
export class DataFileError extends Error {
  override readonly name: string = 'DataFileError';

  constructor(
    message: string,
    /** The file's path, or its name where no path is known. */
    readonly file: string,
    /** `wrong`: truncated, corrupt or another file. `inaccessible`: it cannot be read or written. */
    readonly kind: 'missing' | 'wrong' | 'inaccessible' | 'not downloaded',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The decompressed bytes of `file` in `folder`, where it lies as it is (`name`) or compressed (`name.gz`).
 *
 * @param known The files of the set, so that an error can say which of them lies under the wrong name.
 * @returns `undefined` where the folder has neither.
 * @throws DataFileError if the file is truncated, corrupt, not the published one, or cannot be read.
 */
export async function readDataFile(
  folder: string,
  file: DataFile,
  known: readonly DataFile[] = [],
): Promise<Uint8Array | undefined> {
  const plain = join(folder, file.name);
  const bytes = await readIfThere(plain);
  if (bytes) return published(bytes, plain, file, known);
  const packed = `${plain}.gz`;
  const compressed = await readIfThere(packed);
  if (compressed) return published(await unpacked(compressed, packed, file), packed, file, known);
  return undefined;
}

/**
 * The decompressed bytes of `name` or `name.gz` in `folder`, whatever they are, and the path of the file.
 *
 * @returns `undefined` where the folder has neither.
 * @throws DataFileError if the compressed data are truncated or corrupt, or the file cannot be read.
 */
export async function readUnchecked(
  folder: string,
  name: string,
): Promise<{ readonly path: string; readonly bytes: Uint8Array } | undefined> {
  const plain = join(folder, name);
  const bytes = await readIfThere(plain);
  if (bytes) return { path: plain, bytes };
  const packed = `${plain}.gz`;
  const compressed = await readIfThere(packed);
  return compressed && { path: packed, bytes: await decompressed(compressed, packed) };
}

/**
 * The contents of the gzip file at `path`.
 *
 * @throws DataFileError if they are truncated or corrupt.
 */
export async function decompressed(compressed: Uint8Array, path: string): Promise<Uint8Array> {
  try {
    return bytesOf(await promisify(gunzip)(compressed, { chunkSize: 2 ** 20 }));
  } catch (error) {
    throw new DataFileError(`${path} cannot be decompressed: ${gzipFault(error)}`, path, 'wrong', { cause: error });
  }
}

/** What keeps data of this length and SHA-256 from being `file`, in words; `undefined` when nothing does. */
export function mismatch(
  file: DataFile,
  found: { readonly bytes: number; readonly sha256: string },
  known: readonly DataFile[] = [],
): string | undefined {
  if (found.sha256 === file.sha256) return undefined;
  const other = known.find(({ sha256 }) => sha256 === found.sha256);
  if (other) return `it holds ${other.name}`;
  if (found.bytes === file.bytes) return `it is corrupt: its SHA-256 is ${found.sha256}, expected ${file.sha256}`;
  const fault = found.bytes < file.bytes ? 'truncated' : 'too long';
  const unit = file.name.endsWith('.gz') ? 'bytes' : 'bytes decompressed';
  return `it is ${fault}, or another file: ${found.bytes} ${unit}, expected ${file.bytes}`;
}

/** What a gzip stream that cannot be decompressed suffers from, in words. */
export function gzipFault(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return 'it is truncated: its gzip data end early';
  return `it is corrupt, or no gzip file: ${message}`;
}

function published(bytes: Uint8Array, path: string, file: DataFile, known: readonly DataFile[]): Uint8Array {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const fault = mismatch(file, { bytes: bytes.length, sha256 }, known);
  if (fault) throw wrong(path, file, fault);
  return bytes;
}

async function unpacked(compressed: Uint8Array, path: string, file: DataFile): Promise<Uint8Array> {
  // Room for one byte too many, so that a longer file is seen to be longer, and never more than that.
  const room = file.bytes + 1;
  try {
    return bytesOf(await promisify(gunzip)(compressed, { chunkSize: Math.max(room, 64), maxOutputLength: room }));
  } catch (error) {
    const tooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const fault = tooLong ? mismatch(file, { bytes: room, sha256: '' })!.replace(':', ': at least') : gzipFault(error);
    throw wrong(path, file, fault, error);
  }
}

function wrong(path: string, file: DataFile, fault: string, cause?: unknown): DataFileError {
  return new DataFileError(`${path} is not the published ${file.name}: ${fault}`, path, 'wrong', { cause });
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return bytesOf(await readFile(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new DataFileError(`${path} cannot be read: ${message}`, path, 'inaccessible', { cause: error });
  }
}

function bytesOf({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
