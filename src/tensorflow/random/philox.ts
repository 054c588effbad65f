/**
 * The counter-based generator Philox 4×32 with ten rounds: four random 32-bit words for each counter.
 *
 * Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. TensorFlow's random operations
 * use it with their first seed as the key and their second one as the high half of the 128-bit counter.
 */
export class Philox {
  readonly #key: readonly [number, number];
  readonly #counter: Uint32Array;

  /** From 32-bit words, the lowest first. */
  constructor(key: readonly [number, number], counter: readonly [number, number, number, number]) {
    this.#key = key;
    this.#counter = Uint32Array.from(counter);
  }

  /** As TensorFlow's random operations are seeded. @param seed,seed2 integers from 0 to 2⁵³ − 1 */
  static seeded(seed: number, seed2: number): Philox {
    checkSeed('seed', seed);
    checkSeed('seed2', seed2);
    return new Philox([low(seed), high(seed)], [0, 0, low(seed2), high(seed2)]);
  }

  /** The words of the current counter, into `words`; then counts up. */
  next(words: Uint32Array): void {
    let [k0, k1] = this.#key;
    const counter = this.#counter;
    let [c0, c1, c2, c3] = [counter[0]!, counter[1]!, counter[2]!, counter[3]!];
    for (let round = 0; round < 10; round++) {
      const high0 = multiplyHigh(0xd2511f53, c0);
      const high2 = multiplyHigh(0xcd9e8d57, c2);
      const low0 = Math.imul(0xd2511f53, c0);
      c0 = (high2 ^ c1 ^ k0) >>> 0;
      c1 = Math.imul(0xcd9e8d57, c2);
      c2 = (high0 ^ c3 ^ k1) >>> 0;
      c3 = low0;
      k0 = (k0 + 0x9e3779b9) | 0;
      k1 = (k1 + 0xbb67ae85) | 0;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
    for (let i = 0; i < 4 && ++counter[i]! > 0xffffffff; i++);
  }

  /** Leaves out the words of the next `counters` counters, 2³² at most. */
  skip(counters: number): void {
    let carry = counters;
    for (let i = 0; i < 4 && carry > 0; i++) {
      const sum = this.#counter[i]! + carry;
      this.#counter[i] = sum;
      carry = Math.floor(sum / 2 ** 32);
    }
  }
}

/** The upper 32 bits of the 64-bit product of two 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const middle2 = a0 * b1 + (middle % 65536);
  return (a1 * b1 + Math.floor(middle / 65536) + Math.floor(middle2 / 65536)) >>> 0;
}

const low = (value: number): number => value % 2 ** 32;
const high = (value: number): number => Math.floor(value / 2 ** 32);

function checkSeed(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${name} is ${value}; it must be an integer from 0 to 2^53 - 1`);
  }
}
