import type * as tf from '@tensorflow/tfjs';

/** All that `countParams` counts, without its check. */
export function countParameters(model: tf.LayersModel): number {
  return [...new Set(model.weights)].reduce((sum, { shape }) => sum + product(shape), 0);
}

/** Of the only input or output of a call, without the batch; `null` where it is not known. */
export function exampleShape([shape]: readonly tf.Shape[]): number[] | null {
  const [, ...extents] = shape!;
  return extents.every((extent) => extent !== null) ? (extents as number[]) : null;
}

/** `null` where one of them is not known. */
export function total<T>(items: readonly T[], count: (item: T) => number | null): number | null {
  return items.map(count).reduce<number | null>((sum, each) => (sum === null || each === null ? null : sum + each), 0);
}

export function product(extents: readonly (number | null)[]): number {
  return extents.reduce<number>((all, extent) => all * extent!, 1);
}
