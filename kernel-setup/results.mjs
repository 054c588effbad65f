// `npm run results`: writes README's table of results from notebooks/results/*.json; with --check it only compares.
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * One row that a notebook's last cell has written: a figure of the assignment beside ours.
 * @typedef {{ quantity: string, unit: string, assignment: number | null, goal: number | string | null,
 *             ours: number, seeds: number }} Result
 */

const start = '<!-- results: written by `npm run results` -->';
const end = '<!-- /results -->';

/** @param {number | string | null} value */
function figure(value) {
  if (value === null) return '–';
  if (typeof value === 'string') return value;
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  return Math.abs(value) < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(6)));
}

/**
 * The table as Markdown, one row for each result.
 * @param {{ notebook: string, results: Result[] }[]} files
 */
export function resultsTable(files) {
  const rows = files.flatMap(({ notebook, results }) =>
    results.map(({ quantity, unit, assignment, goal, ours, seeds }, i) => [
      i === 0 ? `[${notebook}](notebooks/${notebook}.ipynb)` : '',
      unit ? `${quantity} (${unit})` : quantity,
      figure(assignment),
      figure(goal),
      `**${figure(ours)}**`,
      String(seeds),
    ]));
  const header = ['notebook', 'quantity', 'assignment', 'goal', 'ours', 'seeds'];
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * README with its table replaced.
 * @param {string} readme
 * @param {string} table
 */
export function withTable(readme, table) {
  const from = readme.indexOf(start);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md has no lines "${start}" and "${end}" to put the table between`);
  return `${readme.slice(0, from + start.length)}\n${table}\n${readme.slice(to)}`;
}

/** @param {string} folder @returns {{ notebook: string, results: Result[] }[]} */
export function readResults(folder) {
  return readdirSync(folder).filter((name) => name.endsWith('.json')).sort().map((name) => ({
    notebook: basename(name, '.json'),
    results: JSON.parse(readFileSync(join(folder, name), 'utf8')),
  }));
}

function main() {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const path = join(root, 'README.md');
  const before = readFileSync(path, 'utf8');
  const after = withTable(before, resultsTable(readResults(join(root, 'notebooks', 'results'))));
  if (after === before) return console.log('README.md: the table of results is up to date');
  if (process.argv.includes('--check')) {
    console.error('README.md: the table of results is out of date; run `npm run results`');
    process.exitCode = 1;
    return;
  }
  writeFileSync(`${path}.new`, after);
  renameSync(`${path}.new`, path);
  console.log('README.md: the table of results was rewritten');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
