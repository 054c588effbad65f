import type { Handle } from '../../tensorflow/handles';

/** A matrix in whichever memory the arithmetic uses; vectors are matrices of one row or one column, scalars 1 × 1. */
export interface Matrix extends Handle {
  readonly shape: readonly number[];
}

/** A truth value that only `and`, `or`, `not` and `loop` can use. */
export type Flag = Handle;

export type MatrixOperand = Matrix | number;

/**
 * The arithmetic that block iterations need, in one of two precisions: blocks are held in the narrow one (float32 or
 * float64), small symmetric matrices in float64, because forming them squares the condition number.
 *
 * Results live until disposed, or until the end of the running `scope`. Binary operations broadcast rows, columns and
 * scalars; both operands have the same precision. Inside a compiled step everything becomes part of the graph.
 */
export interface MatrixMath {
  /** The unit round-off of the narrow precision: 2⁻²⁴ or 2⁻⁵³. */
  readonly roundOff: number;

  /** Product of two matrices, either taken transposed. */
  product(a: Matrix, b: Matrix, transposed?: { a?: boolean; b?: boolean }): Matrix;
  add(a: MatrixOperand, b: MatrixOperand): Matrix;
  sub(a: MatrixOperand, b: MatrixOperand): Matrix;
  mul(a: MatrixOperand, b: MatrixOperand): Matrix;
  /** Quotients; 0 where the divisor is 0. */
  div(a: MatrixOperand, b: MatrixOperand): Matrix;
  maximum(a: MatrixOperand, b: MatrixOperand): Matrix;
  sqrt(a: Matrix): Matrix;
  /** 1 where an element is positive, 0 elsewhere. */
  positive(a: Matrix): Matrix;
  /** The sum of the rows (axis 0, one row) or of the columns (axis 1, one column). */
  sum(a: Matrix, axis: 0 | 1): Matrix;
  /** The largest element. */
  max(a: Matrix): Matrix;

  transpose(a: Matrix): Matrix;
  reshape(a: Matrix, shape: readonly number[]): Matrix;
  slice(a: Matrix, begin: readonly [number, number], size: readonly [number, number]): Matrix;
  concat(axis: 0 | 1, matrices: readonly Matrix[]): Matrix;
  fill(shape: readonly [number, number], value: number): Matrix;
  /** A multiple of the identity, in float64. */
  diagonal(extent: number, value: number): Matrix;
  /** Uniform draws from [−1, 1), the same for the same seed. */
  random(shape: readonly [number, number], seed: number): Matrix;

  /** The same matrix. @throws RangeError that calls it `what` if an element is NaN or infinite. */
  checkFinite(a: Matrix, what: string): Matrix;

  /** In float64. */
  widen(a: Matrix): Matrix;
  /** In the narrow precision. */
  narrow(a: Matrix): Matrix;

  /** L⁻¹ of a positive definite matrix L·Lᵀ, in float64. */
  inverseCholesky(a: Matrix): Matrix;
  /** Eigenvalues of a symmetric matrix, descending, as a row, and its eigenvectors as columns; in float64. */
  eigen(a: Matrix): { values: Matrix; vectors: Matrix };
  /** The thin singular value decomposition: s descending, as a row; u and v with columns. */
  svd(a: Matrix): { u: Matrix; s: Matrix; v: Matrix };

  /** Whether the 1 × 1 matrix a is less than b; false if one of them is NaN. */
  less(a: MatrixOperand, b: MatrixOperand): Flag;
  not(a: Flag): Flag;
  and(a: Flag, b: Flag): Flag;
  or(a: Flag, b: Flag): Flag;
  /** Repeats `body` on the state while the flag is true; returns the last state. */
  loop(flag: Flag, state: readonly Matrix[], body: (state: readonly Matrix[]) => { flag: Flag; state: readonly Matrix[] }): Matrix[];
}

/** A matrix that is only multiplied with: A, of shape m × n. */
export interface LinearOperator {
  /** What it is called in errors, such as "lowRank: x". */
  readonly name: string;
  /** The unit round-off of its products. */
  readonly roundOff: number;
  readonly rows: number;
  readonly columns: number;
  /** Xᵀ·A, k × n, for X of k columns, m × k. */
  fromLeft(x: Matrix): Matrix;
  /** A·Zᵀ, m × k, for Z of k rows, k × n. */
  fromRight(z: Matrix): Matrix;
  /** A itself. */
  matrix(): Matrix;
}

/** A matrix as a linear operator. */
export function operator(math: MatrixMath, a: Matrix, name: string): LinearOperator {
  const [rows, columns] = a.shape as [number, number];
  return {
    name,
    roundOff: math.roundOff,
    rows,
    columns,
    fromLeft: (x) => math.product(x, a, { a: true }),
    fromRight: (z) => math.product(a, z, { b: true }),
    matrix: () => a,
  };
}
