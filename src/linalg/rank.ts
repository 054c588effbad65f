import { powerOfTwoBelow } from './power-of-two';

/** The singular values of a matrix, all min(rows, columns) of them, descending. */
export interface Spectrum {
  /** [min(rows, columns)], descending. */
  readonly s: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/**
 * How the rank of an approximation is chosen, for a matrix of m × n with singular values s:
 * - a number: this rank;
 * - `energy` e in (0, 1]: the smallest k with Σ_{j≤k} sⱼ² ≥ e·Σ sⱼ²;
 * - `tolerance` τ in [0, 1): the smallest k whose error in the Frobenius norm, √Σ_{j>k} sⱼ², is at most τ·‖s‖;
 * - `parameters` p: the largest k whose two factors have at most p elements, k(m + n) ≤ p;
 * - `ratio` r > 0: the largest k whose two factors have at most the r-th part of the mn elements, k(m + n) ≤ mn/r;
 * - a function: the rank that it returns.
 *
 * Singular values in float32 that ought to be zero are about 1e-7 of the largest: an energy of 1 and a tolerance of 0
 * count them too.
 */
export type RankRule =
  | number
  | { readonly energy: number }
  | { readonly tolerance: number }
  | { readonly parameters: number }
  | { readonly ratio: number }
  | ((spectrum: Spectrum) => number);

/** Whether a rule asks for singular values. */
export function needsSpectrum(rule: RankRule): boolean {
  if (typeof rule !== 'object' || rule === null) return typeof rule === 'function';
  return 'energy' in rule || 'tolerance' in rule;
}

/**
 * The rank that a rule gives, an integer from 1 to min(m, n). By energy and by tolerance a matrix of zeros has rank 1.
 *
 * @param s all singular values, descending; only for rules that `needsSpectrum`
 * @param shape [m, n]
 * @throws RangeError if the rule's number is out of range, a budget is too small for rank 1, the matrix is empty or s
 *   is no spectrum of it; TypeError if there is no such rule or s is missing
 */
export function chooseRank(rule: RankRule, s: ArrayLike<number> | undefined, shape: readonly [m: number, n: number]): number {
  const [m, n] = shape;
  const most = Math.min(m, n);
  if (!(most >= 1)) throw new RangeError(`shape is [${shape}]; an empty matrix has no rank to choose`);
  if (typeof rule === 'number') return checkedRank('rank', rule, shape);
  if (typeof rule === 'function') {
    const values = checkedSpectrum('function', s, shape);
    return checkedRank("the rank function's result", rule({ s: values, rows: m, columns: n }), shape);
  }
  const [name, value] = onlyEntry(rule);
  switch (name) {
    case 'energy':
      if (!(value > 0 && value <= 1)) throw new RangeError(`energy is ${value}; it must be above 0 and at most 1`);
      return rankOfEnergy(value, checkedSpectrum(name, s, shape));
    case 'tolerance':
      if (!(value >= 0 && value < 1)) throw new RangeError(`tolerance is ${value}; it must be at least 0 and below 1`);
      return rankOfTolerance(value, checkedSpectrum(name, s, shape));
    case 'parameters':
      return rankOfParameters(value, shape);
    case 'ratio':
      return rankOfRatio(value, shape);
  }
}

type Shape = readonly [number, number];

const names = ['energy', 'tolerance', 'parameters', 'ratio'] as const;

function onlyEntry(rule: object): [(typeof names)[number], number] {
  const allowed = `an integer from 1 on, a function, or an object with one of ${names.join(', ')}`;
  if (typeof rule !== 'object' || rule === null) throw new TypeError(`rank is ${String(rule)}; it must be ${allowed}`);
  const entries = Object.entries(rule) as [(typeof names)[number], number][];
  if (entries.length !== 1 || !names.includes(entries[0]![0])) {
    throw new TypeError(`rank is ${JSON.stringify(rule)}; it must be ${allowed}`);
  }
  const [name, value] = entries[0]!;
  if (typeof value !== 'number') throw new TypeError(`${name} is ${JSON.stringify(value)}; it must be a number`);
  return [name, value];
}

function checkedRank(what: string, rank: number, [m, n]: Shape): number {
  const most = Math.min(m, n);
  if (Number.isInteger(rank) && rank >= 1 && rank <= most) return rank;
  throw new RangeError(`${what} is ${rank}; for a ${m} × ${n} matrix it must be an integer from 1 to ${most}`);
}

function checkedSpectrum(rule: string, s: ArrayLike<number> | undefined, [m, n]: Shape): Float64Array {
  if (s === undefined) throw new TypeError(`s is missing; the rank rule ${rule} needs the singular values`);
  if (s.length !== Math.min(m, n)) {
    throw new RangeError(`s has ${s.length} values; the spectrum of a ${m} × ${n} matrix has ${Math.min(m, n)}`);
  }
  const values = Float64Array.from(s);
  values.forEach((value, i) => {
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(`s[${i}] is ${value}; it must be a finite number, at least 0`);
    }
    if (value > (values[i - 1] ?? Infinity)) {
      throw new RangeError(`s[${i}] is ${value}, more than s[${i - 1}]; they must descend`);
    }
  });
  return values;
}

function rankOfEnergy(energy: number, s: Float64Array): number {
  const squares = scaledSquares(s);
  const total = squares.reduce((sum, square) => sum + square, 0);
  let sum = 0;
  return 1 + squares.findIndex((square) => (sum += square) >= energy * total);
}

function rankOfTolerance(tolerance: number, s: Float64Array): number {
  const squares = scaledSquares(s);
  // From the end: a sum of small numbers is lost beside a large one.
  const tails = squares.slice();
  for (let j = tails.length - 2; j >= 0; j--) tails[j] = tails[j]! + tails[j + 1]!;
  const norm = Math.sqrt(tails[0]!);
  const rank = tails.findIndex((tail) => Math.sqrt(tail) <= tolerance * norm);
  return rank === -1 ? s.length : Math.max(1, rank);
}

/** The squares of s, divided by a power of two that keeps them from overflowing. */
function scaledSquares(s: Float64Array): Float64Array {
  const scale = powerOfTwoBelow(s);
  return s.map((value) => (value / scale) ** 2);
}

function rankOfParameters(parameters: number, [m, n]: Shape): number {
  const least = m + n;
  if (parameters >= least && parameters < Infinity) return Math.min(m, n, Math.floor(parameters / least));
  throw new RangeError(
    `parameters is ${parameters}; rank 1 of a ${m} × ${n} matrix has ${least}, ` +
      `so it must be a finite number, at least ${least}`,
  );
}

function rankOfRatio(ratio: number, [m, n]: Shape): number {
  const [dense, least] = [m * n, m + n];
  // A ratio that was computed from a rank gives this rank, whichever way it was rounded.
  const rank = Math.floor((dense / least / ratio) * (1 + 1e-14));
  if (ratio > 0 && rank >= 1 && rank < Infinity) return Math.min(m, n, rank);
  throw new RangeError(
    `ratio is ${ratio}; rank 1 of a ${m} × ${n} matrix has ${least} parameters for ${dense} elements, ` +
      `so it must be above 0 and at most ${dense}/${least} = ${(dense / least).toPrecision(4)}`,
  );
}
