/** A failure that the user can do something about: its message says what was wrong and what to do, without a stack. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/** The user stopped the set-up. */
export class Interrupted extends Error {
  /** @override */
  name = 'Interrupted';
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

/** A command failed: `how`, and in `output` the end of what it printed. */
export class CommandFailed extends Error {
  /** @override */
  name = 'CommandFailed';
  /**
   * @param {string} command
   * @param {string} how
   * @param {string} output
   */
  constructor(command, how, output) {
    super(`\`${command}\` ${how}${output ? `:\n${output}` : ''}`);
    this.how = how;
    this.output = output;
  }
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
