import { clearInterval, setInterval } from 'node:timers';
import type { SharedState } from './io-protocol';

/** How often to look, in milliseconds. */
const interval = 50;

/** Measures for how long at a time a running cell keeps the event loop from turning. */
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
    }, interval);
  }

  stop(): void {
    clearInterval(this.timer);
    this.state.reset();
  }
}
