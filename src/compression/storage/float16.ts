/** The largest number that float16 holds. */
export const largestFloat16 = 65504;

/** Whether a finite number is rounded to infinity. */
export function overflowsFloat16(value: number): boolean {
  return Math.abs(value) >= 65520 && Number.isFinite(value);
}

/** The bits of float16 (IEEE 754 binary16) for each number, rounded to the nearest, ties to even; NaN and the infinities stay. */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return new Uint16Array(values.length).map((_, i) => float16Bits(bits[i]!));
}

function float16Bits(float32Bits: number): number {
  const sign = (float32Bits >>> 16) & 0x8000;
  const magnitude = float32Bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  const exponent = magnitude >>> 23;
  if (exponent > 112) return sign | shiftedAndRounded(magnitude - (112 << 23), 13);
  // Below 2⁻¹⁴ float16 counts in steps of 2⁻²⁴.
  return exponent < 102 ? sign : sign | shiftedAndRounded((magnitude & 0x7fffff) | 0x800000, 126 - exponent);
}

/** A carry out of the fraction goes into the exponent, which is what it should do. */
function shiftedAndRounded(bits: number, shift: number): number {
  const odd = (bits >> shift) & 1;
  return (bits + (1 << (shift - 1)) - 1 + odd) >> shift;
}
