import { availableParallelism, cpus } from 'node:os';

/** What the times were measured with, for a note. */
export function machine(versions: readonly string[]): string {
  const libraries = new Set(versions.flatMap((version) => version.split(', ')));
  const processor = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`;
  return [processor, `Node ${process.versions.node}`, ...libraries].join(', ');
}
