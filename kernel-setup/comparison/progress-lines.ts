import type { ComparisonKey, ComparisonProgress, ComparisonRecord } from '../../src';

/** A line for each result, and how long the rest may take. */
export class ProgressLines {
  readonly #say: (text: string) => void;
  readonly #clock: () => number;
  readonly #begin: number;
  #doneBefore: number | undefined;

  /** @param clock milliseconds from any origin */
  constructor(say: (text: string) => void, clock: () => number = () => performance.now()) {
    this.#say = say;
    this.#clock = clock;
    this.#begin = clock();
  }

  report({ done, total, last, next }: ComparisonProgress): void {
    this.#doneBefore ??= done;
    if (last === undefined) {
      this.#say(`${done} of ${total} results are there${next === undefined ? '.' : `; next ${named(next)}.`}`);
      return;
    }
    const minutes = ((this.#clock() - this.#begin) / 60_000 / (done - this.#doneBefore)) * (total - done);
    const left = next === undefined ? '' : `, about ${Math.ceil(minutes).toLocaleString('en-US')} min left`;
    this.#say(`${done} of ${total}: ${named(last)}: ${described(last)}${left}`);
  }
}

function named({ network, method, budget, seed }: ComparisonKey): string {
  return `${network}, seed ${seed}, ${method}${budget === null ? '' : `, at most ${budget.toLocaleString('en-US')} parameters`}`;
}

function described({ accuracy, parameters, seconds, inference, startInference }: ComparisonRecord): string {
  return `test accuracy ${accuracy.toFixed(4)}, ${parameters.toLocaleString('en-US')} parameters, ${seconds === null ? '' : `${seconds.toFixed(1)} s, `}` +
    `inference ${(inference / startInference).toFixed(2)} of the dense net's`;
}
