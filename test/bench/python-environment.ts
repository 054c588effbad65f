import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/project';

/**
 * The Python of an environment that holds exactly the pinned packages of `requirements`, a file below test/bench; made on
 * first use and when the pins change.
 */
export function peerPython(name: string, requirements: string): string {
  const folder = join(projectRoot, '.venv-bench', name);
  const stamp = join(folder, 'installed-requirements.txt');
  const python = join(folder, 'bin/python');
  const file = join(projectRoot, 'test/bench', requirements);
  const wanted = readFileSync(file, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  console.error(`Making the peers' Python environment in ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  run(process.env.PYTHON ?? 'python3', ['-m', 'venv', folder]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:', '-r', file]);
  writeFileSync(stamp, wanted);
  return python;
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined || status !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? `exit status ${status}`}`);
  }
}
