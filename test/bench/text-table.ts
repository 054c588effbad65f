import type { BenchmarkResult } from './benchmark';

const header = ['benchmark', 'who', 'median', 'unit', 'ours / theirs', 'setting', 'compile s', 'peak MB'];

/** All medians, one contestant a line, with the notes below. */
export function textTable(results: readonly BenchmarkResult[]): string {
  const rows = results.flatMap(({ name, unit, ours, peers, costs }) =>
    Object.entries({ ours, ...peers }).map(([who, time], i) => {
      const { setting = '', compileSeconds, peakMegabytes } = costs[who] ?? {};
      const ratio = i === 0 ? '' : (ours / time).toFixed(2);
      const cost = [compileSeconds?.toFixed(2) ?? '', peakMegabytes?.toFixed(0) ?? ''];
      return [i === 0 ? name : '', who, time.toPrecision(3), unit, ratio, setting, ...cost];
    }),
  );
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const text = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd());
  return [...text, '', ...new Set(results.map(({ note }) => note))].join('\n');
}
