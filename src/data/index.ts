export type { NumericArray, TypedArray } from './array';
export type { LabelledImages, Mnist } from './labelled-images';
