import { progressBar, type ProgressBarOptions } from './progress-bar';

/** Those of `progressBar`, but for the total, which is the number of items. */
export type TrackOptions = Omit<ProgressBarOptions, 'total'>;

/**
 * The items one by one, under a progress bar that moves on with each that is done. The bar is closed when the loop ends, in
 * whichever way: `for (const seed of track(seeds, { unit: 'seeds' })) await train(seed);`
 *
 * Nothing to do shows no bar.
 */
export function* track<T>(items: readonly T[], options: TrackOptions = {}): Generator<T, void, undefined> {
  if (items.length === 0) return;
  const bar = progressBar({ ...options, total: items.length });
  try {
    for (const [at, item] of items.entries()) {
      yield item;
      bar.update(at + 1);
    }
  } finally {
    bar.close();
  }
}
