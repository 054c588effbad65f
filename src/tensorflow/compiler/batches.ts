import type * as tf from '@tensorflow/tfjs';

/** Steps over batches of one size, whose examples stand in `order` from `start` on. */
export interface Batches {
  readonly batchSize: number;
  readonly start: number;
  readonly steps: number;
  /** Fewer examples than a batch was to have: what is left over. */
  readonly short: boolean;
}

/** What one pass goes through: examples in an order, in full batches and a last short one. */
export interface Pass {
  readonly order: Int32Array;
  readonly parts: readonly Batches[];
  readonly steps: number;
}

export interface PassOptions {
  readonly batchSize?: number;
  readonly order?: Int32Array;
  readonly steps?: number;
}

/** @throws RangeError if tensors disagree in their number of examples, or an option does not fit. */
export function plan(data: readonly tf.Tensor[], { batchSize, order, steps }: PassOptions): Pass {
  if (data.length === 0) return planWithoutData(steps, batchSize, order);
  if (steps !== undefined) throw new RangeError(`steps is ${steps}; it is only for a step without data, whose length nothing else says`);
  const examples = examplesOf(data);
  order ??= Int32Array.from({ length: examples }, (_, i) => i);
  if (order.length === 0) throw new RangeError('order is empty; it must name at least one example');
  const outside = order.findIndex((example) => !(example >= 0 && example < examples));
  if (outside >= 0) throw new RangeError(`order[${outside}] is ${order[outside]}; it must be from 0 to ${examples - 1}`);
  batchSize = checkCount('batchSize', batchSize ?? order.length);
  const full = Math.floor(order.length / batchSize);
  const rest = order.length % batchSize;
  const parts: Batches[] = [];
  if (full > 0) parts.push({ batchSize, start: 0, steps: full, short: false });
  if (rest > 0) parts.push({ batchSize: rest, start: full * batchSize, steps: 1, short: true });
  return { order, parts, steps: full + Math.sign(rest) };
}

function planWithoutData(steps: number | undefined, batchSize: number | undefined, order: Int32Array | undefined): Pass {
  if (batchSize !== undefined || order !== undefined) throw new RangeError('batchSize and order need data, and there is none');
  if (steps === undefined) throw new RangeError('steps is missing: without data nothing else says how many there are');
  return { order: new Int32Array(0), parts: [{ batchSize: 0, start: 0, steps: checkCount('steps', steps), short: false }], steps };
}

function examplesOf(data: readonly tf.Tensor[]): number {
  const [first] = data;
  for (const [i, { shape }] of data.entries()) {
    if (shape.length === 0) throw new RangeError(`data[${i}] is a scalar; its first axis must count the examples`);
    if (shape[0] !== first!.shape[0]) {
      throw new RangeError(`data[${i}] has ${shape[0]} examples and data[0] ${first!.shape[0]}; they must have as many`);
    }
  }
  return first!.shape[0]!;
}

function checkCount(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} is ${value}; it must be an integer above 0`);
  return value;
}
