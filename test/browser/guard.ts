/**
 * The program that tidies up behind a test, in a process of its own so that it does so however the test ends: `guard.js FOLDER`.
 *
 * From its standard input it reads `+PID` for a process group that was started, and `-PID` for one that has ended. When the
 * test is gone, and its input with it, the groups that are left get a Ctrl-C, and the folder is removed.
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const patience = 60_000;
const [folder] = process.argv.slice(2);
const groups = new Set<number>();

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const group = Number(line.slice(1));
    if (line.startsWith('+')) groups.add(group);
    else groups.delete(group);
  })
  .on('close', () => void tidyUp());

async function tidyUp(): Promise<void> {
  for (const group of groups) signal(group, 'SIGINT');
  for (const end = Date.now() + patience; Date.now() < end && [...groups].some((group) => signal(group, 0)); ) await sleep(100);
  for (const group of groups) signal(group, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

/** Returns whether the group is there. */
function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, name);
  } catch {
    return false;
  }
}
