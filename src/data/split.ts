import { permutation } from '../tensorflow/random';
import type { NumericArray, TypedArray } from './array';

/** Something with one row, or one element, for each example. */
export type Rows = TypedArray | readonly unknown[] | NumericArray<TypedArray>;

/** Examples in several parts that belong together, row by row; text is carried along. */
export type Examples<S> = { readonly [K in keyof S]: Rows | string | undefined };

/** How `trainTestSplit` splits. */
export interface TrainTestSplitOptions {
  /** The fraction of the examples to put into the test set, in (0, 1), rounded up; or their number. 0.25 unless told. */
  readonly testSize?: number;
  /** The seed of the random order, an integer in [0, 2³²). */
  readonly randomState: number;
}

/**
 * Splits examples at random into a training and a test set: every part of `set` in the same way.
 *
 * The same examples, in the same order, as scikit-learn's `train_test_split(…, test_size, random_state)`: with
 * `permutation(n, randomState)`, its first ⌈n·testSize⌉ are the test set, all that follow the training set.
 *
 * @throws if the parts differ in length, or `testSize` leaves one of the two sets empty.
 */
export function trainTestSplit<S extends Examples<S>>(
  set: S,
  { testSize = 0.25, randomState }: TrainTestSplitOptions,
): { train: S; test: S } {
  const n = length(set);
  const testCount = countOf(testSize, n);
  const order = permutation(n, randomState);
  return { train: select(set, order.subarray(testCount)), test: select(set, order.subarray(0, testCount)) };
}

/**
 * The first `n` examples of `set`, or all where there are fewer.
 *
 * @throws if the parts differ in length, or `n` is not a natural number.
 */
export function take<S extends Examples<S>>(set: S, n: number): S {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`n is ${n}; it must be a natural number`);
  return select(set, Uint32Array.from({ length: Math.min(n, length(set)) }, (_, index) => index));
}

function select<S extends Examples<S>>(set: S, indices: Uint32Array): S {
  const parts = entries(set).map(([name, part]) => [name, isRows(part) ? selectRows(part, indices) : part]);
  return Object.fromEntries(parts) as S;
}

function selectRows(rows: Rows, indices: Uint32Array): Rows {
  if (!isNumericArray(rows)) return selectBlocks(rows, 1, indices);
  const width = rows.shape.slice(1).reduce((product, size) => product * size, 1);
  return { data: selectBlocks(rows.data, width, indices), shape: [indices.length, ...rows.shape.slice(1)] };
}

function selectBlocks<T extends TypedArray | readonly unknown[]>(blocks: T, width: number, indices: Uint32Array): T {
  if (!ArrayBuffer.isView(blocks)) return Array.from(indices, (index) => blocks[index]) as unknown as T;
  const selected = new (blocks.constructor as new (length: number) => TypedArray)(indices.length * width);
  indices.forEach((index, position) => {
    selected.set(blocks.subarray(index * width, (index + 1) * width), position * width);
  });
  return selected as T;
}

function length<S extends Examples<S>>(set: S): number {
  const lengths = entries(set)
    .filter(([, part]) => isRows(part))
    .map(([name, part]) => [name, rowCount(part as Rows)] as const);
  if (!lengths.length) throw new RangeError('the set has no part with rows');
  const [, n] = lengths[0];
  if (lengths.some(([, other]) => other !== n)) {
    const found = lengths.map(([name, count]) => `${name} has ${count}`).join(', ');
    throw new RangeError(`the parts must have as many rows as one another: ${found}`);
  }
  return n;
}

function countOf(testSize: number, n: number): number {
  const isCount = Number.isInteger(testSize);
  const count = isCount ? testSize : Math.ceil(n * testSize);
  if (!(testSize > 0) || (!isCount && testSize >= 1) || count >= n) {
    throw new RangeError(
      `testSize is ${testSize}; of ${n} examples it must be a fraction in (0, 1) or a number from 1 to ${n - 1} ` +
        'that leaves at least one for training',
    );
  }
  return count;
}

function rowCount(rows: Rows): number {
  return isNumericArray(rows) ? (rows.shape[0] ?? 0) : rows.length;
}

function isRows(part: unknown): part is Rows {
  return typeof part === 'object' && part !== null;
}

function isNumericArray(rows: Rows): rows is NumericArray<TypedArray> {
  return 'shape' in rows;
}

function entries<S extends Examples<S>>(set: S): [string, Rows | string | undefined][] {
  return Object.entries(set);
}
