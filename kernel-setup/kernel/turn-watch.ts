import { clearInterval, setInterval } from 'node:timers';
import type { SharedState } from './io-protocol';

/** How often to look, in milliseconds. */
const interval = 50;

/** Sees whether the event loop turns while a cell runs, and for how long at a time it does not. */
export class TurnWatch {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly state: SharedState) {}

  start(): void {
    this.state.reset();
    let last = performance.now();
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      const now = performance.now();
      this.state.longestTurn = Math.max(this.state.longestTurn, now - last - interval);
      last = now;
      this.state.countTurn();
    }, interval);
  }

  stop(): void {
    clearInterval(this.timer);
    this.state.reset();
  }
}
