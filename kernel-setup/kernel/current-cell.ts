import { promisify } from 'node:util';
import type { Cell } from './cell';

type Callback = (...values: unknown[]) => unknown;

/**
 * Knows whose output is whose: which cell's code runs now.
 *
 * That is the running cell, or, in the callbacks of timers and after an `await`, the earlier cell that they belong
 * to. (`AsyncLocalStorage` would know more; but before Node.js 24 a process that uses it does not survive the
 * termination of an endless loop.)
 */
export class CurrentCell {
  running: Cell | undefined;
  private latest: Cell | undefined;
  private background: Cell | undefined;
  private readonly afterTurn = setImmediate;

  /** The cell whose code runs now; between cells the last one that ran. */
  get(): Cell | undefined {
    return this.background ?? this.running ?? this.latest;
  }

  start(cell: Cell): void {
    this.running = this.latest = cell;
    this.background = undefined;
  }

  end(): void {
    this.running = undefined;
  }

  /** To be called when code of `cell` goes on; valid until the event loop has turned. */
  enter(cell: Cell | undefined): void {
    if (cell === this.get()) return;
    this.background = cell;
    this.afterTurn(() => {
      this.background = undefined;
    });
  }

  /** Makes the global timers' callbacks belong to the cell that set them, and end with it if it is interrupted. */
  followTimers(): void {
    const scope = globalThis as unknown as Record<string, (callback: Callback, ...rest: unknown[]) => unknown>;
    for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
      const original = scope[name]!;
      const followed = (callback: Callback, ...rest: unknown[]) => {
        const cell = this.get();
        if (!cell || typeof callback !== 'function') return original(callback, ...rest);
        return original(
          (...values) => {
            if (cell.isAbandoned) return;
            this.enter(cell);
            callback(...values);
          },
          ...rest,
        );
      };
      const promised = (original as { [promisify.custom]?: unknown })[promisify.custom];
      scope[name] = Object.assign(followed, promised && { [promisify.custom]: promised });
    }
  }
}
