/** The points that no other one beats: none has at least their accuracy at a smaller cost. In ascending order of cost. */
export function paretoFront<P extends { readonly accuracy: number }>(points: readonly P[], cost: (point: P) => number): P[] {
  const sorted = [...points].sort((a, b) => cost(a) - cost(b) || b.accuracy - a.accuracy);
  let best = -Infinity;
  return sorted.filter(({ accuracy }) => accuracy > best && ((best = accuracy), true));
}
