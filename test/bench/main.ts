import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measure, type Benchmark, type BenchmarkResult } from './benchmark';
import { twoLayer } from './two-layer';

const benchmarks: readonly Benchmark[] = [twoLayer];

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
  const results: BenchmarkResult[] = [];
  for (const benchmark of selected(positionals)) results.push(await measure(benchmark));
  console.log(table(results));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
}

function selected(names: readonly string[]): readonly Benchmark[] {
  const known = benchmarks.map((benchmark) => benchmark.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RangeError(`there is no benchmark '${unknown}'; there are: ${known.join(', ')}`);
  return names.length === 0 ? benchmarks : benchmarks.filter(({ name }) => names.includes(name));
}

function table(results: readonly BenchmarkResult[]): string {
  const rows = results.flatMap(({ name, unit, ours, peers }) => [
    [name, 'ours', significant(ours), unit, ''],
    ...Object.entries(peers).map(([peer, time]) => ['', peer, significant(time), unit, `${(ours / time).toFixed(2)}`]),
  ]);
  const lines = [['benchmark', 'who', 'median', 'unit', 'ours / theirs'], ...rows];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const text = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd());
  return [...text, '', ...results.map(({ name, note }) => `${name}: ${note}`)].join('\n');
}

const significant = (value: number): string => value.toPrecision(3);

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
