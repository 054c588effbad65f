/**
 * A typed array as plotly's figure JSON packs it: little-endian bytes in base64, a third of the size of written-out
 * numbers. (plotly.js: "typed array specification", `dtype`, `bdata`, `shape`.)
 */
export interface PackedArray {
  readonly dtype: 'u1' | 'f4';
  readonly bdata: string;
  /** Rows and columns, as `'28, 28'`; in colour also 3. */
  readonly shape: string;
}

/** Packs a row-major `rows` × `columns` matrix. */
export function packMatrix(values: Uint8Array | Float32Array, rows: number, columns: number): PackedArray {
  return packArray(values, [rows, columns]);
}

/** Packs a row-major array of up to three dimensions. */
export function packArray(values: Uint8Array | Float32Array, shape: readonly number[]): PackedArray {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return {
    dtype: values instanceof Uint8Array ? 'u1' : 'f4',
    bdata: bytes.toString('base64'),
    shape: shape.join(', '),
  };
}
