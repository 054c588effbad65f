import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../support/project';
import { PeerProcess } from '../peer-process';
import { peerPython } from '../python-environment';

export interface ProgramOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Of Node, for a program of ours. */
  readonly flags?: readonly string[];
}

/** Starts a contestant: a program of ours (.js) or one in Python (.py), by its path from test/bench. */
export function startProgram(program: string, args: readonly string[], { env = {}, flags = [] }: ProgramOptions = {}): PeerProcess {
  return program.endsWith('.py')
    ? new PeerProcess(python(), [pythonProgram(program), ...args], { ...pythonEnvironment, ...env })
    : new PeerProcess(process.execPath, [...flags, join(__dirname, '..', program), ...args], env);
}

/** Runs a Python program to its end. */
export function runPython(program: string, ...args: string[]): void {
  const env = { ...process.env, ...pythonEnvironment };
  execFileSync(python(), [pythonProgram(program), ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** So that they can import what is in this folder. */
const pythonEnvironment = { PYTHONPATH: pythonProgram('shared'), PYTHONDONTWRITEBYTECODE: '1' };

function python(): string {
  return peerPython('peers', 'shared/requirements.txt');
}

function pythonProgram(name: string): string {
  return join(projectRoot, 'test/bench', name);
}
