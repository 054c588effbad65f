import { MersenneTwister } from '../../tensorflow/random';

/**
 * A random order of 0 … n − 1 for one epoch. It hangs on (seed, epoch) alone: epoch 7 is the same whether or not the
 * epochs before it were run in this process.
 *
 * A Mersenne Twister of its own for each epoch, keyed by both, and the Fisher–Yates shuffle.
 */
export function epochOrder(n: number, seed: number, epoch: number): Int32Array {
  const order = naturalOrder(0, n);
  const twister = MersenneTwister.fromKey([seed % 2 ** 32, Math.floor(seed / 2 ** 32), epoch]);
  for (let i = n - 1; i > 0; i--) {
    const j = below(i + 1, twister);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}

/** The integers from `start` up to `end`, which is left out. */
export function naturalOrder(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i);
}

/** An integer in [0, n), each with the same probability: draws outside the smallest covering bit mask are rejected. */
function below(n: number, twister: MersenneTwister): number {
  const mask = 0xffffffff >>> Math.clz32(n - 1);
  for (;;) {
    const value = (twister.nextUint32() & mask) >>> 0;
    if (value < n) return value;
  }
}
