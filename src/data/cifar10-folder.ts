import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { batchFault } from './cifar-batch';
import type { Cifar10Files } from './cifar10-files';
import { DataFileError, decompressed, readUnchecked } from './data-file';
import { allInOrder, loadFromDirectory } from './load-files';
import { readTar } from './tar';

/** The batches of a folder that the user has named, decompressed: of training images, then of test images. */
export interface FolderBatches {
  readonly train: readonly Uint8Array[];
  readonly test: readonly Uint8Array[];
  /** Whether they are all the published ones, some of these and no others, or not. */
  readonly published: 'all' | 'some' | 'no';
}

type Batch = { readonly path: string; readonly bytes: Uint8Array } | undefined;

/**
 * The published batches in `folder`: in the archive if it lies there, else in files of their own, compressed or not.
 *
 * @throws DataFileError if one is missing, cannot be read, or is not the published one.
 */
export async function publishedBatches(folder: string, files: Cifar10Files, named: string): Promise<FolderBatches> {
  const { archive, batches } = files;
  const hint = 'With unverified: true, other batches are taken, and marked.';
  const path = join(folder, archive.name);
  if (!existsSync(path)) return inTwo(await loadFromDirectory(folder, batches, named, hint));
  const [compressed] = await loadFromDirectory(folder, [archive], named, hint);
  return archivedBatches(compressed, path, files);
}

/** The batches in the published archive, which has been read from `path`. */
export async function archivedBatches(
  compressed: Uint8Array,
  path: string,
  { batches }: Cifar10Files,
): Promise<FolderBatches> {
  const found = inTar(await decompressed(compressed, path), path, batches.map(({ name }) => name));
  const missing = batches.find((_, index) => !found[index]);
  if (missing) throw new DataFileError(`${path} lacks ${missing.name}`, path, 'wrong');
  return inTwo(found.map((batch) => batch!.bytes));
}

/**
 * The batches in `folder`, whatever they show: at least one of training images, and that of test images.
 *
 * @throws DataFileError if these are missing, cannot be read, or are no batches of CIFAR-10's format.
 */
export async function uncheckedBatches(folder: string, files: Cifar10Files, named: string): Promise<FolderBatches> {
  const names = files.batches.map(({ name }) => name);
  const found = await batchesIn(folder, files.archive.name, names).catch((error) => {
    if (!(error instanceof DataFileError)) throw error;
    throw new DataFileError(`${named}: ${error.message}`, error.file, error.kind, { cause: error });
  });
  for (const batch of found) {
    const fault = batch && batchFault(batch.bytes);
    if (fault) throw new DataFileError(`${named}: ${batch.path} is no batch of CIFAR-10: ${fault}`, batch.path, 'wrong');
  }
  const train = found.slice(0, -1).flatMap((batch) => batch?.bytes ?? []);
  const test = found.slice(-1).flatMap((batch) => batch?.bytes ?? []);
  const [first, last, held] = [names[0], ...names.slice(-2)];
  const lacks = !test.length ? held : !train.length ? `any of ${first} to ${last}` : undefined;
  if (lacks) throw new DataFileError(`${named}: ${folder} lacks ${lacks}, compressed or not`, folder, 'missing');
  const genuine = found.every((batch, index) => !batch || sha256(batch.bytes) === files.batches[index].sha256);
  return { train, test, published: !genuine ? 'no' : found.every(Boolean) ? 'all' : 'some' };
}

async function batchesIn(folder: string, archive: string, names: readonly string[]): Promise<Batch[]> {
  const tar = await readUnchecked(folder, archive.replace(/\.gz$/, ''));
  if (tar) return inTar(tar.bytes, tar.path, names);
  return allInOrder(names.map((name) => readUnchecked(folder, name)));
}

/** The files `names` of a tar archive, in whichever folder they lie there. */
function inTar(bytes: Uint8Array, path: string, names: readonly string[]): Batch[] {
  try {
    const files = [...readTar(bytes, path)];
    return names.map((name) => {
      const file = files.find(([member]) => member === name || member.endsWith(`/${name}`));
      return file && { path: `${path}/${file[0]}`, bytes: file[1] };
    });
  } catch (error) {
    throw new DataFileError((error as Error).message, path, 'wrong', { cause: error });
  }
}

function inTwo(batches: readonly Uint8Array[]): FolderBatches {
  return { train: batches.slice(0, -1), test: batches.slice(-1), published: 'all' };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
