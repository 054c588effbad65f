import type { DataFile } from './data-file';

/** The folders that serve the four files: the bucket of the Common Visual Data Foundation, then torchvision's. */
export const mnistMirrors: readonly string[] = [
  'https://storage.googleapis.com/cvdf-datasets/mnist/',
  'https://ossci-datasets.s3.amazonaws.com/mnist/',
];

const published = {
  trainImages: ['train-images-idx3-ubyte', 47040016, 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db'],
  trainLabels: ['train-labels-idx1-ubyte', 60008, '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5'],
  testImages: ['t10k-images-idx3-ubyte', 7840016, '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7'],
  testLabels: ['t10k-labels-idx1-ubyte', 10008, 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2'],
} as const;

export type MnistFiles = Readonly<Record<keyof typeof published, DataFile>>;

/** The four files of the MNIST database (LeCun, Cortes and Burges), to be had from `mirrors`. */
export function mnistFiles(mirrors: readonly string[] = mnistMirrors): MnistFiles {
  const file = (part: keyof typeof published): DataFile => {
    const [name, bytes, sha256] = published[part];
    return { name, bytes, sha256, urls: mirrors.map((mirror) => `${mirror.replace(/\/*$/, '/')}${name}.gz`) };
  };
  return {
    trainImages: file('trainImages'),
    trainLabels: file('trainLabels'),
    testImages: file('testImages'),
    testLabels: file('testLabels'),
  };
}
