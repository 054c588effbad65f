import { PythonRandom } from '../../../../src/tensorflow';

/** Draws choices from a seed. */
export class Chooser {
  readonly #random: PythonRandom;

  constructor(seed: number) {
    this.#random = new PythonRandom(seed);
  }

  /** An integer from one to the other, both included. */
  integer(from: number, to: number): number {
    return this.#random.randint(from, to);
  }

  maybe(percent: number): boolean {
    return this.integer(1, 100) <= percent;
  }

  from<T>(...options: readonly T[]): T {
    return options[this.integer(0, options.length - 1)]!;
  }
}
