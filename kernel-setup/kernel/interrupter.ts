import { Session } from 'node:inspector';
import type { SharedState, ToMain } from './io-protocol';

/** How often to look whether the main thread has done what it was asked to, in milliseconds. */
const interval = 20;
/** How long the main thread may be busy before what it runs is terminated, in milliseconds. */
const patience = { again: 200, least: 500, most: 10_000 };

/**
 * Interrupts the main thread from another one.
 *
 * A cell that lets the event loop turn sees the interrupt through its AbortSignal and ends by itself, or is ended by
 * the main thread. One that does not, such as an endless loop, is terminated where it is, when it has kept the event
 * loop for twice as long as it did at most before; or soon, when it is interrupted again.
 */
export class Interrupter {
  private id = 0;
  private deadline = 0;
  private turns = 0;
  private timer: NodeJS.Timeout | undefined;
  private session: Session | undefined;

  constructor(
    private readonly state: SharedState,
    private readonly toMain: (message: ToMain) => void,
  ) {}

  interrupt(): void {
    const again = this.state.settled < this.id;
    this.toMain({ kind: 'interrupt', id: ++this.id });
    this.turns = this.state.turns;
    this.deadline = performance.now() + (again ? patience.again : this.patience());
    this.timer ??= setInterval(() => this.look(), interval);
  }

  private look(): void {
    const { state } = this;
    const now = performance.now();
    if (state.settled >= this.id) {
      clearInterval(this.timer);
      this.timer = undefined;
    } else if (state.turns !== this.turns || state.inKernel) {
      this.turns = state.turns;
      this.deadline = now + this.patience();
    } else if (now >= this.deadline) {
      this.deadline = now + patience.least;
      this.terminate();
    }
  }

  private patience(): number {
    return Math.min(Math.max(2 * this.state.longestTurn, patience.least), patience.most);
  }

  private terminate(): void {
    if (this.session) return;
    // Missing in the declarations of Node.js 20.
    const session = new Session() as Session & { connectToMainThread(): void };
    this.session = session;
    session.connectToMainThread();
    session.post('Runtime.terminateExecution', () => {
      // A process does not exit while somebody is connected.
      session.disconnect();
      this.session = undefined;
    });
    this.toMain({ kind: 'terminated' });
  }
}
