import type { Benchmark, Contest, PrepareOptions, Suite } from '../benchmark';

/** All contestants of a suite and the data that they share. */
export interface Field {
  ready(): Promise<void>;
  dispose(): Promise<void>;
}

/** A benchmark between the contestants of a field. */
export interface FieldBenchmark<F> extends Omit<Benchmark, 'prepare'> {
  contest(field: F, options: PrepareOptions): Promise<Contest>;
}

/** Benchmarks between the same contestants, which are started for the first of them and end with the suite. */
export class FieldSuite<F extends Field> implements Suite {
  readonly benchmarks: readonly Benchmark[];
  #field: Promise<F> | undefined;

  constructor(make: () => Promise<F>, benchmarks: readonly FieldBenchmark<F>[]) {
    this.benchmarks = benchmarks.map(({ contest, ...benchmark }) => ({
      ...benchmark,
      prepare: async (options) => contest(await (this.#field ??= started(make)), options),
    }));
  }

  async dispose(): Promise<void> {
    await (await this.#field?.catch(() => undefined))?.dispose();
  }
}

async function started<F extends Field>(make: () => Promise<F>): Promise<F> {
  const field = await make();
  try {
    await field.ready();
    return field;
  } catch (error) {
    await field.dispose();
    throw error;
  }
}
