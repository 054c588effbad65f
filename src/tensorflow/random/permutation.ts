import { MersenneTwister } from './mersenne-twister';

/**
 * A random order of 0 … n − 1: what NumPy's `RandomState(randomState).permutation(n)` returns, and so what
 * scikit-learn's splitters draw for the same `random_state`.
 *
 * NumPy's legacy generator: MT19937 initialised by one integer, a Fisher–Yates shuffle from the last element down, each
 * index drawn by rejection under the smallest bit mask that covers it.
 *
 * @throws if `n` is not an integer in [0, 2³²), or `randomState` not one in [0, 2³²).
 */
export function permutation(n: number, randomState: number): Uint32Array {
  checkUint32('n', n);
  checkUint32('randomState', randomState);
  const twister = MersenneTwister.fromSeed(randomState);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = boundedInteger(twister, i);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}

function boundedInteger(twister: MersenneTwister, max: number): number {
  const mask = 0xffffffff >>> Math.clz32(max);
  for (;;) {
    const value = (twister.nextUint32() & mask) >>> 0;
    if (value <= max) return value;
  }
}

function checkUint32(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new RangeError(`${name} is ${value}; it must be an integer from 0 to 4294967295`);
  }
}
