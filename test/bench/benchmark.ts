import { setTimeout } from 'node:timers/promises';

/** One of those who do the same work. Each run returns its own time, in the benchmark's unit. */
export interface Contestant {
  run(): Promise<number>;
}

/** Ours and the peers, ready to run in turn. */
export interface Contest {
  readonly ours: Contestant;
  readonly peers: Readonly<Record<string, Contestant>>;
  /** What a reader must know to judge the times: sizes, versions, threads. */
  readonly note: string;
  dispose(): Promise<void>;
}

export interface Benchmark {
  readonly name: string;
  readonly unit: string;
  /** How often each contestant runs. */
  readonly rounds: number;
  prepare(): Promise<Contest>;
}

/** Medians of the times, in the benchmark's unit. */
export interface BenchmarkResult {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly peers: Readonly<Record<string, number>>;
  readonly note: string;
}

const warmUps = 2;
/** A library's idle threads spin for some milliseconds after their work, which would be taken from the next contestant. */
const pauseMilliseconds = 100;

/** Runs all contestants in turn, round after round, so that what else the machine does strikes all of them alike. */
export async function measure(benchmark: Benchmark): Promise<BenchmarkResult> {
  const contest = await benchmark.prepare();
  try {
    const contestants = Object.entries({ ours: contest.ours, ...contest.peers });
    const times = new Map(contestants.map(([name]) => [name, [] as number[]]));
    for (let round = -warmUps; round < benchmark.rounds; round++) {
      for (const [name, contestant] of contestants) {
        await setTimeout(pauseMilliseconds);
        const time = await contestant.run();
        if (round >= 0) times.get(name)!.push(time);
      }
    }
    const { ours, ...peers } = Object.fromEntries([...times].map(([name, all]) => [name, median(all)]));
    return { name: benchmark.name, unit: benchmark.unit, ours: ours!, peers, note: contest.note };
  } finally {
    await contest.dispose();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
