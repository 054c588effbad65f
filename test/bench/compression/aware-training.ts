/** Assignment 3: what is trained, by everyone. */
export const aware = { net: '784-1024-1024-1024-1024-1024-10', rank: 20, batchSize: 5000, epochs: 10 } as const;

/** What ours is asked: to train some epochs, from the start or on; or to train from the start and write what some steps do. */
export type AwareRequest =
  | { readonly start: boolean; readonly epochs: number }
  | { readonly observed: readonly number[]; readonly tolerance: number };

export interface AwareAnswer {
  /** With the compilation, and with making the model if it starts. */
  readonly seconds: number;
  /** Seconds of each epoch. */
  readonly epochs: readonly number[];
  /** Of each step. */
  readonly losses: readonly number[];
}

export interface Observation {
  /** Counted from 1. */
  readonly step: number;
  /** Files of the weights before the step and of the truncations that it uses. */
  readonly weights: string;
  readonly truncated: string;
  /** The first of its examples and the one after the last. */
  readonly rows: readonly [number, number];
  readonly loss: number;
}
