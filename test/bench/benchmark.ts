import { setTimeout } from 'node:timers/promises';

/** One of those who do the same work. Each run returns its own time, in the benchmark's unit. */
export interface Contestant {
  run(): Promise<number>;
  /** What its times cost besides, once it has run. */
  costs?(): Costs;
}

export interface Costs {
  /** The setting that it runs with, where there is a choice. */
  readonly setting: string;
  /** Seconds that its first call took more than the later ones. */
  readonly compileSeconds: number;
  /** Peak resident set of its process; unknown where the system does not tell. */
  readonly peakMegabytes?: number;
}

/** Ours and the peers, ready to run in turn. */
export interface Contest {
  readonly ours: Contestant;
  readonly peers: Readonly<Record<string, Contestant>>;
  /** What a reader must know to judge the times: sizes, versions, threads. */
  readonly note: string;
  /** What was found out besides the times, which are given as medians, 'ours' among them. */
  tables?(medians: Readonly<Record<string, number>>): readonly Table[];
  dispose?(): Promise<void>;
}

/** Figures of one kind. Benchmarks may share a table: the rows of those with the same title stand in one. */
export interface Table {
  /** Stands above the rows' names. */
  readonly title: string;
  readonly header: readonly string[];
  /** A name and the cells below the header. */
  readonly rows: readonly (readonly string[])[];
}

export interface Benchmark {
  readonly name: string;
  readonly unit: string;
  /** How often each contestant runs. */
  readonly rounds: number;
  /** How often it runs before. */
  readonly warmUps: number;
  prepare(options: PrepareOptions): Promise<Contest>;
}

export interface PrepareOptions {
  /** For a look at whether all runs: less is measured. */
  readonly quick: boolean;
}

/** Benchmarks that share what is costly to make. */
export interface Suite {
  readonly benchmarks: readonly Benchmark[];
  dispose(): Promise<void>;
}

/** Medians of the times, in the benchmark's unit. */
export interface BenchmarkResult {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly peers: Readonly<Record<string, number>>;
  readonly note: string;
  /** By contestant, 'ours' among them. */
  readonly costs: Readonly<Record<string, Costs>>;
  readonly tables: readonly Table[];
}

/** A library's idle threads spin for some milliseconds after their work, which would be taken from the next contestant. */
const pauseMilliseconds = 100;

/** Runs all contestants in turn, round after round, so that what else the machine does strikes all of them alike. */
export async function measure(benchmark: Benchmark, { quick }: PrepareOptions): Promise<BenchmarkResult> {
  const contest = await benchmark.prepare({ quick });
  try {
    const contestants = Object.entries({ ours: contest.ours, ...contest.peers });
    const rounds = quick ? Math.min(2, benchmark.rounds) : benchmark.rounds;
    const times = new Map(contestants.map(([name]) => [name, [] as number[]]));
    for (let round = -benchmark.warmUps; round < rounds; round++) {
      for (const [name, contestant] of contestants) {
        await setTimeout(pauseMilliseconds);
        const time = await contestant.run();
        if (round >= 0) times.get(name)!.push(time);
      }
    }
    const medians = Object.fromEntries([...times].map(([name, all]) => [name, median(all)]));
    const { ours, ...peers } = medians;
    const costs = contestants.flatMap(([name, contestant]) => (contestant.costs ? [[name, contestant.costs()]] : []));
    const { name, unit } = benchmark;
    const tables = contest.tables?.(medians) ?? [];
    return { name, unit, ours: ours!, peers, note: contest.note, costs: Object.fromEntries(costs), tables };
  } finally {
    await contest.dispose?.();
  }
}

/** The tables of all results, those of one title joined. */
export function tablesOf(results: readonly BenchmarkResult[]): Table[] {
  const byTitle = new Map<string, Table>();
  for (const table of results.flatMap(({ tables }) => tables)) {
    const rows = [...(byTitle.get(table.title)?.rows ?? []), ...table.rows];
    byTitle.set(table.title, { ...table, rows });
  }
  return [...byTitle.values()];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
