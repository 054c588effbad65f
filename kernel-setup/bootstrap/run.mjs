import { spawn } from 'node:child_process';
import { CommandFailed } from './errors.mjs';

const graceMilliseconds = 10_000;
const keptCharacters = 20_000;

/** Commands run in process groups of their own, so that all that they start can be stopped. @type {Set<number>} */
const groups = new Set();
process.on('exit', () => {
  for (const group of groups) kill(group, 'SIGKILL');
});

/**
 * Runs a command and returns what it printed on its standard output.
 * @param {{ signal: AbortSignal, env: NodeJS.ProcessEnv }} context
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} [options]
 * @returns {Promise<string>}
 * @throws {CommandFailed} if it cannot be started or ends with an error
 */
export async function run(context, command, args, { cwd, env = context.env, onLine } = {}) {
  context.signal.throwIfAborted();
  let output = '';
  let both = '';
  let partial = '';
  const child = start(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    output += text;
    both = (both + text).slice(-keptCharacters);
    const lines = (partial + text).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) onLine?.(line);
  });
  child.stderr?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    both = (both + text).slice(-keptCharacters);
  });
  const how = await ended(child, context.signal);
  if (how !== undefined) throw new CommandFailed([command, ...args].join(' '), how, both.trim());
  return output;
}

/**
 * Runs a command whose output is the user's own, until it ends or the signal is aborted; then it is asked to end.
 * @param {{ signal: AbortSignal, env: NodeJS.ProcessEnv }} context
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit status
 */
export async function runForeground(context, command, args, { cwd, env = context.env } = {}) {
  context.signal.throwIfAborted();
  const child = start(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const how = await ended(child, context.signal);
  return how === undefined ? 0 : (child.exitCode ?? 1);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
function start(command, args, options) {
  const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' });
  if (child.pid !== undefined) groups.add(child.pid);
  return child;
}

/**
 * Waits for the end; `undefined` if it was a good one, else how it ended.
 * @param {import('node:child_process').ChildProcess} child
 * @param {AbortSignal} signal
 * @returns {Promise<string | undefined>}
 */
function ended(child, signal) {
  return new Promise((resolve, reject) => {
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const stop = () => {
      if (child.pid === undefined) return;
      const group = child.pid;
      kill(group, 'SIGTERM');
      timer = setTimeout(() => kill(group, 'SIGKILL'), graceMilliseconds);
    };
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      if (child.pid !== undefined) {
        // What it left running would otherwise outlive us.
        kill(child.pid, 'SIGKILL');
        groups.delete(child.pid);
      }
    };
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    child.on('error', (error) => {
      settle();
      resolve(`cannot be started (${/** @type {NodeJS.ErrnoException} */ (error).code ?? error.message})`);
    });
    child.on('close', (code, killed) => {
      settle();
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) resolve(undefined);
      else resolve(killed ? `was ended by ${killed}` : `ended with status ${code}`);
    });
  });
}

/**
 * @param {number} group
 * @param {NodeJS.Signals} signal
 */
function kill(group, signal) {
  try {
    process.kill(process.platform === 'win32' ? group : -group, signal);
  } catch {
    // It has ended already.
  }
}
