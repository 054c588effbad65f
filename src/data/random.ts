import { MersenneTwister } from '../tensorflow/random';

/** Random numbers to draw pictures with, the same on every machine for the same seed. */
export class Random {
  readonly #twister: MersenneTwister;

  constructor(seed: number) {
    this.#twister = MersenneTwister.fromSeed(seed);
  }

  /** Uniform in [0, 1). */
  next(): number {
    return this.#twister.nextUint32() / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** In (−1, 1), most often near 0. */
  bell(): number {
    return this.next() - this.next();
  }

  below(n: number): number {
    return Math.floor(n * this.next());
  }

  shuffle(values: Uint8Array): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [values[i], values[j]] = [values[j], values[i]];
    }
  }
}
