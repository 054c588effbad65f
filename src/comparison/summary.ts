import type { StoredAs } from './measure';
import type { ComparisonRecord } from './run-comparison';

/** What a method reached with one budget, over the seeds. */
export interface ComparisonPoint extends Pick<ComparisonRecord, 'network' | 'method' | 'budget'> {
  readonly storedAs: StoredAs;
  readonly seeds: number;
  /** Share of the test images, the mean over the seeds. */
  readonly accuracy: number;
  /** Its sample standard deviation; 0 for one seed. */
  readonly deviation: number;
  /** Means over the seeds, as in `ModelMeasures`. */
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly bytes: number;
  readonly inference: number;
  readonly startInference: number;
  /** As in `ComparisonResult`, the mean; `null` where one is not known. */
  readonly coreSeconds: number | null;
}

/** One point for each network, method and budget, in the order of the records; as it is stored. */
export function summarize(records: readonly ComparisonRecord[], storedAs: StoredAs = 'float32'): ComparisonPoint[] {
  const groups = new Map<string, ComparisonRecord[]>();
  for (const record of records) {
    const id = JSON.stringify([record.network, record.method, record.budget]);
    groups.set(id, [...(groups.get(id) ?? []), record]);
  }
  return [...groups.values()].map((group) => {
    const of = (value: (record: ComparisonRecord) => number) => mean(group.map(value));
    const accuracies = group.map(({ files }) => files[storedAs].accuracy);
    const { network, method, budget } = group[0]!;
    return {
      network,
      method,
      budget,
      storedAs,
      seeds: group.length,
      accuracy: mean(accuracies),
      deviation: deviation(accuracies),
      parameters: of(({ parameters }) => parameters),
      multiplyAdds: of(({ multiplyAdds }) => multiplyAdds),
      bytes: of(({ files }) => files[storedAs].bytes),
      inference: of(({ inference }) => inference),
      startInference: of(({ startInference }) => startInference),
      coreSeconds: group.some(({ coreSeconds }) => coreSeconds === null) ? null : of(({ coreSeconds }) => coreSeconds!),
    };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}
