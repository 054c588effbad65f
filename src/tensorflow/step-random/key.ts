import { createHash } from 'node:crypto';
import type { Key } from './distribution';

/** The key of a stream's draws, or of those of an operation that has a seed of its own: then a hash of both. */
export function streamKey(seed: number, operationSeed?: number | string | null): Key {
  if (operationSeed === undefined || operationSeed === null) return [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
  const hash = createHash('sha256').update(`${seed}/${operationSeed}`).digest();
  return [hash.readUInt32LE(0), hash.readUInt32LE(4)];
}
