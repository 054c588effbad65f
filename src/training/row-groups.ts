/** Rows of a matrix that are worked on together, and the columns in which any of them is not zero, both ascending. */
export interface RowGroup {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

const rowsPerGroup = 1500;

/**
 * Divides the rows of a row-major matrix into groups with few non-zero columns each, so that products with the matrix can
 * leave out the columns that are zero throughout a group.
 *
 * Rows are ordered by the rarest column that they use: the many rows that keep to common columns then share groups.
 */
export function groupRows(data: Float64Array, rows: number, columns: number): RowGroup[] {
  const used = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) used[i % columns]!++;
  const rarity = Float64Array.from({ length: rows }, (_, row) => {
    let rarest = rows;
    for (let j = 0; j < columns; j++) if (data[row * columns + j] !== 0) rarest = Math.min(rarest, used[j]!);
    return rarest;
  });
  const order = Int32Array.from({ length: rows }, (_, row) => row).sort((a, b) => rarity[b]! - rarity[a]! || a - b);
  const count = Math.max(1, Math.ceil(rows / rowsPerGroup));
  return Array.from({ length: count }, (_, g) => {
    const members = order.slice(Math.round((g * rows) / count), Math.round(((g + 1) * rows) / count)).sort();
    return { rows: members, columns: activeColumns(data, members, columns) };
  });
}

function activeColumns(data: Float64Array, rows: Int32Array, columns: number): Int32Array {
  const active = new Uint8Array(columns);
  for (const row of rows) for (let j = 0; j < columns; j++) if (data[row * columns + j] !== 0) active[j] = 1;
  return Int32Array.from(active.keys()).filter((j) => active[j] === 1);
}
