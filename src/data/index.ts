export type { NumericArray, TypedArray } from './array';
export type { LabelledImages, Mnist } from './labelled-images';
export { loadMnist, type LoadMnistOptions } from './mnist';
export { DataFileError } from './data-file';
export { DownloadError, type FailedMirror } from './download';
export type { DownloadProgress, LoadFilesOptions } from './load-files';
export { flatten, oneHot, scale } from './preprocessing';
export { take, trainTestSplit, type Examples, type Rows, type TrainTestSplitOptions } from './split';
export { syntheticDigits } from './synthetic-digits';
