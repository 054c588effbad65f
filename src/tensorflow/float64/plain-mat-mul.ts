/** One of two matrices in a product: its row-major elements, and whether it is taken transposed. */
export interface Factor {
  readonly data: Float64Array;
  readonly transposed: boolean;
}

/**
 * The product of a [rows, inner] and a [inner, columns] matrix, in row-major order.
 *
 * Accumulates whole rows of the right factor, and passes over zeros of the left one: of MNIST's pixels four in five are.
 * A zero is not skipped where it would meet an infinity or a NaN, with which its product is NaN.
 */
export function plainMatMul(a: Factor, b: Factor, rows: number, inner: number, columns: number): Float64Array {
  const right = b.transposed ? transposed(b.data, columns, inner) : b.data;
  const skipZeros = right.every(Number.isFinite);
  const out = new Float64Array(rows * columns);
  const accumulate = (row: number, k: number, factor: number): void => {
    if (factor === 0 && skipZeros) return;
    const [to, from] = [row * columns, k * columns];
    for (let j = 0; j < columns; j++) out[to + j]! += factor * right[from + j]!;
  };
  if (a.transposed) {
    for (let k = 0; k < inner; k++) for (let i = 0; i < rows; i++) accumulate(i, k, a.data[k * rows + i]!);
  } else {
    for (let i = 0; i < rows; i++) for (let k = 0; k < inner; k++) accumulate(i, k, a.data[i * inner + k]!);
  }
  return out;
}

/** A [rows, columns] matrix turned into a [columns, rows] one. */
export function transposed(data: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j]!;
  return out;
}
