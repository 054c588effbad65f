import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { BenchmarkResult, Costs } from './benchmark';

export const markdownStart = '<!-- bench: written by `npm run bench -- compiled --markdown README.md` -->';
export const markdownEnd = '<!-- /bench -->';

/** A file with two marks, between which the tables stand. */
export class MarkdownFile {
  readonly #path: string;

  /** @throws if it cannot be read or has no such marks */
  constructor(path: string) {
    this.#path = path;
    this.#parts();
  }

  insert(results: readonly BenchmarkResult[]): void {
    const { before, after } = this.#parts();
    writeFileSync(`${this.#path}.new`, `${before}\n${markdownTables(results)}\n${after}`);
    renameSync(`${this.#path}.new`, this.#path);
  }

  #parts(): { before: string; after: string } {
    const text = readFileSync(this.#path, 'utf8');
    const [from, to] = [text.indexOf(markdownStart), text.indexOf(markdownEnd)];
    if (from < 0 || to < from) {
      throw new Error(`${this.#path} has no lines "${markdownStart}" and "${markdownEnd}" to put the tables between`);
    }
    return { before: text.slice(0, from + markdownStart.length), after: text.slice(to) };
  }
}

/** Two tables, a row for each benchmark: the times, the quickest in bold; compile times and memory. */
export function markdownTables(results: readonly BenchmarkResult[]): string {
  const who = [...new Set(results.flatMap(({ peers }) => ['ours', ...Object.keys(peers)]))];
  const times = results.map(({ name, unit, ours, peers }) => {
    const all: Record<string, number> = { ours, ...peers };
    const least = Math.min(...Object.values(all));
    return [`${name} (${unit})`, ...who.map((key) => figure(all[key], all[key] === least))];
  });
  const costs = results.map(({ name, costs }) => [name, ...who.map((key) => costText(costs[key]))]);
  const notes = [...new Set(results.map(({ note }) => note))].join('\n\n');
  return [table(['', ...who], times), table(['compile time, peak memory', ...who], costs), notes].join('\n\n');
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
