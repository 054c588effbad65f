const size = 624;
const period = 397;

/**
 * The MT19937 generator of 32-bit integers. The core of NumPy's `RandomState` and Python's `random.Random`.
 *
 * Matsumoto and Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudorandom number
 * generator", ACM TOMACS 8 (1998), with the initialisations of its 2002 revision.
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(size);
  #next = size;

  /** Initialised by one 32-bit integer (`init_genrand`). */
  static fromSeed(seed: number): MersenneTwister {
    const twister = new MersenneTwister();
    twister.#seed(seed);
    return twister;
  }

  /** Initialised by a key of one or more 32-bit integers (`init_by_array`). */
  static fromKey(key: readonly number[]): MersenneTwister {
    const twister = new MersenneTwister();
    twister.#seedByKey(key);
    return twister;
  }

  private constructor() {}

  /** The next 32 random bits, as an integer in [0, 2³²). */
  nextUint32(): number {
    if (this.#next === size) this.#twist();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  #seed(seed: number): void {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < size; i++) {
      state[i] = Math.imul(1812433253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i;
    }
    this.#next = size;
  }

  #seedByKey(key: readonly number[]): void {
    this.#seed(19650218);
    const state = this.#state;
    let i = 1;
    let j = 0;
    const mixed = () => state[i - 1]! ^ (state[i - 1]! >>> 30);
    const advance = () => {
      if (++i === size) {
        state[0] = state[size - 1]!;
        i = 1;
      }
    };
    for (let k = Math.max(size, key.length); k > 0; k--) {
      state[i] = (state[i]! ^ Math.imul(mixed(), 1664525)) + key[j]! + j;
      advance();
      if (++j === key.length) j = 0;
    }
    for (let k = size - 1; k > 0; k--) {
      state[i] = (state[i]! ^ Math.imul(mixed(), 1566083941)) - i;
      advance();
    }
    state[0] = 0x80000000;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < size; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % size]! & 0x7fffffff);
      state[i] = state[(i + period) % size]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
