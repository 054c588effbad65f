import { randomUUID } from 'node:crypto';
import { Dealer, Subscriber } from 'zeromq';
import { type Connection, endpoint } from './connection';
import { type Content, createHeader, decodeMessage, encodeMessage, type Header, type Message } from './message';

export interface Exchange {
  /** The message that was sent. */
  readonly id: string;
  readonly reply: Promise<Message>;
  /** The reply, once the kernel has also said on `iopub` that it is idle again: all output has arrived. */
  readonly done: Promise<Message>;
}

export interface ExecuteOptions {
  readonly silent?: boolean;
  readonly store_history?: boolean;
  readonly stop_on_error?: boolean;
  /** Evaluated after the cell. */
  readonly user_expressions?: Readonly<Record<string, string>>;
  /** Whether the cell may ask: {@link JupyterClient.onInputRequest}. */
  readonly allow_stdin?: boolean;
}

interface Pending {
  readonly id: string;
  readonly replied: PromiseWithResolvers<Message>;
  readonly idle: PromiseWithResolvers<void>;
}

/** How long a kernel may take to answer at first, in milliseconds. */
const startLimit = 60_000;

/** Talks to a Jupyter kernel over ZeroMQ. */
export class JupyterClient {
  private readonly session = randomUUID();
  private readonly shell;
  private readonly control;
  private readonly stdin;
  private readonly iopub = new Subscriber({ receiveHighWaterMark: 0, linger: 0 });
  private readonly pending = new Map<string, Pending>();
  private readonly listeners = new Set<(message: Message) => void>();
  private readonly inputListeners = new Set<(message: Message) => void>();
  private sent = 0;
  private failure: Error | undefined;

  constructor(private readonly connection: Connection) {
    const options = {
      routingId: this.session,
      sendHighWaterMark: 0,
      sendTimeout: 0,
      receiveHighWaterMark: 0,
      linger: 0,
    };
    this.shell = new Dealer(options);
    this.control = new Dealer(options);
    this.stdin = new Dealer(options);
    this.iopub.subscribe();
    for (const channel of ['shell', 'control', 'stdin', 'iopub'] as const) {
      this[channel].connect(endpoint(connection, channel));
      void this.receive(channel);
    }
  }

  /** Calls `listener` for each message on `iopub`; returns what ends that. */
  onPublished(listener: (message: Message) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls `listener` with each question of a cell, an `input_request`; returns what ends that. */
  onInputRequest(listener: (message: Message) => void): () => void {
    this.inputListeners.add(listener);
    return () => this.inputListeners.delete(listener);
  }

  /** Answers a question. */
  answer({ header }: Message, value: string): Promise<void> {
    const message: Message = {
      identities: [],
      header: this.header('input_reply'),
      parent_header: header,
      metadata: {},
      content: { value },
    };
    return this.stdin.send(encodeMessage(message, this.connection.key));
  }

  /** Waits until the kernel answers and what it publishes is heard. */
  async ready(signal?: AbortSignal): Promise<Message> {
    const limit = performance.now() + startLimit;
    for (;;) {
      signal?.throwIfAborted();
      if (performance.now() > limit)
        throw new Error(`the kernel does not answer, ${startLimit / 1000} s after its start`);
      const { done } = this.request('shell', 'kernel_info_request', {});
      // Before the subscription has reached the kernel its messages are lost, and this is never done.
      const answer = await Promise.race([done, new Promise<undefined>((resolve) => setTimeout(resolve, 200))]);
      if (answer) return answer;
    }
  }

  execute(code: string, options: ExecuteOptions = {}): Exchange {
    const defaults = {
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    return this.request('shell', 'execute_request', { code, ...defaults, ...options });
  }

  request(channel: 'shell' | 'control', type: string, content: Content): Exchange {
    const header = this.header(type);
    const id = header.msg_id;
    const message: Message = {
      identities: [],
      header,
      parent_header: {},
      metadata: {},
      content,
    };
    const pending = { id, replied: withResolvers<Message>(), idle: withResolvers<void>() };
    this.pending.set(id, pending);
    if (this.failure) this.reject(pending, this.failure);
    else void this[channel].send(encodeMessage(message, this.connection.key));
    const reply = pending.replied.promise;
    const done = Promise.all([reply, pending.idle.promise]).then(([answer]) => {
      this.pending.delete(id);
      return answer;
    });
    for (const promise of [reply, done]) promise.catch(() => {});
    return { id, reply, done };
  }

  /** Sends frames as they are. */
  sendRaw(channel: 'shell' | 'control', frames: (Buffer | string)[]): Promise<void> {
    return this[channel].send(frames);
  }

  /** Rejects all that waits for the kernel, now and later. */
  fail(error: Error): void {
    this.failure ??= error;
    for (const pending of this.pending.values()) this.reject(pending, error);
  }

  close(): void {
    this.fail(new Error('the connection to the kernel was closed'));
    for (const socket of [this.shell, this.control, this.stdin, this.iopub]) socket.close();
  }

  private header(type: string): Header {
    return createHeader(`${this.session}_${++this.sent}`, type, this.session, 'client');
  }

  private reject(pending: Pending, error: Error): void {
    this.pending.delete(pending.id);
    pending.replied.reject(error);
    pending.idle.reject(error);
  }

  private async receive(channel: 'shell' | 'control' | 'stdin' | 'iopub'): Promise<void> {
    for await (const frames of this[channel]) {
      const message = decodeMessage(frames, this.connection.key);
      if (channel === 'stdin') {
        for (const listener of this.inputListeners) listener(message);
        continue;
      }
      const pending = this.pending.get((message.parent_header as { msg_id?: string }).msg_id ?? '');
      if (channel !== 'iopub') pending?.replied.resolve(message);
      else if (message.header.msg_type === 'status' && message.content.execution_state === 'idle') {
        pending?.idle.resolve();
      }
      if (channel === 'iopub') for (const listener of this.listeners) listener(message);
    }
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}
