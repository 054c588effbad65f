import { join } from 'node:path';

import { cellHost } from '../cell-host';
import { cacheFolder } from './cache';
import { parseBatches } from './cifar-batch';
import { cifar10Files, type Cifar10Files } from './cifar10-files';
import { archivedBatches, publishedBatches, uncheckedBatches, type FolderBatches } from './cifar10-folder';
import type { Cifar10, LabelledImages } from './labelled-images';
import { loadThroughCache, type LoadFilesOptions } from './load-files';
import { orStandIn } from './stand-in';
import { pictureNames, picturesBanner, syntheticPictures } from './synthetic-pictures';

/** Where `loadCifar10` looks, and what it accepts. */
export interface LoadCifar10Options extends LoadFilesOptions {
  /**
   * A folder with `cifar-10-binary.tar.gz`, or with the six `.bin` files in it, compressed or not; `CIFAR10_DIR` unless
   * told. No other place is then tried.
   */
  directory?: string;
  /** Addresses of folders that serve `cifar-10-binary.tar.gz`, in the order in which they are asked. */
  mirrors?: readonly string[];
  /**
   * Whether the files in the folder may be other than the published ones, such as a part or a copy: false unless told.
   * They are `test_batch.bin` and at least one of `data_batch_1.bin` to `data_batch_5.bin`, compressed or not, with any
   * number of images in the published layout; the result has a `banner` that says so. Downloads are checked all the same.
   */
  unverified?: boolean;
  /** What the files are if they are not the published ones: the banner begins with it. 'CIFAR-10' unless told. */
  label?: string;
  /** Whether synthetic pictures may stand in where CIFAR-10 cannot be had: true unless told. */
  allowSynthetic?: boolean;
}

/**
 * The CIFAR-10 set of photographs of ten kinds of things: 50,000 training and 10,000 test images in colour, 32 × 32
 * pixels each, [n, 32, 32, 3].
 *
 * It comes from the folder that `directory` or the environment variable `CIFAR10_DIR` names; else from the cache; else
 * from the mirrors, into the cache (170 MB). The archive, or each file, is checked against the SHA-256 of the published
 * one, unless `unverified` takes the folder's files as they are. Where there is no such folder, nothing in the cache and no
 * mirror that answers, or none that may be asked (`download`), 10,000 training and 2,000 test pictures of ten kinds of
 * figures are drawn: the result then has a `banner`, to be shown on whatever is made from them.
 *
 * `signal` is that of the running notebook cell unless told.
 *
 * Krizhevsky, "Learning multiple layers of features from tiny images", technical report, University of Toronto (2009).
 *
 * @throws DataFileError if a file of the named folder is missing, truncated, corrupt or another one, or the cache
 * cannot be read or written, or has a wrong file that must not be replaced.
 * @throws DownloadError if a mirror delivered a wrong file and none the right one, or if `allowSynthetic` is false.
 */
export async function loadCifar10(options: LoadCifar10Options = {}): Promise<Cifar10> {
  return loadCifar10Files(cifar10Files(options.mirrors), options);
}

/** Like `loadCifar10`, with other files for the published ones. */
export async function loadCifar10Files(files: Cifar10Files, options: LoadCifar10Options = {}): Promise<Cifar10> {
  const { signal = cellHost()?.signal, cacheDirectory = cacheFolder(), unverified = false, label, allowSynthetic = true } = options;
  signal?.throwIfAborted();

  const source = options.directory ? 'directory' : 'CIFAR10_DIR';
  const directory = options.directory || process.env.CIFAR10_DIR;
  if (directory) {
    const read = unverified ? uncheckedBatches : publishedBatches;
    return parsed(await read(directory, files, source), source, label);
  }

  const load = async () => {
    const { contents, downloaded } = await loadThroughCache('cifar10', [files.archive], { ...options, cacheDirectory, signal });
    const path = join(cacheDirectory, 'cifar10', files.archive.name);
    return parsed(await archivedBatches(contents[0], path, files), downloaded ? 'download' : 'cache');
  };
  const advice = `Put ${files.archive.name} into a folder and set CIFAR10_DIR to it.`;
  return orStandIn(load, { allowed: allowSynthetic, banner: picturesBanner, advice, draw: synthetic });
}

const classNames: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

function parsed({ train, test, published }: FolderBatches, source: Cifar10['source'], label?: string): Cifar10 {
  const sets = { train: parseBatches(train), test: parseBatches(test) };
  if (published === 'all') return { ...sets, classNames, source };
  const banner = bannerOf(sets, published, label);
  return { train: { ...sets.train, banner }, test: { ...sets.test, banner }, classNames, source, banner };
}

function synthetic(): Cifar10 {
  const train = syntheticPictures(10_000, 0);
  const test = syntheticPictures(2_000, 1);
  return { train, test, classNames: pictureNames, source: 'synthetic', banner: picturesBanner };
}

function bannerOf(
  sets: { readonly train: LabelledImages; readonly test: LabelledImages },
  published: 'some' | 'no',
  label?: string,
): string {
  const which = published === 'some' ? 'only some of the published files' : 'not the published files';
  const [train, test] = [sets.train, sets.test].map(({ labels }) => labels.length.toLocaleString('en-US'));
  return `${label || 'CIFAR-10'} (${which}): ${train} training and ${test} test images.`;
}
