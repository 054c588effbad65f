import { Session } from 'node:inspector';
import type { SharedState, ToMain } from './io-protocol';

/** How long the main thread may take to see an interrupt before what it runs is terminated, in milliseconds. */
const patience = { least: 500, most: 10_000 };

/**
 * Interrupts the main thread from another one.
 *
 * A cell that lets the event loop turn sees the interrupt through its AbortSignal and ends by itself, after the
 * step it is in: it is given twice the longest step that it took so far. One that does not, such as an endless
 * loop, is terminated where it is. So is any cell that is interrupted again.
 */
export class Interrupter {
  private id = 0;
  private timer: NodeJS.Timeout | undefined;
  private session: Session | undefined;

  constructor(
    private readonly state: SharedState,
    private readonly toMain: (message: ToMain) => void,
  ) {}

  interrupt(): void {
    const again = this.state.acknowledged < this.id;
    const wait = again ? 0 : Math.min(Math.max(2 * this.state.longestTurn, patience.least), patience.most);
    this.toMain({ kind: 'interrupt', id: ++this.id });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.insist(), wait);
  }

  /** Terminates what the main thread runs, again and again, until it has seen the interrupt. */
  private insist(): void {
    if (this.state.acknowledged >= this.id) return;
    const soon = this.state.inKernel ? 20 : patience.least;
    if (!this.state.inKernel) this.terminate();
    this.timer = setTimeout(() => this.insist(), soon);
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
