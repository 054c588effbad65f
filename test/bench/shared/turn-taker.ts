import type { PeerProcess } from '../peer-process';
import { startProgram } from './programs';

/** A program, ours or one in Python, that answers requests as turns.py says. */
export class TurnTaker {
  readonly #process: PeerProcess;
  version = '';

  /** @param program its path from test/bench; ends in .py or .js */
  constructor(program: string, ...args: string[]) {
    this.#process = startProgram(program, args);
  }

  async ready(): Promise<void> {
    ({ version: this.version } = (await this.#process.answer()) as { version: string });
  }

  async ask<Answer>(request: object): Promise<Answer> {
    return (await this.#process.ask(JSON.stringify(request))) as Answer;
  }

  dispose(): Promise<void> {
    return this.#process.dispose();
  }
}
