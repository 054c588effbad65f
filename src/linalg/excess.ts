import type { LinearOperator, Matrix, MatrixMath } from './matrix-math/matrix-math';
import { leading, relativeResiduals, type Triplets } from './triplets';

/**
 * By how much the angle between the true subspace and the one found may exceed the tolerance: of the angles
 * ‖A·vᵢ − σᵢuᵢ‖·σᵢ/(σᵢ² − σ²), with the next σ (Wedin 1972), the root mean square, weighted by how much the gradient
 * may amplify what belongs to i, σᵢ/(σᵢ − σ).
 */
export function angleExcess(math: MatrixMath, rank: number, tolerance: number): (triplets: Triplets) => Matrix {
  return (triplets) => {
    const wanted = leading(math, triplets, rank);
    const largest = math.max(wanted.s);
    const [s, next] = [math.div(wanted.s, largest), math.div(wanted.next, largest)];
    const sines = math.mul(relativeResiduals(math, wanted), s);
    const differences = math.sub(s, next);
    const gaps = math.mul(differences, math.add(s, next));
    const weights = math.div(s, differences);
    const sumOfSquares = (row: Matrix) => math.sum(math.mul(row, row), 1);
    const ratio = math.div(sumOfSquares(math.mul(weights, math.div(sines, gaps))), sumOfSquares(weights));
    // Where there is no gap the quotient says nothing.
    return math.maximum(math.sub(math.sqrt(ratio), tolerance), math.max(math.sub(sines, gaps)));
  };
}

/**
 * By how much ‖A − A·V·Vᵀ‖ relative to the least possible may exceed 1 + tolerance. The half step from V to A·V has gained
 * Σ‖A·vᵢ − σᵢuᵢ‖² of energy. Without a gap an iteration gains ever less, as 1/t² after t half steps, so that those to come gain t
 * times as much as the last one, and a round has four half steps: to be sure twice as many are reckoned, and one round more.
 */
export function errorExcess(math: MatrixMath, a: LinearOperator, rank: number, tolerance: number): (triplets: Triplets, rounds: Matrix) => Matrix {
  const matrix = a.matrix();
  // In units of the largest element no square overflows.
  const unit = math.div(1, math.max(math.maximum(matrix, math.mul(matrix, -1))));
  const scaled = math.mul(matrix, unit);
  const total = sumOfSquares(math, scaled);
  return (triplets, rounds) => {
    const { u, s, image } = leading(math, triplets, rank);
    const gained = sumOfSquares(math, math.mul(math.sub(image, math.mul(u, s)), unit));
    const rest = math.maximum(math.sub(total, sumOfSquares(math, math.mul(image, unit))), 0);
    // What rounding leaves of a residual that ought to be none; A·V·Vᵀ itself is nearer to A than that.
    const allowed = math.add(math.mul(rest, math.div(tolerance / 4, math.add(rounds, 1))), math.mul(total, (1024 * a.roundOff) ** 2));
    return math.sub(gained, allowed);
  };
}

const sumOfSquares = (math: MatrixMath, matrix: Matrix): Matrix => math.sum(math.sum(math.mul(matrix, matrix), 0), 1);
