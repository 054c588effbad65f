import { Interrupted } from './errors.mjs';

/** @type {Partial<Record<NodeJS.Signals, number>>} */
const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** The exit status of a program that a signal stopped. @param {NodeJS.Signals} signal */
export const statusOf = (signal) => 128 + (numbers[signal] ?? 0);

/**
 * Turns the first Ctrl-C (or SIGTERM, SIGHUP) into an aborted signal, and a second one into an end at once.
 * @returns {AbortSignal}
 */
export function interruptSignal() {
  const controller = new AbortController();
  for (const signal of /** @type {NodeJS.Signals[]} */ (Object.keys(numbers))) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(statusOf(signal));
      controller.abort(new Interrupted(signal));
    });
  }
  return controller.signal;
}
