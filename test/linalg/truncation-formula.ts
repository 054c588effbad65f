import { denseSVD } from '../../src/linalg/dense/svd';
import { leading, product, recomposed, transposed } from './matrices';

/** The best approximation of rank k of a matrix, in float64. */
export function bestApproximation(x: ArrayLike<number>, rows: number, columns: number, rank: number): Float64Array {
  const { u, s, v } = denseSVD(x, rows, columns);
  return recomposed(leading(u, s.length, rank), s.slice(0, rank), leading(v, s.length, rank));
}

/**
 * The gradient with respect to x of a loss whose gradient with respect to the best approximation of rank k is g, in
 * float64, by all singular vectors: with Ĝ = UᵀGV the leading block passes, the trailing one is zero, and a pair
 * i ≤ k < j gives (σᵢ²Ĝᵢⱼ + σᵢσⱼĜⱼᵢ)/(σᵢ² − σⱼ²) and its mirror image; where σᵢ = σⱼ, Ĝᵢⱼ and Ĝⱼᵢ as they are.
 */
export function truncatedGradient(
  x: ArrayLike<number>,
  g: ArrayLike<number>,
  rows: number,
  columns: number,
  rank: number,
): Float64Array {
  const { u, s, v } = denseSVD(x, rows, columns, { fullMatrices: true });
  const projected = product(product(transposed(u, rows), g, rows, columns), v, rows, columns);
  const sigma = (i: number) => s[i] ?? 0;
  const mirrored = (i: number, j: number) => (i < columns && j < rows ? projected[j * columns + i]! : 0);
  const changed = projected.map((value, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    if (i < rank && j < rank) return value;
    if (i >= rank && j >= rank) return 0;
    const [kept, other] = i < rank ? [sigma(i), sigma(j)] : [sigma(j), sigma(i)];
    const gap = kept ** 2 - other ** 2;
    return gap <= 1e-9 * kept ** 2 ? value : (kept ** 2 * value + kept * other * mirrored(i, j)) / gap;
  });
  return product(product(u, changed, rows, columns), transposed(v, columns), rows, columns);
}

/**
 * The same where σₖ = σₖ₊₁, so that the best approximation is not unique: for the one that is given, by its own
 * singular vectors and those of the rest. The projection of g on the tangent space, and corrections by the pairs that
 * can be told apart.
 */
export function tiedGradient(
  x: ArrayLike<number>,
  g: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  rank: number,
  approximation: ArrayLike<number>,
): Float64Array {
  const all = Math.min(rows, columns);
  const [kept, rest] = [approximation, Float64Array.from(approximation, (value, i) => x[i]! - value)].map((matrix) =>
    denseSVD(matrix, rows, columns),
  );
  const [u, v] = [leading(kept!.u, all, rank), leading(kept!.v, all, rank)];
  const onto = (basis: Float64Array, extent: number, k: number) => product(basis, transposed(basis, k), extent, extent);
  const [left, right] = [
    product(onto(u, rows, rank), g, rows, columns),
    product(g, onto(v, columns, rank), rows, columns),
  ];
  const both = product(left, onto(v, columns, rank), rows, columns);
  const own = product(product(transposed(u, rank), g, rank, columns), rest!.v, rank, all);
  const mirrored = transposed(product(product(transposed(rest!.u, all), g, all, columns), v, all, rank), rank);
  const share = (first: Float64Array, second: Float64Array) =>
    first.map((value, at) => {
      const [big, small] = [kept!.s[Math.floor(at / all)]!, rest!.s[at % all]!];
      const gap = big ** 2 - small ** 2;
      return gap <= 1e-5 * big ** 2 ? 0 : (small * (small * value + big * second[at]!)) / gap;
    });
  const upper = product(product(u, share(own, mirrored), rows, all), transposed(rest!.v, all), rows, columns);
  const lower = product(
    product(rest!.u, transposed(share(mirrored, own), all), rows, rank),
    transposed(v, rank),
    rows,
    columns,
  );
  return left.map((value, i) => value + right[i]! - both[i]! + upper[i]! + lower[i]!);
}
