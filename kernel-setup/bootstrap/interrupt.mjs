import { Interrupted } from './errors.mjs';

/** @type {Partial<Record<NodeJS.Signals, number>>} */
const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
const pollMilliseconds = 500;

/** The exit status of a program that a signal stopped. @param {NodeJS.Signals} signal */
export const statusOf = (signal) => 128 + (numbers[signal] ?? 0);

/**
 * Turns the first Ctrl-C (or SIGTERM, SIGHUP) into an aborted signal, and a second one into an end at once.
 * @returns {AbortSignal}
 */
export function interruptSignal() {
  const controller = new AbortController();
  /** @param {NodeJS.Signals} signal */
  const interrupt = (signal) => {
    if (controller.signal.aborted) process.exit(statusOf(signal));
    controller.abort(new Interrupted(signal));
  };
  for (const signal of /** @type {NodeJS.Signals[]} */ (Object.keys(numbers))) process.on(signal, () => interrupt(signal));
  if (process.env.npm_lifecycle_event) watchParent(() => interrupt('SIGTERM'));
  return controller.signal;
}

/**
 * npm passes a signal to the shell between us, which ends without telling us.
 * @param {() => void} onEnd
 */
function watchParent(onEnd) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onEnd();
  }, pollMilliseconds);
  timer.unref();
}
