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
  dispose?(): Promise<void>;
}

export interface Benchmark {
  readonly name: string;
  readonly unit: string;
  /** How often each contestant runs. */
  readonly rounds: number;
  /** How often it runs before. */
  readonly warmUps: number;
  prepare(): Promise<Contest>;
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
}

/** A library's idle threads spin for some milliseconds after their work, which would be taken from the next contestant. */
const pauseMilliseconds = 100;

/** Runs all contestants in turn, round after round, so that what else the machine does strikes all of them alike. */
export async function measure(benchmark: Benchmark, { quick }: { readonly quick: boolean }): Promise<BenchmarkResult> {
  const contest = await benchmark.prepare();
  try {
    const contestants = Object.entries({ ours: contest.ours, ...contest.peers });
    const times = new Map(contestants.map(([name]) => [name, [] as number[]]));
    for (let round = -benchmark.warmUps; round < (quick ? 2 : benchmark.rounds); round++) {
      for (const [name, contestant] of contestants) {
        await setTimeout(pauseMilliseconds);
        const time = await contestant.run();
        if (round >= 0) times.get(name)!.push(time);
      }
    }
    const { ours, ...peers } = Object.fromEntries([...times].map(([name, all]) => [name, median(all)]));
    const costs = contestants.flatMap(([name, contestant]) => (contestant.costs ? [[name, contestant.costs()]] : []));
    const { name, unit } = benchmark;
    return { name, unit, ours: ours!, peers, note: contest.note, costs: Object.fromEntries(costs) };
  } finally {
    await contest.dispose?.();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
