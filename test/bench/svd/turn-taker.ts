import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../support/project';
import { PeerProcess } from '../peer-process';
import { peerPython } from '../python-environment';

/** A program of this folder, ours or one in Python, that answers requests as peer.py says. */
export class TurnTaker {
  readonly #process: PeerProcess;
  version = '';

  /** @param program ends in .py or .js */
  constructor(program: string, ...args: string[]) {
    this.#process = program.endsWith('.py')
      ? new PeerProcess(python(), [pythonProgram(program), ...args], pythonEnvironment)
      : new PeerProcess(process.execPath, [join(__dirname, program), ...args]);
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

/** Runs a Python program of this folder to its end. */
export function runPython(program: string, ...args: string[]): void {
  const env = { ...process.env, ...pythonEnvironment };
  execFileSync(python(), [pythonProgram(program), ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

const pythonEnvironment = { PYTHONDONTWRITEBYTECODE: '1' };

function python(): string {
  return peerPython('svd', 'svd/requirements.txt');
}

function pythonProgram(name: string): string {
  return join(projectRoot, 'test/bench/svd', name);
}
