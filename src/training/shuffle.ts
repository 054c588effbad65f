import { MersenneTwister } from '../tensorflow/random';

/**
 * A random order of 0 … n − 1 for one epoch. It hangs on (seed, epoch) alone: epoch 7 is the same whether or not the
 * epochs before it were run in this process.
 *
 * A Mersenne Twister of its own for each epoch, keyed by both, and the Fisher–Yates shuffle.
 */
export function epochOrder(n: number, seed: number, epoch: number): Int32Array {
  const order = naturalOrder(0, n);
  const twister = twisterOf(seed, epoch);
  for (let i = n - 1; i > 0; i--) {
    const j = below(i + 1, twister);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}

/**
 * An order of 0 … n − 1 as `tf.data.Dataset.shuffle(bufferSize)` makes it: each next one is drawn from a buffer that holds
 * the first `bufferSize` of what has not been drawn yet. It hangs on (seed, epoch) alone.
 */
export function bufferedOrder(n: number, bufferSize: number, seed: number, epoch: number): Int32Array {
  const twister = twisterOf(seed, epoch);
  const buffer = naturalOrder(0, Math.min(bufferSize, n));
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const filled = Math.min(buffer.length, n - i);
    const at = below(filled, twister);
    order[i] = buffer[at]!;
    const next = buffer.length + i;
    buffer[at] = next < n ? next : buffer[filled - 1]!;
  }
  return order;
}

const twisterOf = (seed: number, epoch: number): MersenneTwister =>
  MersenneTwister.fromKey([seed % 2 ** 32, Math.floor(seed / 2 ** 32), epoch]);

/** The integers from `start` up to `end`, which is left out. */
export function naturalOrder(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i);
}

/** An integer in [0, n), each with the same probability: draws outside the smallest covering bit mask are rejected. */
function below(n: number, twister: MersenneTwister): number {
  if (n === 1) return 0;
  const mask = 0xffffffff >>> Math.clz32(n - 1);
  for (;;) {
    const value = (twister.nextUint32() & mask) >>> 0;
    if (value < n) return value;
  }
}
