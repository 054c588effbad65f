const pending: (() => void)[] = [];

/**
 * Runs `body`, which must be synchronous, and should it be terminated, `recover` afterwards.
 *
 * A notebook's kernel ends a cell that does not stop by terminating JavaScript where it is (V8's `terminateExecution`), and
 * then no `catch` or `finally` runs. What must not stay as it was in the middle of `body` is put right here, by the
 * event loop's next turn. Of recoveries within each other the inner ones run first.
 */
export function ifTerminated<T>(recover: () => void, body: () => T): T {
  const depth = pending.push(recover) - 1;
  const next = setImmediate(() => {
    while (pending.length > depth) pending.pop()!();
  });
  try {
    return body();
  } finally {
    clearImmediate(next);
    pending.splice(depth);
  }
}

/** Runs `body`, which must be synchronous, and `undo` afterwards, however it ended. */
export function withUndo<T>(undo: () => void, body: () => T): T {
  try {
    return ifTerminated(undo, body);
  } finally {
    undo();
  }
}
