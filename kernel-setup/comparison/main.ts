/**
 * Runs what the comparison of notebook 6 lacks, result by result, and can be ended at any time: the next call goes on.
 *
 *     main.js [network…] [--seeds N] [--file FILE] [--starts FOLDER]
 *
 * Networks by any part of their names; `--seeds` only the first so many of each. The trained nets are kept in `--starts`, by default
 * notebooks/models/comparison.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  comparisonData, comparisonGrid, loadBackend, loadMnist, runComparison, type ComparisonGrid, type ComparisonProgress,
} from '../../src';
import { ProgressLines } from './progress-lines';

const notebooks = resolve(__dirname, '../../../notebooks');
const usage = 'usage: npm run comparison -- [network…] [--seeds N] [--file FILE] [--starts FOLDER]';

void main().then((code) => process.exit(code));

async function main(): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
  }
  let options;
  try {
    options = parsedOptions();
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    return 2;
  }
  const backend = await loadBackend();
  console.log(`TensorFlow.js on ${backend.name}${backend.tensorflow ? `, TensorFlow ${backend.tensorflow}` : ''}`);
  const mnist = await loadMnist();
  if (mnist.banner) {
    console.error(`${mnist.banner} The comparison takes the real MNIST: set MNIST_DIR to a folder with its files, or go online.`);
    return 1;
  }
  const lines = new ProgressLines((text) => console.log(text));
  try {
    const { grid, file, starts } = options;
    const onProgress = (progress: ComparisonProgress) => lines.report(progress);
    await runComparison(grid, comparisonData(mnist), { file, starts, onProgress, signal: stop.signal });
    return 0;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.log(`Stopped; ${options.file} has all that was finished, and the next call goes on from there.`);
    return 130;
  }
}

function parsedOptions(): { grid: ComparisonGrid; file: string; starts: string } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seeds: { type: 'string' }, file: { type: 'string' }, starts: { type: 'string' } },
  });
  const count = values.seeds === undefined ? Infinity : Number(values.seeds);
  if (!(count >= 1)) throw new RangeError(`--seeds is ${values.seeds}; it must be an integer from 1`);
  const unknown = positionals.find((word) => !comparisonGrid.some(({ network }) => network.includes(word)));
  if (unknown !== undefined) {
    throw new RangeError(`no network has '${unknown}' in its name; there are ${comparisonGrid.map(({ network }) => network).join(', ')}`);
  }
  const grid = comparisonGrid
    .filter(({ network }) => positionals.length === 0 || positionals.some((word) => network.includes(word)))
    .map((each) => ({ ...each, seeds: each.seeds.slice(0, count) }));
  return {
    grid,
    file: resolve(values.file ?? join(notebooks, 'results', '6-comparison.jsonl')),
    starts: resolve(values.starts ?? join(notebooks, 'models', 'comparison')),
  };
}
