/** The seconds of so many repetitions, of which only the first were measured; the very first has what it takes to begin. */
export function extrapolated(seconds: readonly number[], wanted: number): number {
  if (seconds.length >= wanted) return sum(seconds.slice(0, wanted));
  const [first, ...others] = seconds as [number, ...number[]];
  if (others.length === 0) throw new RangeError('one repetition does not tell how long the later ones take');
  return first + (wanted - 1) * mean(others);
}

export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((all, value) => all + value, 0);
}
