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
import type { History } from './history';
import type { InputRequests } from './input-requests';
import { inspectionBundle } from './inspection';
import type { ToMain } from './io-protocol';
import { languageReply } from './language-requests';
import { type PagedCode, pagedCode } from './paged-code';
import type { Sockets } from './sockets';
import type { StackTraces } from './stack-traces';
import { TurnWatch } from './turn-watch';

interface Request {
  readonly channel: RequestChannel;
  readonly message: Message;
}

/** The content of an `execute_request`. */
interface ExecuteContent {
  readonly code: string;
  readonly silent?: boolean;
  readonly store_history?: boolean;
  readonly stop_on_error?: boolean;
  readonly user_expressions?: Readonly<Record<string, string>>;
}

/** How long an interrupted cell may take to end by itself, in milliseconds. */
const grace = 2000;
/** How long a cell whose code was terminated has until it is ended; it cannot end by itself, unless it just did. */
const terminatedGrace = 100;
/** How long nothing must have been asked before the kernel prepares for what may come, in milliseconds. */
const rest = 50;

/** Answers Jupyter's requests, one after the other. */
export class Kernel {
  private readonly queue: Request[] = [];
  private readonly turns: TurnWatch;
  private serving = false;
  private preparing: NodeJS.Timeout | undefined;
  private executionCount = 0;
  private silentCount = 0;
  private lastInterrupt = 0;

  constructor(
    private readonly sockets: Sockets,
    private readonly executor: CellExecutor,
    private readonly current: CurrentCell,
    private readonly traces: StackTraces,
    private readonly history: History,
    private readonly input: InputRequests,
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
      clearOutput(wait = false) {
        current.get()?.clearOutput(wait);
      },
    };
  }

  start(): void {
    this.sockets.receive((message) => this.receive(message));
    this.prepareSoon(rest);
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
        // Behind the cell that asks, an answer would wait for ever.
        if (message.channel === 'stdin') return this.input.receive(message.message);
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
      this.reply(request, { status: 'error', ...describeError(error, this.traces) });
    } finally {
      this.sockets.publish('status', { execution_state: 'idle' }, header);
      this.serving = false;
      this.serveSoon();
      this.prepareSoon(rest);
    }
  }

  /** In steps, between which it sees what is asked, makes ready what cells will probably need, until that is done. */
  private prepareSoon(delay: number): void {
    clearTimeout(this.preparing);
    this.preparing = setTimeout(() => {
      if (!this.serving && this.queue.length === 0 && this.executor.prepare()) this.prepareSoon(0);
    }, delay);
  }

  private async answer(request: Request): Promise<void> {
    const { header, content } = request.message;
    const { msg_type } = header;
    if (msg_type === 'execute_request') return this.execute(request);
    if (msg_type === 'comm_open') {
      // No target is registered here: as the protocol has it, the front end's end is closed again.
      this.sockets.publish('comm_close', { comm_id: content.comm_id, data: {} }, header);
      return;
    }
    const answer =
      msg_type === 'history_request' ? this.history.reply(content) : languageReply(msg_type, content, this.executor);
    if (answer) this.reply(request, answer);
  }

  private reply({ channel, message }: Request, content: Content): void {
    const { msg_type } = message.header;
    if (msg_type.endsWith('_request'))
      this.sockets.reply(channel, msg_type.replace(/_request$/, '_reply'), content, message);
  }

  private async execute(request: Request): Promise<void> {
    const { message } = request;
    const { code, silent = false, store_history = true, stop_on_error = true, user_expressions = {} } =
      message.content as unknown as ExecuteContent;
    const counts = store_history && !silent;
    if (counts) this.executionCount++;
    const execution_count = this.executionCount;
    const newCell = (name: string) => new Cell(name, message, silent ? undefined : this.sockets, this.current);
    const cell = newCell(counts ? `cell[${execution_count}]` : `uncounted[${++this.silentCount}]`);
    cell.publish('execute_input', { code, execution_count });
    if (counts) this.history.add(execution_count, code);

    const paged = pagedCode(code);
    const payload = paged ? this.page(cell, paged) : [];
    const remember = (output: string) => counts && this.history.addOutput(execution_count, output);
    const failure = paged ? undefined : await this.runCell(cell, code, execution_count, remember);
    if (failure) {
      this.reply(request, { status: 'error', execution_count, ...failure });
      if (stop_on_error) this.abortQueue();
      return;
    }
    const values: Record<string, Content> = {};
    for (const [name, expression] of Object.entries(user_expressions))
      values[name] = await this.evaluate(newCell(`user_expressions.${name}`), expression);
    this.reply(request, { status: 'ok', execution_count, user_expressions: values, payload });
  }

  /** What a front end is to show in a pager. */
  private page(cell: Cell, { name, detail }: PagedCode): readonly Content[] {
    const found = this.executor.inspect(name, name.length);
    if (found) return [{ source: 'page', data: inspectionBundle(found, detail), start: 0 }];
    cell.write('stdout', `Nothing is known by the name ${name}.\n`);
    return [];
  }

  /**
   * Runs a cell and sends what it shows; returns the error that it failed with.
   * @param remember is given the text of the result
   */
  private async runCell(
    cell: Cell,
    code: string,
    execution_count: number,
    remember: (output: string) => void,
  ): Promise<Content | undefined> {
    const failure = await this.attempt(cell, async () => {
      // When a loop is terminated, all that awaits it is lost: nothing but this waits for the cell's code.
      const data = await Promise.race([this.executor.run(code, cell).then(showValue), cell.abandonment]);
      if (data && !cell.signal.aborted) {
        cell.publish('execute_result', { execution_count, data, metadata: {} });
        const text = data['text/plain'];
        if (typeof text === 'string') remember(text);
      }
      // Rejections that nothing handles are known after the event loop has turned.
      await turn();
    });
    const ended = failure ?? cell.uncaught;
    if (!ended) return undefined;
    const content = { ...describeError(ended.error, this.traces) };
    // What nothing caught has been shown already.
    if (failure) cell.publish('error', content);
    return content;
  }

  /** The value of one of the `user_expressions`, which are evaluated after a cell, or its error. */
  private async evaluate(cell: Cell, expression: string): Promise<Content> {
    let data: Content = {};
    const failure = await this.attempt(cell, async () => {
      const value = await Promise.race([this.executor.run(expression, cell), cell.abandonment]);
      data = (await showValue(value)) ?? { 'text/plain': String(value) };
    });
    return failure
      ? { status: 'error', ...describeError(failure.error, this.traces) }
      : { status: 'ok', data, metadata: {} };
  }

  /** Runs what belongs to a cell, which can be interrupted meanwhile; returns what was thrown, if anything was. */
  private async attempt(cell: Cell, run: () => Promise<void>): Promise<{ readonly error: unknown } | undefined> {
    this.current.start(cell);
    this.turns.start();
    let failure: { error: unknown } | undefined;
    try {
      await run();
    } catch (error) {
      failure = { error };
    } finally {
      this.turns.stop();
      this.current.end();
      this.settle();
      cell.hasEnded = true;
      this.input.end(cell);
    }
    return cell.signal.aborted ? { error: interruption(failure?.error) } : failure;
  }

  /** Cells that wait behind a failed one are not run. */
  private abortQueue(): void {
    this.sockets.receiveAll();
    const waiting = this.queue.filter(({ message }) => message.header.msg_type === 'execute_request');
    for (const request of waiting) {
      const { channel, message } = request;
      this.queue.splice(this.queue.indexOf(request), 1);
      this.sockets.publish('status', { execution_state: 'busy' }, message.header);
      // By the protocol nothing but the status: a count would stand beside the cell as if it had run.
      this.sockets.reply(channel, 'execute_reply', { status: 'aborted' }, message);
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
