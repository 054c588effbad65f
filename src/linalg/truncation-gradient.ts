import { withoutColumns, type Triplets } from './triplets';
import type { LinearOperator, Matrix, MatrixMath } from './matrix-math/matrix-math';

/**
 * What the gradient through a truncation needs of the gradient G with respect to the approximation: its products with the
 * leading singular vectors.
 */
export interface ProjectedGradient {
  /** G·V, m × k. */
  readonly right: Matrix;
  /** Uᵀ·G, k × n. */
  readonly left: Matrix;
}

export interface TruncationGradient {
  /** The gradient with respect to the matrix, m × n. */
  readonly gradient: Matrix;
  /** Iterations of conjugate gradients, 1 × 1. */
  readonly iterations: Matrix;
  /** 1 if they did not reach the tolerance and a full decomposition was made, else 0; 1 × 1. */
  readonly decompositions: Matrix;
}

/**
 * The gradient of a loss with respect to A, through the best approximation A_k = U·S·Vᵀ of rank k.
 *
 * With Ĝ = UᵀGV in all singular vectors the k × k block passes unchanged, and a pair i ≤ k < j contributes
 * (σᵢ²Ĝᵢⱼ + σᵢσⱼĜⱼᵢ)/(σᵢ² − σⱼ²) and its mirror image (Feppon and Lermusiaux, "A geometric approach to dynamical model order
 * reduction", SIAM J. Matrix Anal. Appl. 2018). That is the projection of G on the tangent space of the matrices
 * of rank k, and a correction with σⱼ as a factor. For each i the correction solves (σᵢ²I − KKᵀ)x = …, K being A without its
 * leading part: a well-conditioned system where there is a gap, solved here by conjugate gradients for all i at once.
 *
 * Pairs with σᵢ = σⱼ, up to rounding, contribute no correction: A_k is not unique there, and the tangent projection is what
 * remains of its gradient.
 *
 * @param triplets the k leading ones
 * @param tolerance of the relative error of the gradient
 * @param maxIterations after so many a full decomposition is made
 */
export function truncationGradient(
  math: MatrixMath,
  matrix: LinearOperator,
  triplets: Pick<Triplets, 'u' | 's' | 'v' | 'next'>,
  projected: ProjectedGradient,
  { tolerance, maxIterations }: { tolerance: number; maxIterations: number },
): TruncationGradient {
  const { u, v } = triplets;
  // The gradient is the same for every multiple of A; in units of σ₁ no square overflows.
  const unit = math.div(1, math.max(triplets.s));
  const a = multiple(math, matrix, unit);
  const [s, next] = [math.mul(triplets.s, unit), math.mul(triplets.next, unit)];
  const { core, rightRest, leftRest } = parts(math, triplets, projected);
  const column = math.transpose(s);
  const squares = math.mul(s, s);
  const gaps = math.sub(squares, math.mul(next, next));

  // x = rightRest + x′ with (σ²I − KKᵀ)x′ = K(Kᵀ·rightRest + σ·leftRest).
  const fromLeft = a.fromLeft(rightRest);
  const residual = withoutColumns(math, a.fromRight(math.add(fromLeft, math.mul(leftRest, column))), u);
  const scale = math.sqrt(math.add(squaredNorm(math, core), math.add(squaredNorm(math, rightRest), squaredNorm(math, leftRest))));
  // The error of x is at most ‖r‖/(σᵢ² − σ²), and that of y no larger.
  const excessOf = (squaredResiduals: Matrix) =>
    math.sub(math.div(math.sqrt(math.mul(math.sum(math.div(squaredResiduals, math.mul(gaps, gaps)), 1), 2)), scale), tolerance);

  const squaredResiduals = math.sum(math.mul(residual, residual), 0);
  const lacking = math.max(math.sub(math.add(math.mul(squares, leastGap), math.mul(s, 32 * matrix.roundOff)), gaps));
  const startExcess = math.maximum(excessOf(squaredResiduals), lacking);
  const start = [rightRest, fromLeft, residual, residual, squaredResiduals, startExcess, math.fill([1, 1], 0)];
  const solved = math.loop(math.and(math.not(math.less(startExcess, 0)), math.less(lacking, 0)), start, ([x, xa, r, direction, rr, , count]) => {
    const da = a.fromLeft(direction!);
    const curvature = math.sub(math.mul(squares, math.sum(math.mul(direction!, direction!), 0)), math.transpose(math.sum(math.mul(da, da), 1)));
    const step = math.div(rr!, curvature);
    // All of it is kept orthogonal to u: what rounding leaves along u would grow from iteration to iteration.
    const rest = withoutColumns(math, math.sub(math.mul(direction!, squares), a.fromRight(da)), u);
    const nextResidual = math.sub(r!, math.mul(rest, step));
    const nextRr = math.sum(math.mul(nextResidual, nextResidual), 0);
    const excess = excessOf(nextRr);
    const iterations = math.add(count!, 1);
    return {
      flag: math.and(math.not(math.less(excess, 0)), math.less(iterations, maxIterations)),
      state: [
        math.add(x!, math.mul(direction!, step)),
        math.add(xa!, math.mul(da, math.transpose(step))),
        nextResidual,
        math.add(nextResidual, math.mul(direction!, math.div(nextRr, rr!))),
        nextRr,
        excess,
        iterations,
      ],
    };
  });
  const [x, xa, , , , excess, iterations] = solved as [Matrix, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix];
  const y = math.div(math.sub(xa, math.product(math.product(xa, v, { b: true }), v)), column);
  const iterated = assembled(math, triplets, projected, x, y);
  const none = math.fill([1, 1], 0);
  const [gradient, decompositions] = math.loop(math.not(math.less(excess, 0)), [iterated, none], () => ({
    flag: math.less(math.fill([1, 1], 1), 0),
    state: [decomposedGradient(math, matrix, triplets, projected), math.fill([1, 1], 1)],
  }));
  return { gradient: gradient!, iterations, decompositions: decompositions! };
}

/** Smaller relative gaps between the squares of σ are not bridged by conjugate gradients in any bearable time. */
const leastGap = 1e-4;

/** The same by a full decomposition of A. */
export function decomposedGradient(
  math: MatrixMath,
  a: LinearOperator,
  triplets: Pick<Triplets, 'u' | 's' | 'v'>,
  projected: ProjectedGradient,
): Matrix {
  const full = math.svd(a.matrix());
  const rank = triplets.s.shape[1]!;
  const trailing = (matrix: Matrix) => math.slice(matrix, [0, rank], [matrix.shape[0]!, matrix.shape[1]! - rank]);
  const [uRest, vRest] = [trailing(full.u), trailing(full.v)];
  const largest = math.max(triplets.s);
  const [s, sRest] = [math.div(triplets.s, largest), math.div(trailing(full.s), largest)];
  const { rightRest } = parts(math, triplets, projected);
  const column = math.transpose(s);
  const squares = math.mul(column, column);
  const gaps = math.sub(squares, math.mul(sRest, sRest));
  // Differences that are rounding errors, which are those of σ₁, count as none: 0 as a divisor gives 0.
  const distinct = math.mul(gaps, math.positive(math.sub(gaps, math.mul(column, 32 * a.roundOff))));
  const fromRight = math.transpose(math.product(uRest, projected.right, { a: true }));
  const fromLeft = math.product(projected.left, vRest);
  const share = (own: Matrix, other: Matrix) => math.div(math.mul(sRest, math.add(math.mul(sRest, own), math.mul(column, other))), distinct);
  const x = math.add(rightRest, math.product(uRest, share(fromRight, fromLeft), { b: true }));
  const y = math.product(share(fromLeft, fromRight), vRest, { b: true });
  return assembled(math, triplets, projected, x, y);
}

/** UᵀGV, and what G·V and Uᵀ·G have outside the leading vectors. */
function parts(math: MatrixMath, { u, v }: Pick<Triplets, 'u' | 'v'>, { right, left }: ProjectedGradient) {
  const core = math.product(u, right, { a: true });
  return { core, rightRest: math.sub(right, math.product(u, core)), leftRest: math.sub(left, math.product(core, v)) };
}

/** X·Vᵀ + U·(UᵀG + Y). */
function assembled(math: MatrixMath, { u, v }: Pick<Triplets, 'u' | 'v'>, { left }: ProjectedGradient, x: Matrix, y: Matrix): Matrix {
  return math.product(math.concat(1, [u, x]), math.concat(0, [math.add(left, y), v]));
}

function multiple(math: MatrixMath, a: LinearOperator, factor: Matrix): Pick<LinearOperator, 'fromLeft' | 'fromRight'> {
  return {
    fromLeft: (x) => math.mul(a.fromLeft(x), factor),
    fromRight: (z) => math.mul(a.fromRight(z), factor),
  };
}

function squaredNorm(math: MatrixMath, a: Matrix): Matrix {
  return math.sum(math.sum(math.mul(a, a), 0), 1);
}
