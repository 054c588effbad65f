import type { Connection } from '../jupyter/connection';
import type { Content, Message } from '../jupyter/message';

/** What the thread that owns the sockets tells the main thread. */
export type ToMain =
  | { readonly kind: 'request'; readonly channel: 'shell' | 'control' | 'stdin'; readonly message: Message }
  /** The user wants the running cell to stop. To be acknowledged in {@link SharedState}. */
  | { readonly kind: 'interrupt'; readonly id: number }
  /** The JavaScript that ran in the main thread was terminated, because the interrupt was not acknowledged. */
  | { readonly kind: 'terminated' }
  | { readonly kind: 'exit' };

/** What the main thread tells the thread that owns the sockets. */
export type ToSockets =
  | { readonly kind: 'send'; readonly channel: 'shell' | 'iopub' | 'control' | 'stdin'; readonly frames: readonly (Buffer | string)[] }
  /** From now on the main thread answers requests. */
  | { readonly kind: 'ready' };

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

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)) {
    this.numbers = new Int32Array(buffer);
  }

  /** The last interrupt that the main thread has seen. */
  get acknowledged(): number {
    return Atomics.load(this.numbers, 0);
  }
  set acknowledged(id: number) {
    Atomics.store(this.numbers, 0, id);
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
