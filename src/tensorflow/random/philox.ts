/**
 * The counter-based generator Philox 4×32 with ten rounds: four random 32-bit words for each counter.
 *
 * Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. TensorFlow's random operations
 * use it with their first seed as the key and their second one as the high half of the 128-bit counter.
 */
export class Philox {
  readonly #key: readonly [number, number];
  readonly #counter: Uint32Array;

  /** @param seed,seed2 integers from 0 to 2⁵³ − 1 */
  constructor(seed: number, seed2: number) {
    this.#key = [low(checkSeed('seed', seed)), high(seed)];
    this.#counter = Uint32Array.of(0, 0, low(checkSeed('seed2', seed2)), high(seed2));
  }

  /** The words of the current counter, into `words`; then counts up. */
  next(words: Uint32Array): void {
    let [k0, k1] = this.#key;
    words.set(this.#counter);
    for (let round = 0; round < 10; round++) {
      const [c0, c1, c2, c3] = [words[0]!, words[1]!, words[2]!, words[3]!];
      words[0] = multiplyHigh(0xcd9e8d57, c2) ^ c1 ^ k0;
      words[1] = Math.imul(0xcd9e8d57, c2);
      words[2] = multiplyHigh(0xd2511f53, c0) ^ c3 ^ k1;
      words[3] = Math.imul(0xd2511f53, c0);
      k0 = (k0 + 0x9e3779b9) >>> 0;
      k1 = (k1 + 0xbb67ae85) >>> 0;
    }
    for (let i = 0; i < 4 && ++this.#counter[i]! > 0xffffffff; i++);
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

function checkSeed(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${name} is ${value}; it must be an integer from 0 to 2^53 - 1`);
  }
  return value;
}
