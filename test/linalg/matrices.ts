import fixture from './lapack-svd.json';

/** A matrix by how it is made, as lapack-svd.py says, and its decomposition by LAPACK. */
export interface Case {
  readonly kind: string;
  readonly rows: number;
  readonly columns: number;
  readonly seed: number;
  readonly scale: number;
  readonly rank?: number;
  readonly values?: readonly number[];
  readonly s: readonly number[];
  readonly u?: readonly number[];
  readonly v?: readonly number[];
}

export const cases: readonly Case[] = fixture;

export function title({ kind, rows, columns, rank, values, scale }: Case): string {
  const what = kind === 'low rank' ? `rank ${rank}` : kind === 'spectrum' ? values!.join(' ') : kind;
  return `${rows} × ${columns}, ${what}${scale === 1 ? '' : `, times ${scale}`}`;
}

/** Row-major. */
export function matrixOf({ kind, rows, columns, seed, scale, rank = 0, values = [] }: Case): Float64Array {
  const matrix =
    kind === 'uniform'
      ? uniform(seed, rows * columns)
      : kind === 'low rank'
        ? product(integers(seed, rows * rank), integers(seed + 1, rank * columns), rows, columns)
        : spectral(values, rows, columns);
  return matrix.map((element) => element * scale);
}

/** Multiples of 2⁻¹⁵ in [-1, 1). */
export function uniform(seed: number, count: number): Float64Array {
  return Float64Array.from(words(seed, count), (word) => (word >> 15) / 2 ** 15 - 1);
}

/** From -8 to 7. */
function integers(seed: number, count: number): Float64Array {
  return Float64Array.from(words(seed, count), (word) => (word >> 27) - 8);
}

/** ANSI C's linear congruential generator modulo 2³¹. */
function words(seed: number, count: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff));
}

/** The product of [m, k] and [k, n]. */
export function product(a: ArrayLike<number>, b: ArrayLike<number>, m: number, n: number): Float64Array {
  const k = m === 0 ? 0 : a.length / m;
  return Float64Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let l = 0; l < k; l++) sum += a[i * k + l]! * b[l * n + j]!;
    return sum;
  });
}

/** A matrix of exactly these singular values; its vectors are those of Hadamard matrices. */
function spectral(values: readonly number[], rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    const sum = values.reduce((partial, value, k) => partial + value * hadamard(i, k) * hadamard(j, k), 0);
    return sum / Math.sqrt(rows * columns);
  });
}

/** Sylvester's: −1 to the number of common ones of i and j. */
function hadamard(i: number, j: number): number {
  let sign = 1;
  for (let common = i & j; common > 0; common &= common - 1) sign = -sign;
  return sign;
}

/** The first k columns of [rows, columns]. */
export function leading(matrix: ArrayLike<number>, columns: number, k: number): Float64Array {
  const rows = columns === 0 ? 0 : matrix.length / columns;
  return Float64Array.from({ length: rows * k }, (_, at) => matrix[Math.floor(at / k) * columns + (at % k)]!);
}

/** Of a matrix with so many columns. */
export function transposed(matrix: ArrayLike<number>, columns: number): Float64Array {
  const rows = matrix.length / columns;
  const element = (at: number) => matrix[(at % rows) * columns + Math.floor(at / rows)]!;
  return Float64Array.from({ length: matrix.length }, (_, at) => element(at));
}

/** u·diag(s)·vᵀ of thin factors. */
export function recomposed(u: ArrayLike<number>, s: ArrayLike<number>, v: ArrayLike<number>): Float64Array {
  const k = s.length;
  if (k === 0) return new Float64Array(0);
  const [m, n] = [u.length / k, v.length / k];
  const right = transposed(v, k).map((value, at) => s[Math.floor(at / n)]! * value);
  return product(u, right, m, n);
}

/** The largest element of |uᵀu − I| for u of so many columns. */
export function orthonormalityError(u: ArrayLike<number>, columns: number): number {
  if (columns === 0) return 0;
  return product(transposed(u, columns), u, columns, columns).reduce(
    (worst, value, at) => Math.max(worst, Math.abs(value - (at % (columns + 1) === 0 ? 1 : 0))),
    0,
  );
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

/** The factors [m, k] and [n, k] with the entry of largest magnitude in each column of u made positive. */
export function withSigns(u: Float64Array, v: Float64Array, k: number): { u: Float64Array; v: Float64Array } {
  const signs = Array.from({ length: k }, (_, j) => {
    const column = u.filter((_, at) => at % k === j);
    return Math.sign(column.reduce((largest, value) => (Math.abs(value) > Math.abs(largest) ? value : largest), 0));
  });
  const signed = (factor: Float64Array) => factor.map((value, at) => value * signs[at % k]!);
  return { u: signed(u), v: signed(v) };
}
