/** The points that no other one beats: none has at least their accuracy at a smaller cost. In ascending order of cost. */
export function paretoFront<P extends { readonly accuracy: number }>(points: readonly P[], cost: (point: P) => number): P[] {
  const sorted = [...points].sort((a, b) => cost(a) - cost(b) || b.accuracy - a.accuracy);
  const front: P[] = [];
  for (const point of sorted) if (front.length === 0 || point.accuracy > front.at(-1)!.accuracy) front.push(point);
  return front;
}
