import type { LinearOperator, Matrix, MatrixMath } from './matrix-math/matrix-math';

/** Leading singular triplets of A, m × n: σᵢ with left vectors uᵢ and right vectors vᵢ, in descending order. */
export interface Triplets {
  /** The left vectors as columns, m × b. */
  readonly u: Matrix;
  /** The singular values as a row, 1 × b. */
  readonly s: Matrix;
  /** The right vectors as rows, b × n. */
  readonly v: Matrix;
  /** A·vᵢ as columns, m × b: σᵢuᵢ, and where that has not converged, one power step ahead of it. */
  readonly image: Matrix;
  /** σ of the first triplet that is not wanted, 1 × 1. */
  readonly next: Matrix;
}

export interface Iteration extends Triplets {
  /** How many rounds were needed, 1 × 1. */
  readonly rounds: Matrix;
  /** 1 if the rounds did not reach the tolerance and a full decomposition was made, else 0; 1 × 1. */
  readonly decompositions: Matrix;
  /** By how much the tolerance is exceeded; below 0 where it is kept, 1 × 1. */
  readonly excess: Matrix;
}

export interface IterationOptions {
  /** How many triplets are wanted; the others of the block help these to converge. */
  readonly rank: number;
  /** Below 0 if the triplets are accurate enough after so many rounds; all 1 × 1. */
  readonly excess: (triplets: Triplets, rounds: Matrix) => Matrix;
  /** After so many rounds a full decomposition is made. */
  readonly maxRounds: number;
}

/**
 * The leading singular triplets by block Krylov iteration (Musco and Musco, "Randomized block Krylov methods for stronger and
 * faster approximate singular value decomposition", NeurIPS 2015), restarted until the tolerance is kept; where that takes
 * too long because the spectrum has no gap, by a full decomposition.
 *
 * @param start a block of b ≥ rank columns, m × b; the nearer to the leading left vectors, the fewer rounds
 */
export function leadingTriplets(math: MatrixMath, a: LinearOperator, start: Matrix, options: IterationOptions): Iteration {
  const { rank, excess, maxRounds } = options;
  const width = start.shape[1]!;
  const unknown = [
    start,
    math.fill([1, width], 0),
    math.fill([width, a.columns], 0),
    start,
    math.fill([1, 1], 0),
    math.fill([1, 1], 1),
    math.fill([1, 1], 0),
  ];
  const afterRounds = math.loop(math.less(math.fill([1, 1], 0), 1), unknown, ([, , , image, , , rounds]) => {
    const triplets = krylovRound(math, a, image!, rank);
    const count = math.add(rounds!, 1);
    const exceeds = excess(triplets, count);
    const flag = math.and(math.not(math.less(exceeds, 0)), math.less(count, maxRounds));
    return { flag, state: [triplets.u, triplets.s, triplets.v, triplets.image, triplets.next, exceeds, count] };
  });
  const [u, s, v, image, next, exceeds, rounds] = afterRounds as [Matrix, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix];
  const none = math.fill([1, 1], 0);
  const last = math.loop(math.not(math.less(exceeds, 0)), [u, s, v, image, next, exceeds, none], () => {
    const full = decomposed(math, a, rank, width);
    const state = [full.u, full.s, full.v, full.image, full.next, math.fill([1, 1], -1), math.fill([1, 1], 1)];
    return { flag: math.less(math.fill([1, 1], 1), 0), state };
  });
  return {
    u: last[0]!, s: last[1]!, v: last[2]!, image: last[3]!, next: last[4]!,
    excess: last[5]!, decompositions: last[6]!, rounds,
  };
}

/** The leading triplets by a full decomposition. */
export function decomposed(math: MatrixMath, a: LinearOperator, rank: number, width: number): Triplets {
  const full = math.svd(math.checkFinite(a.matrix(), a.name));
  const u = math.slice(full.u, [0, 0], [a.rows, width]);
  const s = math.slice(full.s, [0, 0], [1, width]);
  const v = math.transpose(math.slice(full.v, [0, 0], [a.columns, width]));
  const next = rank < full.s.shape[1]! ? math.slice(full.s, [0, rank], [1, 1]) : math.fill([1, 1], 0);
  return { u, s, v, image: math.mul(u, s), next };
}

/** Rayleigh–Ritz approximations from the space that a block X and A·Aᵀ·X span; four products with A. */
function krylovRound(math: MatrixMath, a: LinearOperator, block: Matrix, rank: number): Triplets {
  const width = block.shape[1]!;
  const first = orthonormal(math, block, a.roundOff);
  // No element of the block is zero: what is not finite in A is not finite here, and this is far smaller.
  const firstImage = math.checkFinite(a.fromLeft(first), a.name);
  const second = unitColumns(math, withoutColumns(math, a.fromRight(unitRows(math, firstImage)), first));
  const basis = math.concat(1, [first, second]);
  const images = math.concat(0, [firstImage, a.fromLeft(second)]);

  // The basis is orthonormal only nearly: a generalised eigenvalue problem makes up for it.
  const inverse = math.inverseCholesky(ridged(math, gramOfColumns(math, basis), a.roundOff));
  const wideImages = math.widen(images);
  const projected = math.product(math.product(inverse, math.product(wideImages, wideImages, { b: true })), inverse, { b: true });
  const scale = math.max(projected);
  const { values, vectors } = math.eigen(math.div(projected, scale));
  const all = math.sqrt(math.mul(math.maximum(values, 0), scale));
  const combination = math.narrow(math.product(inverse, math.slice(vectors, [0, 0], [2 * width, width]), { a: true }));

  const s = math.narrow(math.slice(all, [0, 0], [1, width]));
  const v = math.div(math.product(combination, images, { a: true }), math.transpose(s));
  return {
    u: math.product(basis, combination),
    s,
    v,
    image: a.fromRight(v),
    next: math.narrow(math.slice(all, [0, rank], [1, 1])),
  };
}

/** A block with the same span and orthonormal columns, up to rounding. */
function orthonormal(math: MatrixMath, block: Matrix, roundOff: number): Matrix {
  const scaled = unitColumns(math, block);
  return math.product(scaled, math.narrow(math.inverseCholesky(ridged(math, gramOfColumns(math, scaled), roundOff))), { b: true });
}

/** What is left of a block's columns without their parts along orthonormal ones. */
export function withoutColumns(math: MatrixMath, block: Matrix, columns: Matrix): Matrix {
  return math.sub(block, math.product(columns, math.product(columns, block, { a: true })));
}

function unitColumns(math: MatrixMath, block: Matrix): Matrix {
  return math.div(block, lengths(math, block, 0));
}

function unitRows(math: MatrixMath, block: Matrix): Matrix {
  return math.div(block, lengths(math, block, 1));
}

/** Of the columns (axis 0) or the rows (axis 1). */
function lengths(math: MatrixMath, block: Matrix, axis: 0 | 1): Matrix {
  // The squares of large or small float32 numbers are none.
  const wide = math.widen(block);
  return math.narrow(math.sqrt(math.sum(math.mul(wide, wide), axis)));
}

function gramOfColumns(math: MatrixMath, block: Matrix): Matrix {
  const wide = math.widen(block);
  return math.product(wide, wide, { a: true });
}

/**
 * Columns that depend on each other would leave the Cholesky factor without a pivot, or what distinguishes them would be
 * rounding, magnified; they are unit vectors here.
 */
function ridged(math: MatrixMath, gram: Matrix, roundOff: number): Matrix {
  const extent = gram.shape[0]!;
  return math.add(gram, math.diagonal(extent, 16 * Math.max(roundOff, extent * 2 ** -53)));
}

/** Those of the leading `rank` triplets. */
export function leading(math: MatrixMath, { u, s, v, image, next }: Triplets, rank: number): Triplets {
  const columns = (matrix: Matrix) => math.slice(matrix, [0, 0], [matrix.shape[0]!, rank]);
  return { u: columns(u), s: columns(s), v: math.slice(v, [0, 0], [rank, v.shape[1]!]), image: columns(image), next };
}

/** ‖A·vᵢ − σᵢuᵢ‖/σ₁ for each triplet, as a row: so far they are from those of a nearby matrix. */
export function relativeResiduals(math: MatrixMath, { u, s, image }: Pick<Triplets, 'u' | 's' | 'image'>): Matrix {
  const residual = math.div(math.sub(image, math.mul(u, s)), math.max(s));
  return math.sqrt(math.sum(math.mul(residual, residual), 0));
}

/** A random block, some power steps nearer to the leading left vectors. */
export function randomBlock(math: MatrixMath, a: LinearOperator, width: number, { seed = 0, steps = 1 } = {}): Matrix {
  let block = math.random([a.rows, width], seed);
  for (let i = 0; i < steps; i++) {
    if (i > 0) block = orthonormal(math, block, a.roundOff);
    block = a.fromRight(unitRows(math, math.checkFinite(a.fromLeft(block), a.name)));
  }
  return block;
}
