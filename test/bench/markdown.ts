import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tablesOf, type BenchmarkResult, type Costs } from './benchmark';

export const markdownEnd = '<!-- /bench -->';

/** Above the tables of a group: the benchmarks whose names begin with this word. */
export function markdownStart(group: string): string {
  return `<!-- bench: written by \`npm run bench -- ${group} --markdown test/bench/README.md\` -->`;
}

/** A file with a pair of marks for each group, between which its tables stand. */
export class MarkdownFile {
  readonly #path: string;

  /** @throws if it cannot be read or lacks the marks of one of the groups */
  constructor(path: string, names: readonly string[]) {
    this.#path = path;
    const text = readFileSync(path, 'utf8');
    for (const group of groupsOf(names)) this.#parts(text, group);
  }

  insert(results: readonly BenchmarkResult[]): void {
    let text = readFileSync(this.#path, 'utf8');
    for (const group of groupsOf(results.map(({ name }) => name))) {
      const { before, after } = this.#parts(text, group);
      text = `${before}\n${markdownTables(results.filter(({ name }) => groupOf(name) === group))}\n${after}`;
    }
    writeFileSync(`${this.#path}.new`, text);
    renameSync(`${this.#path}.new`, this.#path);
  }

  #parts(text: string, group: string): { before: string; after: string } {
    const start = markdownStart(group);
    const from = text.indexOf(start);
    const to = text.indexOf(markdownEnd, from);
    if (from < 0 || to < 0) {
      throw new Error(`${this.#path} has no lines "${start}" and "${markdownEnd}" to put the tables between`);
    }
    return { before: text.slice(0, from + start.length), after: text.slice(to) };
  }
}

function groupsOf(names: readonly string[]): string[] {
  return [...new Set(names.map(groupOf))];
}

function groupOf(name: string): string {
  return name.split(' ')[0]!;
}

/** A row for each benchmark: the times, the quickest in bold; compile times and memory, where known; then other tables. */
function markdownTables(results: readonly BenchmarkResult[]): string {
  const who = [...new Set(results.flatMap(({ peers }) => ['ours', ...Object.keys(peers)]))];
  const times = results.map(({ name, unit, ours, peers }) => {
    const all: Record<string, number> = { ours, ...peers };
    const least = Math.min(...Object.values(all));
    return [`${name} (${unit})`, ...who.map((key) => figure(all[key], all[key] === least))];
  });
  const costs = results.map(({ name, costs }) => [name, ...who.map((key) => costText(costs[key]))]);
  const hasCosts = results.some(({ costs }) => Object.keys(costs).length > 0);
  return [
    table(['', ...who], times),
    ...(hasCosts ? [table(['compile time, peak memory', ...who], costs)] : []),
    ...tablesOf(results).map(({ title, header, rows }) => table([title, ...header], rows)),
    ...new Set(results.map(({ note }) => note)),
  ].join('\n\n');
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function figure(time: number | undefined, bold: boolean): string {
  if (time === undefined) return '–';
  const digits = time < 1000 ? String(Number(time.toPrecision(3))) : time.toFixed(0);
  return bold ? `**${digits}**` : digits;
}

function costText(costs: Costs | undefined): string {
  if (costs === undefined) return '–';
  const memory = costs.peakMegabytes === undefined ? '' : `, ${costs.peakMegabytes.toFixed(0)} MB`;
  return `${costs.compileSeconds.toFixed(2)} s${memory}`;
}
