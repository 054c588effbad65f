import { createContext } from './context.mjs';
import { Interrupted, SetupError } from './errors.mjs';
import { interruptSignal, statusOf } from './interrupt.mjs';

/**
 * Runs one of the project's commands: gives it the context of this checkout and machine, and turns what it returns
 * or throws into the process's exit status.
 * @param {(context: import('./context.mjs').Context, args: string[]) => Promise<number>} command
 */
export async function runCommand(command) {
  const context = createContext({ signal: interruptSignal() });
  try {
    process.exitCode = await command(context, process.argv.slice(2));
  } catch (error) {
    const reason = context.signal.aborted ? context.signal.reason : error;
    if (reason instanceof Interrupted) {
      console.error('Stopped.');
      process.exitCode = statusOf(reason.signal);
    } else if (reason instanceof SetupError) {
      console.error(reason.message);
      process.exitCode = 1;
    } else {
      throw reason;
    }
  }
}
