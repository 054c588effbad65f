import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';

/** Why threads cannot be counted here, if they cannot. */
export const noThreadList = process.platform !== 'linux' && 'only Linux lists the threads of a process';

export const threadsOfThisProcess = (): number => readdirSync('/proc/self/task').length;

/** Waits until so many threads are left: one that has ended is in the list for a moment more. */
export function waitForThreads(count: number): void {
  const word = new Int32Array(new SharedArrayBuffer(4));
  for (let i = 0; i < 1000 && threadsOfThisProcess() !== count; i++) Atomics.wait(word, 0, 0, 5);
  assert.equal(threadsOfThisProcess(), count);
}
