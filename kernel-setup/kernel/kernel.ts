// Not the global timers: those of an interrupted cell never fire.
import { setImmediate, setTimeout } from 'node:timers';
import { setImmediate as turn } from 'node:timers/promises';
import type { CellHost } from '../../src/cell-host';
import { showValue } from '../../src/notebook/show-value';
import type { RequestChannel } from '../jupyter/connection';
import type { Content, Message } from '../jupyter/message';
import { Cell } from './cell';
import type { CellExecutor } from './cell-executor';
import type { CurrentCell } from './current-cell';
import { describeError, Interrupted } from './errors';
import type { ToMain } from './io-protocol';
import { languageReply } from './language-requests';
import type { Sockets } from './sockets';
import type { StackTraces } from './stack-traces';
import { TurnWatch } from './turn-watch';

interface Request {
  readonly channel: RequestChannel;
  readonly message: Message;
}

/** How long an interrupted cell may take to end by itself, in milliseconds. */
const grace = 2000;
/** How long a cell whose code was terminated has until it is ended; it cannot end by itself, unless it just did. */
const terminatedGrace = 100;

/** Answers Jupyter's requests, one after the other. */
export class Kernel {
  private readonly queue: Request[] = [];
  private readonly turns: TurnWatch;
  private serving = false;
  private executionCount = 0;
  private silentCount = 0;
  private lastInterrupt = 0;

  constructor(
    private readonly sockets: Sockets,
    private readonly executor: CellExecutor,
    private readonly current: CurrentCell,
    private readonly traces: StackTraces,
  ) {
    this.turns = new TurnWatch(sockets.state);
  }

  /** What cells find in `globalThis`. Code that an earlier cell started belongs to that cell. */
  get cellHost(): CellHost {
    const { current } = this;
    return {
      get signal() {
        return current.get()?.signal ?? new AbortController().signal;
      },
      display(content, update) {
        current.get()?.display(content, update);
      },
    };
  }

  start(): void {
    this.sockets.receive((message) => this.receive(message));
  }

  /** Output of the cell whose code wrote it; returns whether there is one. */
  write(name: 'stdout' | 'stderr', text: string): boolean {
    const cell = this.current.get();
    cell?.write(name, text);
    return cell !== undefined;
  }

  /** Shows an error that nothing caught in the cell whose code it came from; returns whether there is one. */
  reportUncaught(error: unknown): boolean {
    const cell = this.current.get();
    if (!cell) return false;
    if (cell.isAbandoned) return true;
    cell.uncaught ??= { error };
    cell.publish('error', { ...describeError(error, this.traces) });
    return true;
  }

  interrupt(): void {
    const cell = this.current.running;
    if (!cell) return;
    if (cell.signal.aborted) return this.abandon(cell);
    cell.interrupt();
    // After the time is up the loop turns twice more: a cell that was in a long step sees the signal then.
    setTimeout(() => setImmediate(() => setImmediate(() => this.abandon(cell))), grace);
  }

  /** Tells the thread that sends interrupts that there is nothing left to interrupt. */
  private settle(): void {
    this.sockets.state.settled = this.lastInterrupt;
  }

  private abandon(cell: Cell): void {
    if (this.current.running === cell) cell.abandon();
  }

  private receive(message: ToMain): void {
    switch (message.kind) {
      case 'request':
        this.queue.push(message);
        this.serveSoon();
        break;
      case 'interrupt':
        this.lastInterrupt = message.id;
        if (this.current.running) this.interrupt();
        else this.settle();
        break;
      case 'terminated': {
        const cell = this.current.running;
        if (cell) setTimeout(() => this.abandon(cell), terminatedGrace);
        break;
      }
      case 'exit':
        process.exit(0);
    }
  }

  private serveSoon(): void {
    // From an event of its own: when a cell is terminated, what else waits in the same turn is dropped with it.
    if (!this.serving) setImmediate(() => void this.serve());
  }

  private async serve(): Promise<void> {
    if (this.serving) return;
    const request = this.queue.shift();
    if (!request) return;
    this.serving = true;
    const { header } = request.message;
    this.sockets.publish('status', { execution_state: 'busy' }, header);
    try {
      await this.answer(request);
    } catch (error) {
      process.stderr.write(`The kernel could not answer ${header.msg_type}: ${(error as Error).stack ?? error}\n`);
    } finally {
      this.sockets.publish('status', { execution_state: 'idle' }, header);
      this.serving = false;
      this.serveSoon();
    }
  }

  private async answer(request: Request): Promise<void> {
    const { message, channel } = request;
    const { msg_type } = message.header;
    if (msg_type === 'execute_request') return this.execute(request);
    const content = languageReply(msg_type, message.content, this.executor);
    if (content) this.sockets.reply(channel, msg_type.replace(/_request$/, '_reply'), content, message);
  }

  private async execute({ channel, message }: Request): Promise<void> {
    const {
      code,
      silent = false,
      store_history = true,
      stop_on_error = true,
    } = message.content as {
      code: string;
      silent?: boolean;
      store_history?: boolean;
      stop_on_error?: boolean;
    };
    const counts = store_history && !silent;
    if (counts) this.executionCount++;
    const execution_count = this.executionCount;
    const cell = new Cell(
      counts ? `cell[${execution_count}]` : `uncounted[${++this.silentCount}]`,
      message.header,
      silent ? undefined : this.sockets,
      this.current,
    );
    cell.publish('execute_input', { code, execution_count });

    const failure = await this.runCell(cell, code, execution_count);
    const reply = failure
      ? { status: 'error', execution_count, ...failure }
      : { status: 'ok', execution_count, user_expressions: {}, payload: [] };
    this.sockets.reply(channel, 'execute_reply', reply, message);
    if (failure && stop_on_error) this.abortQueue();
  }

  /** Runs a cell and sends what it shows; returns the error that it failed with. */
  private async runCell(cell: Cell, code: string, execution_count: number): Promise<Content | undefined> {
    this.current.start(cell);
    this.turns.start();
    let failure: { error: unknown } | undefined;
    try {
      // When a loop is terminated, all that awaits it is lost: nothing but this waits for the cell's code.
      const result = await Promise.race([this.executor.run(code, cell).then(showValue), cell.abandonment]);
      if (result && !cell.signal.aborted)
        cell.publish('execute_result', { execution_count, data: result, metadata: {} });
      // Rejections that nothing handles are known after the event loop has turned.
      await turn();
    } catch (error) {
      failure = { error };
    } finally {
      this.turns.stop();
      this.current.end();
      this.settle();
    }

    if (cell.signal.aborted) failure = { error: interruption(failure?.error) };
    const ended = failure ?? cell.uncaught;
    if (!ended) return undefined;
    const content = { ...describeError(ended.error, this.traces) };
    // What nothing caught has been shown already.
    if (failure) cell.publish('error', content);
    return content;
  }

  /** Cells that wait behind a failed one are not run. */
  private abortQueue(): void {
    this.sockets.receiveAll();
    const waiting = this.queue.filter(({ message }) => message.header.msg_type === 'execute_request');
    for (const request of waiting) {
      const { channel, message } = request;
      this.queue.splice(this.queue.indexOf(request), 1);
      this.sockets.publish('status', { execution_state: 'busy' }, message.header);
      const content = { status: 'aborted', execution_count: this.executionCount };
      this.sockets.reply(channel, 'execute_reply', content, message);
      this.sockets.publish('status', { execution_state: 'idle' }, message.header);
    }
  }
}

/** What an interrupted cell failed with: the interrupt, also where its code threw something because of it. */
function interruption(error: unknown): Interrupted {
  if (error instanceof Interrupted) return error;
  const isAbort = error === undefined || (error as Error | null)?.name === 'AbortError';
  return new Interrupted(isAbort ? undefined : error);
}
