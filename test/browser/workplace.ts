import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../support/project';

/**
 * A temporary folder with a copy of the notebooks, beside which the library lies as in the project: what is saved, and what the
 * notebooks write, stays there. JupyterLab's own files and the browser's go there too.
 */
export class Workplace {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'tfjs-lowrank-browser-')));
  readonly notebooks = join(this.folder, 'notebooks');
  readonly jupyter = join(this.folder, 'jupyter');
  readonly browser = join(this.folder, 'browser');

  constructor() {
    cpSync(join(projectRoot, 'notebooks'), this.notebooks, {
      recursive: true,
      filter: (path) => !/[/\\](models|\.ipynb_checkpoints)$/.test(path),
    });
    for (const name of ['src', 'node_modules', 'package.json', 'tsconfig.json']) symlinkSync(join(projectRoot, name), join(this.folder, name));
    mkdirSync(this.jupyter);
    process.once('exit', this.remove);
  }

  /** Adds a notebook with these code cells, not yet run. */
  write(name: string, sources: readonly string[]): void {
    const cells = sources.map((source, i) => ({ cell_type: 'code', execution_count: null, id: `cell-${i}`, metadata: {}, outputs: [], source }));
    const kernelspec = { display_name: 'TypeScript (tslab)', language: 'typescript', name: 'tfjs-lowrank' };
    writeFileSync(join(this.notebooks, name), JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
  }

  readonly remove = (): void => {
    process.removeListener('exit', this.remove);
    rmSync(this.folder, { recursive: true, force: true });
  };
}
