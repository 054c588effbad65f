/**
 * Executes notebooks from top to bottom on the real kernel and writes their outputs in place.
 *
 *     main.js [name…] [--quick] [--output-dir FOLDER]
 *
 * `--quick` sets LOWRANK_QUICK=1, by which notebooks do less, and writes nothing but into `--output-dir`.
 */
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { executeNotebook, NotebookFailure } from './execute-notebook';
import { readNotebook, writeNotebook } from './notebook';
import { Progress } from './progress';
import { selectNotebooks } from './select-notebooks';

const notebooksFolder = resolve(__dirname, '../../../notebooks');
const usage = 'usage: npm run notebooks -- [name…] [--quick] [--output-dir FOLDER]';

void main().then((code) => process.exit(code));

async function main(): Promise<number> {
  const progress = new Progress();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
  }
  let parsed;
  let files;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: { quick: { type: 'boolean' }, 'output-dir': { type: 'string' } },
    });
    files = selectNotebooks(notebooksFolder, parsed.positionals);
  } catch (error) {
    progress.say(`${(error as Error).message}\n${usage}`);
    return 2;
  }
  const { quick = false, 'output-dir': outputFolder } = parsed.values;
  const env = quick ? { ...process.env, LOWRANK_QUICK: '1' } : process.env;

  let failed = 0;
  for (const file of files) {
    const name = basename(file, '.ipynb');
    const started = performance.now();
    try {
      const executed = await executeNotebook(readNotebook(file), { file, name, env, progress, signal: stop.signal });
      const target = outputFolder ? join(resolve(outputFolder), basename(file)) : file;
      if (outputFolder || !quick) writeNotebook(target, executed);
      progress.say(`${name}: done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    } catch (error) {
      if (stop.signal.aborted) {
        progress.say(`${name}: stopped; ${file} is as it was`);
        return 130;
      }
      failed++;
      progress.say(
        error instanceof NotebookFailure ? `FAILED ${error.message}` : `FAILED ${name}: ${(error as Error).stack}`,
      );
    }
  }
  if (failed > 0) progress.say(`${failed} of ${files.length} notebooks failed`);
  return failed > 0 ? 1 : 0;
}
