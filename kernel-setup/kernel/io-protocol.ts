import type { Connection, RequestChannel, SignedChannel } from '../jupyter/connection';
import type { Content, Message } from '../jupyter/message';
import type { StreamPiece } from './stream-buffer';

/** What the thread that owns the sockets tells the main thread. */
export type ToMain =
  | { readonly kind: 'request'; readonly channel: RequestChannel; readonly message: Message }
  /** The user wants the running cell to stop. {@link SharedState.settled} is set when it has. */
  | { readonly kind: 'interrupt'; readonly id: number }
  /** The JavaScript that ran in the main thread was terminated, because it kept the event loop. */
  | { readonly kind: 'terminated' }
  | { readonly kind: 'exit' };

/** What the main thread tells the thread that owns the sockets. */
export type ToSockets =
  | {
      readonly kind: 'send';
      readonly channel: SignedChannel;
      readonly frames: readonly (Buffer | string)[];
    }
  /** Something that a cell wrote; sent together with what follows it. */
  | ({ readonly kind: 'stream' } & StreamPiece)
  /** The process exits. */
  | { readonly kind: 'close' };

export interface SocketThreadData {
  readonly connection: Connection;
  readonly session: string;
  readonly kernelInfo: Content;
  readonly port: import('node:worker_threads').MessagePort;
  readonly state: SharedArrayBuffer;
}

/** Numbers that both threads see, also while the main thread is busy. */
export class SharedState {
  private readonly numbers: Int32Array;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(5 * Int32Array.BYTES_PER_ELEMENT)) {
    this.numbers = new Int32Array(buffer);
  }

  /** The last interrupt after which no cell runs that it was meant for. */
  get settled(): number {
    return Atomics.load(this.numbers, 0);
  }
  set settled(id: number) {
    Atomics.store(this.numbers, 0, id);
  }

  /** Goes up while a cell runs and the event loop turns. */
  get turns(): number {
    return Atomics.load(this.numbers, 4);
  }
  countTurn(): void {
    Atomics.add(this.numbers, 4, 1);
  }

  /** For how long at a time the running cell keeps the event loop, in milliseconds: the longest time so far. */
  get longestTurn(): number {
    return Atomics.load(this.numbers, 1);
  }
  set longestTurn(milliseconds: number) {
    Atomics.store(this.numbers, 1, Math.ceil(milliseconds));
  }

  /** Whether the main thread runs code of the kernel that must not be terminated. */
  get inKernel(): boolean {
    return Atomics.load(this.numbers, 2) > 0;
  }

  setClosed(): void {
    Atomics.store(this.numbers, 3, 1);
    Atomics.notify(this.numbers, 3);
  }

  /** Blocks until the sockets are closed, but not for ever. */
  waitUntilClosed(milliseconds: number): void {
    Atomics.wait(this.numbers, 3, 0, milliseconds);
  }

  /** To be called when a cell starts. */
  reset(): void {
    this.longestTurn = 0;
    Atomics.store(this.numbers, 2, 0);
  }

  /** Runs code of the kernel, such as the compiler, which would not survive being terminated half way. */
  protect<T>(code: () => T): T {
    Atomics.add(this.numbers, 2, 1);
    try {
      return code();
    } finally {
      Atomics.sub(this.numbers, 2, 1);
    }
  }
}
