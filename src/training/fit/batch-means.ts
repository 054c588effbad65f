import type { Logs } from './callbacks/callback';

/**
 * Means over the examples seen so far: each batch's mean counts as often as it has examples, the short last one too.
 */
export class BatchMeans {
  readonly #names: readonly string[];
  readonly #totals: Float64Array;
  #examples = 0;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#totals = new Float64Array(names.length);
  }

  /** @param values one for each name */
  add(values: ArrayLike<number>, examples: number): void {
    for (let i = 0; i < this.#totals.length; i++) this.#totals[i] += values[i]! * examples;
    this.#examples += examples;
  }

  logs(prefix = ''): Logs {
    return Object.fromEntries(this.#names.map((name, i) => [prefix + name, this.#totals[i]! / this.#examples]));
  }
}
