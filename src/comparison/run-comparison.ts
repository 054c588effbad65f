import type { ComparisonData } from './examples';
import type { ComparisonGrid, NetworkGrid } from './grid';
import { measure, type ModelMeasures } from './measure';
import { gradientDescentRate, methods, type ComparisonMethod } from './methods';
import { comparisonNetworks, type ComparisonNetworkName } from './networks';
import { RecordLog, recordId } from './record-log';
import { trainedStart, type Start } from './starts';
import { timed, type TrainingRecipe } from './training';

/** What tells one result from all others: two with the same key are of the same trainings. */
export type ComparisonKey = {
  readonly network: ComparisonNetworkName;
  /** 'dense' is the trained net itself. */
  readonly method: ComparisonMethod | 'dense';
  /** Parameters at most; `null` for the trained net. */
  readonly budget: number | null;
  readonly seed: number;
  readonly trainImages: number;
  readonly testImages: number;
  readonly start: string;
  readonly further: string | null;
};

const keyNames: readonly (keyof ComparisonKey)[] = ['network', 'method', 'budget', 'seed', 'trainImages', 'testImages', 'start', 'further'];

/** What a run gives, and took: of a method from the trained net on, `null` where a training was broken off and went on later. */
export interface ComparisonResult extends ModelMeasures {
  readonly seconds: number | null;
  readonly coreSeconds: number | null;
}

/** A line of the file. */
export type ComparisonRecord = ComparisonKey & ComparisonResult;

/** Where a comparison keeps its results, and whom it tells. */
export interface ComparisonOptions {
  /** The file of JSON lines: what it holds is not run again. */
  readonly file: string;
  /** The folder for the trained nets. */
  readonly starts: string;
  /** Called before each run, and after the last one with no `next`. */
  readonly onProgress?: (progress: ComparisonProgress) => void;
  readonly signal?: AbortSignal;
}

/** How far a comparison is. */
export interface ComparisonProgress {
  readonly done: number;
  readonly total: number;
  readonly last?: ComparisonRecord;
  readonly next?: ComparisonKey;
}

/** The records of a file that belong to a grid, in the grid's order, and how many are missing. */
export async function readComparison(
  grid: ComparisonGrid,
  data: ComparisonData,
  file: string,
): Promise<{ readonly records: readonly ComparisonRecord[]; readonly missing: number }> {
  const log = await RecordLog.open<ComparisonKey, ComparisonResult>(file, keyNames);
  const runs = runsOf(grid, data);
  const records = runs.flatMap(({ key }) => log.get(key) ?? []);
  return { records, missing: runs.length - records.length };
}

/**
 * Runs what a grid has and the file has not, one after the other, all methods for one seed before the next seed, and adds each result to
 * the file as soon as it is there. So it can be ended at any time, and goes on where it was when it is called again.
 *
 * @returns the records of the whole grid
 * @throws the signal's reason if it is aborted; RangeError if a line of the file is no record or a budget is too small
 */
export async function runComparison(grid: ComparisonGrid, data: ComparisonData, options: ComparisonOptions): Promise<readonly ComparisonRecord[]> {
  const { file, onProgress, signal } = options;
  const log = await RecordLog.open<ComparisonKey, ComparisonResult>(file, keyNames);
  const runs = runsOf(grid, data);
  const open = runs.filter(({ key }) => log.get(key) === undefined);
  const starts = new CurrentStart(data, options);
  let last: ComparisonRecord | undefined;
  try {
    for (const [at, run] of open.entries()) {
      onProgress?.({ done: runs.length - open.length + at, total: runs.length, last, next: run.key });
      signal?.throwIfAborted();
      last = { ...run.key, ...await result(run, await starts.of(run), data, signal) };
      await log.add(last);
    }
    onProgress?.({ done: runs.length, total: runs.length, last });
  } finally {
    starts.dispose();
  }
  return runs.map(({ key }) => log.get(key)!);
}

interface Run {
  readonly grid: NetworkGrid;
  readonly key: ComparisonKey;
}

function runsOf(grid: ComparisonGrid, { train, test }: ComparisonData): Run[] {
  const seeds = [...new Set(grid.flatMap((each) => each.seeds))];
  const runs = seeds.flatMap((seed) => grid.filter((each) => each.seeds.includes(seed)).flatMap((each) => {
    const shared = { network: each.network, seed, trainImages: train.x.shape[0], testImages: test.x.shape[0], start: described(each.start) };
    const dense: ComparisonKey = { ...shared, method: 'dense', budget: null, further: null };
    const small = each.budgets.flatMap((budget) => each.methods.map((method): ComparisonKey => {
      return { ...shared, method, budget, further: furtherTraining(method, each.further) };
    }));
    return [dense, ...small].map((key) => ({ grid: each, key }));
  }));
  // A network that stands in the grid twice has its dense net once.
  return [...new Map(runs.map((run) => [recordId(run.key, keyNames), run])).values()];
}

function furtherTraining(method: ComparisonMethod, recipe: TrainingRecipe): string | null {
  if (method === 'SVD' || method === 'library') return null;
  if (method !== 'DLRT') return described(recipe);
  return `${recipe.epochs} epochs of batches of ${recipe.batchSize}, gradient descent, ${gradientDescentRate} falling to 0`;
}

function described({ epochs, batchSize, learningRate = 0.001 }: TrainingRecipe): string {
  return `${epochs} epochs of batches of ${batchSize}, Adam, ${learningRate} falling to 0`;
}

async function result({ grid, key }: Run, start: Start, { train: examples, test }: ComparisonData, signal?: AbortSignal): Promise<ComparisonResult> {
  const { method, budget, seed } = key;
  if (method === 'dense') {
    return { ...await measure(start.model, start.model, test), ...(start.duration ?? { seconds: null, coreSeconds: null }) };
  }
  const task = { network: comparisonNetworks[grid.network], start: start.model, examples, maxParameters: budget!, recipe: grid.further, seed, signal };
  const { result: model, seconds, coreSeconds } = await timed(() => methods[method](task));
  try {
    return { ...await measure(model, start.model, test), seconds, coreSeconds };
  } finally {
    model.dispose();
  }
}

/** The trained net of the runs at hand. */
class CurrentStart {
  readonly #data: ComparisonData;
  readonly #options: ComparisonOptions;
  #name: string | undefined;
  #start: Start | undefined;

  constructor(data: ComparisonData, options: ComparisonOptions) {
    this.#data = data;
    this.#options = options;
  }

  async of({ grid, key: { network, seed } }: Run): Promise<Start> {
    const name = `${network} ${seed}`;
    if (name !== this.#name) {
      this.dispose();
      const { starts: folder, signal } = this.#options;
      this.#start = await trainedStart(comparisonNetworks[network], this.#data.train, grid.start, { seed, folder, signal });
      this.#name = name;
    }
    return this.#start!;
  }

  dispose(): void {
    this.#start?.model.dispose();
    this.#start = undefined;
    this.#name = undefined;
  }
}
