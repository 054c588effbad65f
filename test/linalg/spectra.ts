import { recomposed, uniform } from './matrices';

/** A matrix, row-major, with these singular values and random singular vectors. */
export function withSpectrum(values: readonly number[], rows: number, columns: number, seed = 1): Float64Array {
  const k = values.length;
  return recomposed(orthonormalColumns(seed, rows, k), values, orthonormalColumns(seed + 1000, columns, k));
}

/** [rows, count], by Gram and Schmidt, each column twice. */
function orthonormalColumns(seed: number, rows: number, count: number): Float64Array {
  const random = uniform(seed, rows * count);
  const columns: Float64Array[] = [];
  for (let j = 0; j < count; j++) {
    const column = random.slice(j * rows, (j + 1) * rows);
    for (const other of [...columns, ...columns]) {
      const along = dot(column, other);
      other.forEach((value, i) => (column[i]! -= along * value));
    }
    const length = Math.sqrt(dot(column, column));
    columns.push(column.map((value) => value / length));
  }
  return Float64Array.from({ length: rows * count }, (_, at) => columns[at % count]![Math.floor(at / count)]!);
}

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

export const norm = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a));

/** ‖a − b‖/‖b‖ in the Frobenius norm. */
export const relativeError = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  norm(Array.from(a, (value, i) => value - b[i]!)) / norm(b);

/** How singular values may fall off, for a rank that is kept. */
export const spectra: Record<string, (rank: number, count: number) => number[]> = {
  '1/j': (_, count) => series(count, (j) => 1 / j),
  'well separated': (rank, count) => series(count, (j) => (j <= rank ? 3 - j / rank : 0.5 / (j - rank))),
  'repeated among the kept': (rank, count) =>
    series(count, (j) => (j <= rank ? 2 + Math.floor((2 * (rank - j)) / rank) : 1 / (j - rank))),
  'in clusters': (rank, count) =>
    series(count, (j) => (j <= rank ? 1 + 1e-4 * (rank - j) : j <= 2 * rank ? 0.6 - 1e-4 * (j - rank) : 0.1)),
  'a gap of 1e-2': (rank, count) => gapped(rank, count, 1e-2),
  'a gap of 1e-3': (rank, count) => gapped(rank, count, 1e-3),
};

const gapped = (rank: number, count: number, gap: number): number[] =>
  series(count, (j) => (j <= rank ? 2 - (j - 1) / rank : (1 + 1 / rank) * (1 - gap) ** (j - rank)));

const series = (count: number, value: (j: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => value(i + 1));
