import type { SparsityNorm } from '../../src';

/** Σ ‖XᵀX − I‖² over matrices, in float64. */
export function orthogonalityOf(matrices: readonly number[][][]): number {
  return matrices.reduce((sum, x) => {
    const columns = x[0]!.map((_, j) => x.map((row) => row[j]!));
    const dot = (a: number[], b: number[]) => a.reduce((total, value, i) => total + value * b[i]!, 0);
    const squares = columns.flatMap((a, i) => columns.map((b, j) => (dot(a, b) - (i === j ? 1 : 0)) ** 2));
    return sum + squares.reduce((total, square) => total + square, 0);
  }, 0);
}

export function sparsityOf(s: readonly number[], norm: SparsityNorm): number {
  const l1 = s.reduce((sum, value) => sum + Math.abs(value), 0);
  const ratio = l1 / Math.hypot(...s);
  return { l1, hoyer: ratio, 'hoyer-square': ratio ** 2 }[norm];
}

/** The derivatives of a function of matrices with respect to each element. */
export function centralDifferences(matrices: readonly number[][][], f: (matrices: readonly number[][][]) => number): number[][][] {
  const h = 1e-5;
  const changed = (at: number, row: number, column: number, by: number) =>
    matrices.map((matrix, m) => matrix.map((values, r) => values.map((value, c) => (m === at && r === row && c === column ? value + by : value))));
  return matrices.map((matrix, m) =>
    matrix.map((values, r) => values.map((_, c) => (f(changed(m, r, c, h)) - f(changed(m, r, c, -h))) / (2 * h))));
}
