import { cellHost } from '../cell-host';
import { parseIdx } from './idx';
import type { LabelledImages, Mnist } from './labelled-images';
import { loadFromDirectory, loadThroughCache, type LoadFilesOptions } from './load-files';
import { mnistFiles, mnistMirrors, type MnistFiles } from './mnist-files';
import { orStandIn } from './stand-in';
import { syntheticBanner, syntheticDigits } from './synthetic-digits';

/** Where `loadMnist` looks, and what it accepts. */
export interface LoadMnistOptions extends LoadFilesOptions {
  /** A folder with the four files, compressed or not; `MNIST_DIR` unless told. No other place is then tried. */
  directory?: string;
  /** Addresses of folders that serve the four files as `.gz`, in the order in which they are asked. */
  mirrors?: readonly string[];
  /** Whether synthetic digits may stand in where MNIST cannot be had: true unless told. */
  allowSynthetic?: boolean;
}

/**
 * The MNIST database of handwritten digits: 60,000 training and 10,000 test images of 28 × 28 pixels, [n, 28, 28].
 *
 * It comes from the folder that `directory` or the environment variable `MNIST_DIR` names; else from the cache; else
 * from the mirrors, into the cache. Each file is checked against the SHA-256 of the published one. Where there is no
 * such folder, nothing in the cache and no mirror that answers, or none that may be asked (`download`), as many synthetic
 * digits are drawn: the result then has a `banner`, to be shown on whatever is made from them.
 *
 * `signal` is that of the running notebook cell unless told.
 *
 * LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86 (1998).
 *
 * @throws DataFileError if a file of the named folder is missing, truncated, corrupt or another one, or the cache
 * cannot be read or written, or has a wrong file that must not be replaced.
 * @throws DownloadError if a mirror delivered a wrong file and none the right one, or if `allowSynthetic` is false.
 */
export async function loadMnist(options: LoadMnistOptions = {}): Promise<Mnist> {
  const { mirrors = mnistMirrors, signal = cellHost()?.signal, allowSynthetic = true } = options;
  signal?.throwIfAborted();
  const parts = mnistFiles(mirrors);
  const files = inOrder(parts);

  const source = options.directory ? 'directory' : 'MNIST_DIR';
  const directory = options.directory || process.env.MNIST_DIR;
  if (directory) return parsed(await loadFromDirectory(directory, files, source), parts, source);

  const load = async () => {
    const { contents, downloaded } = await loadThroughCache('mnist', files, { ...options, signal });
    return parsed(contents, parts, downloaded ? 'download' : 'cache');
  };
  const advice = 'Put the four files into a folder and set MNIST_DIR to it.';
  return orStandIn(load, { allowed: allowSynthetic, banner: syntheticBanner, advice, draw: synthetic });
}

const classNames: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

function inOrder({ trainImages, trainLabels, testImages, testLabels }: MnistFiles) {
  return [trainImages, trainLabels, testImages, testLabels] as const;
}

function parsed(contents: readonly Uint8Array[], parts: MnistFiles, source: Mnist['source']): Mnist {
  const [trainImages, trainLabels, testImages, testLabels] = inOrder(parts).map(({ name }, index) =>
    parseIdx(contents[index], name),
  );
  return {
    train: { images: trainImages, labels: trainLabels.data },
    test: { images: testImages, labels: testLabels.data },
    classNames,
    source,
  };
}

function synthetic(): Mnist {
  const train: LabelledImages = syntheticDigits(60_000, 0);
  const test: LabelledImages = syntheticDigits(10_000, 1);
  return { train, test, classNames, source: 'synthetic', banner: syntheticBanner };
}
