import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** @typedef {{ pid: number, host: string, started: string }} Holder */

const pollMilliseconds = 200;
const heartbeatMilliseconds = 5_000;
const silentMilliseconds = 60_000;

/**
 * Does something while no other process, which locks the same file, does.
 *
 * A lock whose process is gone is taken over: on this machine that is seen at once; on another one that shares the
 * folder, when it has not been renewed for a minute.
 * @template T
 * @param {{ say: (line: string) => void, signal: AbortSignal }} context
 * @param {string} path the lock's file
 * @param {() => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function withLock({ say, signal }, path, action) {
  await mkdir(dirname(path), { recursive: true });
  let told = false;
  while (!(await acquire(path))) {
    signal.throwIfAborted();
    if (await takeOver(path)) continue;
    if (!told) {
      const holder = await readHolder(path);
      if (holder) {
        say(`Another set-up is at work (process ${holder.pid}); waiting for it to end.`);
        told = true;
      }
    }
    await wait(pollMilliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, heartbeatMilliseconds);
  try {
    return await action();
  } finally {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  }
}

/** @param {string} path */
async function acquire(path) {
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) }));
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a lock that nobody holds any more. A second lock makes sure that what is removed is what was judged.
 * @param {string} path
 */
async function takeOver(path) {
  if (!(await isAbandoned(path))) return false;
  const guard = `${path}.takeover`;
  if (!(await acquire(guard))) {
    if (await isAbandoned(guard)) await rm(guard, { force: true });
    return false;
  }
  try {
    if (!(await isAbandoned(path))) return false;
    await rm(path, { force: true });
    return true;
  } finally {
    await rm(guard, { force: true });
  }
}

/** @param {string} path */
async function isAbandoned(path) {
  const holder = await readHolder(path);
  if (holder?.host === hostname()) return startOf(holder.pid) !== holder.started;
  const renewed = await stat(path).catch(() => undefined);
  return renewed !== undefined && Date.now() - renewed.mtimeMs > silentMilliseconds;
}

/**
 * Undefined between a lock's creation and its first line, and when it is gone.
 * @param {string} path
 * @returns {Promise<Holder | undefined>}
 */
async function readHolder(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Tells two processes that had the same id apart, where the system says when a process began; '' if there is none.
 * @param {number} pid
 */
function startOf(pid) {
  try {
    // The 22nd field; the second one, the program's name in brackets, may hold spaces.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ')[19];
  } catch {
    if (process.platform === 'linux') return '';
  }
  try {
    process.kill(pid, 0);
    return 'running';
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM' ? 'running' : '';
  }
}
