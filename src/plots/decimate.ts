/**
 * Which points of a long line to draw: the first, the last, and in between the smallest and the largest value of each
 * of equal stretches, so that no spike is lost.
 *
 * @param values heights of the line's points
 * @param maxPoints at least 4; a line with no more points than this keeps them all
 * @returns ascending indices into `values`, `maxPoints` of them at most
 */
export function decimate(values: ArrayLike<number>, maxPoints: number): number[] {
  if (!(Number.isInteger(maxPoints) && maxPoints >= 4)) {
    throw new RangeError(`maxPoints is ${maxPoints}; it must be an integer of at least 4`);
  }
  const count = values.length;
  if (count <= maxPoints) return Array.from({ length: count }, (_, i) => i);
  const stretches = Math.floor((maxPoints - 2) / 2);
  const kept = [0];
  for (let s = 0; s < stretches; s++) {
    const from = 1 + Math.floor((s * (count - 2)) / stretches);
    const to = 1 + Math.floor(((s + 1) * (count - 2)) / stretches);
    let low = from;
    let high = from;
    for (let i = from + 1; i < to; i++) {
      if (values[i] < values[low]) low = i;
      if (values[i] > values[high]) high = i;
    }
    kept.push(Math.min(low, high));
    if (low !== high) kept.push(Math.max(low, high));
  }
  kept.push(count - 1);
  return kept;
}
