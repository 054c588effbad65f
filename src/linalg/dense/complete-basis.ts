/**
 * Orthonormal columns, [rows, columns] with rows ≥ columns, followed by as many as make the basis complete: row-major,
 * [rows, rows]. They are the last columns of Q in a Householder QR factorisation (Golub and Van Loan, Matrix
 * Computations, 4th ed., §5.2.2).
 */
export function completeBasis(basis: Float64Array, rows: number, columns: number): Float64Array {
  const reflectors = householder(basis, rows, columns);
  const complete = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) complete.set(basis.subarray(i * columns, (i + 1) * columns), i * rows);
  for (let j = columns; j < rows; j++) {
    const column = new Float64Array(rows);
    column[j] = 1;
    for (let k = columns - 1; k >= 0; k--) reflect(column, reflectors[k]!, k);
    for (let i = 0; i < rows; i++) complete[i * rows + j] = column[i]!;
  }
  return complete;
}

/** The vectors w of the reflections I − w·wᵀ that bring the matrix to triangular form; the k-th is zero above row k. */
function householder(matrix: Float64Array, rows: number, columns: number): Float64Array[] {
  const columnOf = (j: number) => Float64Array.from({ length: rows }, (_, i) => matrix[i * columns + j]!);
  const rest = Array.from({ length: columns }, (_, j) => columnOf(j));
  return rest.map((column, k) => {
    const w = column.slice();
    w.fill(0, 0, k);
    const norm = Math.hypot(...w.subarray(k));
    // Away from zero, so that nothing cancels. Here |w|² becomes 2, which makes I − w·wᵀ a reflection.
    w[k] = w[k]! + (w[k]! < 0 ? -norm : norm);
    const length = Math.sqrt(norm * Math.abs(w[k]!));
    for (let i = k; i < rows; i++) w[i] = w[i]! / length;
    for (const later of rest.slice(k + 1)) reflect(later, w, k);
    return w;
  });
}

/** x − w·(wᵀx), for a w that is zero above row `from`. */
function reflect(x: Float64Array, w: Float64Array, from: number): void {
  let product = 0;
  for (let i = from; i < x.length; i++) product += w[i]! * x[i]!;
  for (let i = from; i < x.length; i++) x[i] = x[i]! - product * w[i]!;
}
