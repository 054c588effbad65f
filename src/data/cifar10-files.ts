import type { DataFile } from './data-file';

/** The folders that serve the archive: MXNet's, MindSpore's, then its author's, from which it has taken an hour. */
const cifar10Mirrors: readonly string[] = [
  'https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/gluon/dataset/cifar10/',
  'https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/',
  'https://www.cs.toronto.edu/~kriz/',
];

const published = [
  ['data_batch_1.bin', 'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5'],
  ['data_batch_2.bin', 'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed'],
  ['data_batch_3.bin', 'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67'],
  ['data_batch_4.bin', '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48'],
  ['data_batch_5.bin', '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add'],
  ['test_batch.bin', '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b'],
] as const;

export interface Cifar10Files {
  /** The archive that is published: a compressed tar file, `.tar.gz`, with all the batches. */
  readonly archive: DataFile;
  /** What it holds: the batches of training images in their order, then that of test images. Their URLs are the archive's. */
  readonly batches: readonly DataFile[];
}

/** The binary version of CIFAR-10 (Krizhevsky), to be had from `mirrors`. */
export function cifar10Files(mirrors: readonly string[] = cifar10Mirrors): Cifar10Files {
  const name = 'cifar-10-binary.tar.gz';
  const urls = mirrors.map((mirror) => `${mirror.replace(/\/*$/, '/')}${name}`);
  return {
    archive: { name, bytes: 170052171, sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd', urls },
    batches: published.map(([batch, sha256]) => ({ name: batch, bytes: 30730000, sha256, urls })),
  };
}
