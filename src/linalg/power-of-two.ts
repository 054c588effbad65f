/** The power of two next below the largest magnitude, by which dividing loses nothing; 1 if all values are zero. */
export function powerOfTwoBelow(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
}
