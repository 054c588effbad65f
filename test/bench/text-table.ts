import { tablesOf, type BenchmarkResult } from './benchmark';

const header = ['benchmark', 'who', 'median', 'unit', 'ours / theirs', 'setting', 'compile s', 'peak MB'];

/** All medians, one contestant a line; below them what else there is to say. */
export function textTable(results: readonly BenchmarkResult[]): string {
  const rows = results.flatMap(({ name, unit, ours, peers, costs }) =>
    Object.entries({ ours, ...peers }).map(([who, time], i) => {
      const { setting = '', compileSeconds, peakMegabytes } = costs[who] ?? {};
      const ratio = i === 0 ? '' : (ours / time).toFixed(2);
      const cost = [compileSeconds?.toFixed(2) ?? '', peakMegabytes?.toFixed(0) ?? ''];
      return [i === 0 ? name : '', who, time.toPrecision(3), unit, ratio, setting, ...cost];
    }),
  );
  const others = tablesOf(results).flatMap(({ title, header, rows }) => ['', ...aligned([[title, ...header], ...rows])]);
  return [...aligned([header, ...rows]), ...others, '', ...new Set(results.map(({ note }) => note))].join('\n');
}

function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd());
}
