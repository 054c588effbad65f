/** One of two matrices in a product: its row-major elements, and whether it is taken transposed. */
export interface Factor {
  readonly data: Float64Array;
  readonly transposed: boolean;
}

/**
 * The product of a [rows, inner] and a [inner, columns] matrix, in row-major order.
 *
 * Each row of the result is a sum of the right factor's rows, and zeros of the left one are passed over: of MNIST's pixels
 * four in five are. They are not where they would meet an infinity or a NaN, with which their product is NaN.
 */
export function plainMatMul(a: Factor, b: Factor, rows: number, inner: number, columns: number): Float64Array {
  const right = b.transposed ? transposed(b.data, columns, inner) : b.data;
  const skipZeros = right.every(Number.isFinite);
  const [rowStep, innerStep] = a.transposed ? [1, rows] : [inner, 1];
  const out = new Float64Array(rows * columns);
  const factors = new Float64Array(inner);
  const starts = new Int32Array(inner);
  for (let i = 0; i < rows; i++) {
    let count = 0;
    for (let k = 0; k < inner; k++) {
      const factor = a.data[i * rowStep + k * innerStep]!;
      if (factor === 0 && skipZeros) continue;
      factors[count] = factor;
      starts[count++] = k * columns;
    }
    addRows(out, i * columns, right, columns, factors, starts, count);
  }
  return out;
}

/** Adds `count` rows of `right`, each times its factor, to the row of `out`: four at once, which spares the most time. */
function addRows(
  out: Float64Array,
  to: number,
  right: Float64Array,
  columns: number,
  factors: Float64Array,
  starts: Int32Array,
  count: number,
): void {
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const [f0, f1, f2, f3] = [factors[k]!, factors[k + 1]!, factors[k + 2]!, factors[k + 3]!];
    const [s0, s1, s2, s3] = [starts[k]!, starts[k + 1]!, starts[k + 2]!, starts[k + 3]!];
    for (let j = 0; j < columns; j++) {
      out[to + j]! += f0 * right[s0 + j]! + f1 * right[s1 + j]! + f2 * right[s2 + j]! + f3 * right[s3 + j]!;
    }
  }
  for (; k < count; k++) {
    const [factor, start] = [factors[k]!, starts[k]!];
    for (let j = 0; j < columns; j++) out[to + j]! += factor * right[start + j]!;
  }
}

/** A [rows, columns] matrix turned into a [columns, rows] one. */
export function transposed(data: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j]!;
  return out;
}
