// Handles to memory that JavaScript's garbage collector does not see, freed at a known moment: by `dispose`, or at the
// end of the `scope` in which they were made.

interface HandleState {
  live: number;
  readonly scopes: Set<Handle>[];
}

// One count and one stack for the process: a re-evaluated module goes on with handles that are alive already.
const stateKey = Symbol.for('tfjs-lowrank.handles');
const state = ((globalThis as { [key: symbol]: unknown })[stateKey] ??= { live: 0, scopes: [] }) as HandleState;

const brand = Symbol.for('tfjs-lowrank.handle');

/** Memory outside of JavaScript's, which lives until it is disposed, or until the end of the `scope` in which it was made. */
export abstract class Handle {
  #disposed = false;
  /** @internal */
  readonly [brand] = true;

  constructor() {
    state.live++;
    state.scopes.at(-1)?.add(this);
  }

  /** Whether the memory was freed. */
  get isDisposed(): boolean {
    return this.#disposed;
  }

  /** Frees the memory. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    state.live--;
    this.release();
  }

  protected abstract release(): void;
}

/** How many handles are alive: what a leak test compares. `tf.memory()` does not count them. */
export function liveHandles(): number {
  return state.live;
}

/**
 * Runs `body` and disposes every handle made in it, except those that it returns (itself, or anywhere in returned arrays
 * and plain objects), which pass to the enclosing scope, if there is one. Disposes all of them if `body` throws.
 *
 * @throws if `body` returns a promise: handles made after the first `await` would escape.
 */
export function scope<T>(body: () => T): T {
  const made = new Set<Handle>();
  state.scopes.push(made);
  const returned = new Set<Handle>();
  try {
    const result = body();
    if (result instanceof Promise) throw new TypeError('scope: the body must not be asynchronous');
    collectHandles(result, returned);
    return result;
  } finally {
    state.scopes.pop();
    const outer = state.scopes.at(-1);
    for (const handle of made) {
      if (returned.has(handle)) outer?.add(handle);
      else handle.dispose();
    }
  }
}

/** Takes a handle out of the running scopes: it lives until it is disposed. */
export function keep<H extends Handle>(handle: H): H {
  for (const made of state.scopes) made.delete(handle);
  return handle;
}

function collectHandles(value: unknown, found: Set<Handle>): void {
  if (isHandle(value)) found.add(value);
  else if (Array.isArray(value)) for (const element of value) collectHandles(element, found);
  else if (isPlainObject(value)) for (const element of Object.values(value)) collectHandles(element, found);
}

/** By its mark, not its class: the class of a re-evaluated module is another one. */
function isHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && brand in value;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
