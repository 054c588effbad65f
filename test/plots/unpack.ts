/** Reads plotly's packed matrices. */
export function unpack(packed: unknown): { data: Uint8Array | Float32Array; shape: number[] } {
  const { dtype, bdata, shape } = packed as { dtype: string; bdata: string; shape: string };
  const bytes = Uint8Array.from(Buffer.from(bdata, 'base64'));
  return { data: dtype === 'u1' ? bytes : new Float32Array(bytes.buffer), shape: shape.split(',').map(Number) };
}
