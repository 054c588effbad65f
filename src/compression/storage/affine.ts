/** Numbers as integers: x ≈ scale·data + min. */
export interface Affine {
  readonly data: Uint8Array | Uint16Array;
  readonly scale: number;
  readonly min: number;
}

const largest = { uint8: 2 ** 8 - 1, uint16: 2 ** 16 - 1 } as const;

/**
 * Finite numbers as the nearest of 2⁸ or 2¹⁶ equally spaced ones, by the rules of TensorFlow.js's converter: they reach from
 * the least to the greatest number, and are shifted by at most half a step so that zero, where it lies between, is one of
 * them. No number moves by more than half a step. Equal numbers stay as they are.
 */
export function toAffine(values: Float32Array, dtype: 'uint8' | 'uint16'): Affine {
  const most = largest[dtype];
  const data = dtype === 'uint8' ? new Uint8Array(values.length) : new Uint16Array(values.length);
  const [least, greatest] = range(values);
  if (least === greatest) return { data, scale: 1, min: least };
  const scale = (greatest - least) / most;
  const min = least <= 0 && greatest >= 0 ? -Math.round(-least / scale) * scale : least;
  values.forEach((value, i) => {
    data[i] = Math.min(most, Math.max(0, Math.round((value - min) / scale)));
  });
  return { data, scale, min };
}

/** [0, 0] of nothing. */
function range(values: Float32Array): [least: number, greatest: number] {
  if (values.length === 0) return [0, 0];
  return values.reduce<[number, number]>(
    (found, value) => {
      if (value < found[0]) found[0] = value;
      if (value > found[1]) found[1] = value;
      return found;
    },
    [Infinity, -Infinity],
  );
}
