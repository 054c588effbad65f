/** A failure that the user can do something about: its message says what was wrong and what to do, without a stack. */
export class SetupError extends Error {
  name = 'SetupError';
}

/** The user stopped the set-up. */
export class Interrupted extends Error {
  name = 'Interrupted';
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

/** A command ended with an error; `output` is the end of what it printed. */
export class CommandFailed extends Error {
  name = 'CommandFailed';
  /**
   * @param {string} command
   * @param {string} how
   * @param {string} output
   */
  constructor(command, how, output) {
    super(`\`${command}\` ${how}${output ? `:\n${output}` : ''}`);
    this.output = output;
  }
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
