import { MersenneTwister } from './mersenne-twister';

/** Python's `random.Random(seed)` for an integer seed: the same integers in the same order. */
export class PythonRandom {
  readonly #twister: MersenneTwister;

  /** @throws if `seed` is not a safe integer. Python ignores its sign. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`seed is ${seed}; it must be a safe integer`);
    this.#twister = MersenneTwister.fromKey(words(Math.abs(seed)));
  }

  /** A random integer N with a ≤ N ≤ b. @throws unless both are safe integers, a ≤ b, and b − a < 2⁵³. */
  randint(a: number, b: number): number {
    const width = b - a + 1;
    if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b) || a > b || !Number.isSafeInteger(width)) {
      throw new RangeError(`randint(${a}, ${b}): both must be safe integers, the first not above the second`);
    }
    return a + this.#below(width);
  }

  /** k random bits as an integer, 1 ≤ k ≤ 53. */
  #bits(k: number): number {
    if (k <= 32) return this.#twister.nextUint32() >>> (32 - k);
    const low = this.#twister.nextUint32();
    return low + 2 ** 32 * (this.#twister.nextUint32() >>> (64 - k));
  }

  #below(n: number): number {
    const k = bitLength(n);
    for (;;) {
      const value = this.#bits(k);
      if (value < n) return value;
    }
  }
}

function bitLength(n: number): number {
  return n.toString(2).length;
}

function words(seed: number): number[] {
  return seed < 2 ** 32 ? [seed] : [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
}
