import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../support/project';

/**
 * A temporary folder with a copy of the notebooks, beside which the library lies as in the project: what is saved, and what the
 * notebooks write, stays there. JupyterLab's own files and the browser's go there too. However the test ends, all of it is removed.
 */
export class Workplace {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'tfjs-lowrank-browser-')));
  readonly notebooks = join(this.folder, 'notebooks');
  readonly jupyter = join(this.folder, 'jupyter');
  readonly browser = join(this.folder, 'browser');
  private readonly guard: ChildProcess;

  constructor() {
    this.guard = spawn(process.execPath, [join(__dirname, 'guard.js'), this.folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    cpSync(join(projectRoot, 'notebooks'), this.notebooks, {
      recursive: true,
      filter: (path) => !/[/\\](models|\.ipynb_checkpoints)$/.test(path),
    });
    for (const name of ['src', 'node_modules', 'package.json', 'tsconfig.json']) symlinkSync(join(projectRoot, name), join(this.folder, name));
    mkdirSync(this.jupyter);
  }

  /** Tells that a process group was started, which must end with the test. */
  started(group: number): void {
    this.guard.stdin!.write(`+${group}\n`);
  }

  ended(group: number): void {
    this.guard.stdin!.write(`-${group}\n`);
  }

  /** Adds a notebook with these code cells, not yet run. */
  write(name: string, sources: readonly string[]): void {
    const cells = sources.map((source, i) => ({ cell_type: 'code', execution_count: null, id: `cell-${i}`, metadata: {}, outputs: [], source }));
    const kernelspec = { display_name: 'TypeScript (tslab)', language: 'typescript', name: 'tfjs-lowrank' };
    writeFileSync(join(this.notebooks, name), JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
  }

  async remove(): Promise<void> {
    this.guard.stdin!.end();
    if (this.guard.exitCode === null) await once(this.guard, 'exit');
  }
}
