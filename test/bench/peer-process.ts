import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const keptCharacters = 4000;

/**
 * A program that waits between steps: it writes one line of JSON when it is ready, and one for each line that it reads.
 * So peers can take turns with us without starting anew.
 */
export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #command: string;
  #errors = '';

  /** @param env variables in addition to those of this process */
  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#command = [command, ...args].join(' ');
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.#child.on('error', () => {});
    this.#child.stdin!.on('error', () => {});
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-keptCharacters);
    });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The next line of the program's answers. @throws if it has ended, with the last that it wrote on its error output. */
  async answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the peer ended without an answer (${await this.#end()}): ${this.#command}\n${this.#errors}`);
    return JSON.parse(value);
  }

  async ask(line: string): Promise<unknown> {
    this.#child.stdin!.write(`${line}\n`);
    return this.answer();
  }

  async #end(): Promise<string> {
    const child = this.#child;
    if (child.pid === undefined) return 'it could not be started';
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.signalCode ?? `exit status ${child.exitCode}`;
  }

  /** Ends the program and waits until it has gone. */
  async dispose(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return;
    const gone = once(this.#child, 'exit');
    this.#child.stdin!.end();
    await gone;
  }
}
