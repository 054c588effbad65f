/** @throws RangeError that names the first one that is no integer above 0 */
export function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} is ${value}; it must be an integer above 0`);
  }
}
