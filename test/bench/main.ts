import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measure, type Benchmark, type BenchmarkResult, type Suite } from './benchmark';
import { compiledSuites } from './compiled/suite';
import { svdParameterised } from './compiled/svd-parameterised';
import { assignments } from './compression/assignments';
import { compression } from './compression/compress';
import { compressionAware } from './compression/compression-aware';
import { kernelStart } from './kernel-start';
import { MarkdownFile, markdownEnd, markdownStart } from './markdown';
import { svdFineTuning } from './svd/fine-tuning';
import { truncatedSvd } from './svd/truncated-svd';
import { textTable } from './text-table';
import { twoLayer } from './two-layer';

const usage = `npm run bench -- [name…] [--batch B] [--peer NAME]… [--quick] [--json FILE] [--markdown FILE]

name             benchmarks whose names begin with these words: two-layer, compiled, 'compiled 784-100-50-10', svd-fine-tuning,
                 svd-parameterised, truncated-svd, compression-aware, compress, assignments, kernel-start; all unless told
--batch B        only those whose names end in 'batch B'
--peer NAME      only this peer of 'compiled'; may be repeated
--quick          two rounds at most, and shorter trainings
--json FILE      writes the medians to FILE
--markdown FILE  puts them into FILE as tables, each group's between two lines, those of 'compiled' between
                 ${markdownStart('compiled')} and ${markdownEnd}`;

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      batch: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      peer: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(usage);
  const selection = selected(positionals, values);
  const names = selection.flatMap(({ benchmarks }) => benchmarks.map(({ name }) => name));
  const markdown = values.markdown === undefined ? undefined : new MarkdownFile(values.markdown, names);
  const { results, failures } = await run(selection, values.quick);
  if (results.length > 0) console.log(textTable(results));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results.map(published), null, 2)}\n`);
  if (failures.length > 0) throw new Error(`${failures.length} of the benchmarks failed:\n${failures.join('\n')}`);
  markdown?.insert(results);
}

type Selection = readonly { readonly suite: Suite; readonly benchmarks: readonly Benchmark[] }[];

function selected(prefixes: readonly string[], { batch, peer }: { batch?: string; peer?: string[] }): Selection {
  const suites: readonly Suite[] = [
    twoLayer,
    ...compiledSuites({ peers: peer }),
    svdFineTuning,
    ...svdParameterised,
    truncatedSvd,
    compressionAware,
    compression,
    assignments,
    kernelStart,
  ];
  const names = suites.flatMap(({ benchmarks }) => benchmarks.map(({ name }) => name));
  const unknown = prefixes.find((prefix) => !names.some((name) => beginsWith(name, prefix)));
  if (unknown !== undefined) throw new RangeError(`no benchmark's name begins with the words '${unknown}'; there are: ${names.join(', ')}`);
  const isSelected = ({ name }: Benchmark) =>
    (prefixes.length === 0 || prefixes.some((prefix) => beginsWith(name, prefix))) &&
    (batch === undefined || name.endsWith(` batch ${batch}`));
  const selection = suites.map((suite) => ({ suite, benchmarks: suite.benchmarks.filter(isSelected) }));
  if (selection.every(({ benchmarks }) => benchmarks.length === 0)) {
    throw new RangeError(`none of these benchmarks has batch ${batch}; there are: ${names.join(', ')}`);
  }
  return selection.filter(({ benchmarks }) => benchmarks.length > 0);
}

/** With whole words, so that 'compress' is not 'compression-aware'. */
function beginsWith(name: string, words: string): boolean {
  return `${name} `.startsWith(`${words} `);
}

/** Measures one benchmark after the other; one that fails does not keep the others from being measured. */
async function run(selection: Selection, quick: boolean): Promise<{ results: BenchmarkResult[]; failures: string[] }> {
  const results: BenchmarkResult[] = [];
  const failures: string[] = [];
  for (const { suite, benchmarks } of selection) {
    try {
      for (const benchmark of benchmarks) {
        console.error(benchmark.name);
        try {
          results.push(await measure(benchmark, { quick }));
        } catch (error) {
          failures.push(`${benchmark.name}: ${error instanceof Error ? error.message : error}`);
          console.error(failures.at(-1));
        }
      }
    } finally {
      await suite.dispose();
    }
  }
  return { results, failures };
}

function published({ name, unit, ours, peers, note, costs, tables }: BenchmarkResult) {
  const each = Object.entries(costs).map(([who, { setting, compileSeconds, peakMegabytes }]) => {
    const memory = peakMegabytes === undefined ? '' : `, ${peakMegabytes.toFixed(0)} MB at most`;
    return `${who}: ${setting}, compiled in ${compileSeconds.toFixed(2)} s${memory}`;
  });
  const rows = tables.flatMap(({ title, header, rows }) =>
    rows.map(([row, ...cells]) => `${title} ${row}: ${cells.map((cell, i) => `${header[i]} ${cell}`).join(', ')}`),
  );
  return { name, unit, ours, peers, note: [note, ...each, ...rows].join('; ') };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
