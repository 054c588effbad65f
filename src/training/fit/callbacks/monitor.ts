import type { FitParameters, Logs } from './callback';

/** The quantity that a callback follows from epoch to epoch. */
export interface MonitorOptions {
  /** The name of a loss or metric in the epoch's logs; 'val_loss' by default. */
  readonly monitor?: string;
  /** Whether less or more of it is better; 'auto' (the default) knows losses, errors and accuracies. */
  readonly mode?: 'auto' | 'min' | 'max';
  /** The least change that counts as an improvement; 0 by default. */
  readonly minDelta?: number;
}

/** A quantity that is followed from epoch to epoch: Keras's `MonitorCallback`. */
export class Monitor {
  readonly name: string;
  readonly mode: 'min' | 'max';
  readonly #owner: string;
  readonly #minDelta: number;

  /** @throws RangeError if an option is not allowed, or 'auto' does not know the quantity. */
  constructor(owner: string, { monitor = 'val_loss', mode = 'auto', minDelta = 0 }: MonitorOptions) {
    if (typeof monitor !== 'string' || monitor === '') {
      throw new RangeError(`${owner}: monitor is ${String(monitor) || "''"}; it must be the name of a loss or metric`);
    }
    if (!['auto', 'min', 'max'].includes(mode)) {
      throw new RangeError(`${owner}: mode is '${mode}'; it must be 'auto', 'min' or 'max'`);
    }
    if (!Number.isFinite(minDelta))
      throw new RangeError(`${owner}: minDelta is ${minDelta}; it must be a finite number`);
    this.#owner = owner;
    this.name = monitor;
    this.mode = mode === 'auto' ? directionOf(owner, monitor) : mode;
    this.#minDelta = Math.abs(minDelta);
  }

  /** Any value improves on none. */
  improves(value: number, best: number | undefined): boolean {
    if (best === undefined) return true;
    return this.mode === 'min' ? value + this.#minDelta < best : value - this.#minDelta > best;
  }

  /** @throws RangeError if the training will not have the quantity. */
  check({ metrics }: FitParameters): void {
    if (metrics.includes(this.name)) return;
    const missing = this.name.startsWith('val_') && metrics.every((name) => !name.startsWith('val_'));
    throw new RangeError(
      `${this.#owner}: monitor is '${this.name}', but the training has ${metrics.join(', ')}` +
        (missing ? '; give fit validationData or a validationSplit' : ''),
    );
  }

  /** The epoch's value; undefined in an epoch that was broken off before its validation. */
  valueIn(logs: Logs | undefined): number | undefined {
    return logs?.[this.name];
  }
}

const better = {
  min: /(^|_)(loss|ce|mse|mae|mape)$|error$|crossentropy$|hinge$|proximity$/i,
  max: /(^|_)acc$|accuracy$|(^|_)(precision|recall|r2score)$/i,
};

function directionOf(owner: string, monitor: string): 'min' | 'max' {
  const name = monitor.replace(/_\d+$/, '');
  if (better.max.test(name)) return 'max';
  if (better.min.test(name)) return 'min';
  throw new RangeError(
    `${owner}: monitor is '${monitor}', and whether less or more of it is better is not known; say mode: 'min' or 'max'`,
  );
}
