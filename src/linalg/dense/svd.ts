// ml-matrix: the maintained linear algebra library in plain JavaScript.
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { powerOfTwoBelow } from '../power-of-two';
import { completeBasis } from './complete-basis';

/** Matrices row-major; x = u·diag(s)·vᵀ, s descending. */
export interface DenseSVD {
  /** [rows, k] with k = min(rows, columns); [rows, rows] with `fullMatrices`. */
  readonly u: Float64Array;
  /** [k]. */
  readonly s: Float64Array;
  /** [columns, k]; [columns, columns] with `fullMatrices`. */
  readonly v: Float64Array;
}

/** Which factors `denseSVD` gives. */
export interface DenseSVDOptions {
  /** Complete u and v to square orthogonal matrices. Default: false. */
  readonly fullMatrices?: boolean;
  /** Default: true; false gives s alone. */
  readonly computeUV?: boolean;
}

/**
 * The singular value decomposition of a matrix in float64, in plain JavaScript.
 *
 * @param data [rows, columns], row-major
 * @throws RangeError if data has another number of elements, or one that is not finite
 */
export function denseSVD(
  data: ArrayLike<number>,
  rows: number,
  columns: number,
  options: DenseSVDOptions & { readonly computeUV: false },
): Pick<DenseSVD, 's'>;
export function denseSVD(
  data: ArrayLike<number>,
  rows: number,
  columns: number,
  options?: DenseSVDOptions & { readonly computeUV?: true },
): DenseSVD;
export function denseSVD(
  data: ArrayLike<number>,
  rows: number,
  columns: number,
  { fullMatrices = false, computeUV = true }: DenseSVDOptions = {},
): DenseSVD | Pick<DenseSVD, 's'> {
  check(data, rows, columns);
  // The library decomposes matrices with at least as many rows as columns, and not empty ones.
  const wide = rows < columns;
  const [long, short] = wide ? [columns, rows] : [rows, columns];
  const scale = powerOfTwoBelow(data);
  const tall = new Matrix(long, short);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) tall.set(wide ? j : i, wide ? i : j, data[i * columns + j]! / scale);
  }
  const { s, u, v } = short === 0 ? empty : decompose(tall, computeUV);
  for (let i = 0; i < short; i++) s[i] = s[i]! * scale;
  if (!computeUV) return { s };
  const left = fullMatrices && long > short ? completeBasis(u, long, short) : u;
  return wide ? { u: v, s, v: left } : { u: left, s, v };
}

const empty: DenseSVD = { u: new Float64Array(0), s: new Float64Array(0), v: new Float64Array(0) };

function decompose(tall: Matrix, computeUV: boolean): DenseSVD {
  const options = { computeLeftSingularVectors: computeUV, computeRightSingularVectors: computeUV };
  const { diagonal, leftSingularVectors, rightSingularVectors } = new SingularValueDecomposition(tall, options);
  return { u: elements(leftSingularVectors), s: Float64Array.from(diagonal), v: elements(rightSingularVectors) };
}

const elements = (matrix: Matrix): Float64Array => Float64Array.from(matrix.to1DArray());

function check(data: ArrayLike<number>, rows: number, columns: number): void {
  if (data.length !== rows * columns) {
    throw new RangeError(`data has ${data.length} elements; a matrix of ${rows} × ${columns} has ${rows * columns}`);
  }
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw new RangeError(`data[${i}] is ${data[i]}; every element must be a finite number`);
    }
  }
}
