import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

export function gzip(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(gzipSync(bytes));
}

export function read(path: string): Uint8Array {
  return Uint8Array.from(readFileSync(path));
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
