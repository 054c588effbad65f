import { createHash } from 'node:crypto';
import type { StoredTensor } from '../stored-tensor';
import { decodeJson, encodeJson } from './exact-json';

/*
 * A checkpoint is one file:
 *
 *   8 bytes    'LOWRANK1', which names the format and its version
 *   4 bytes    length of the header in bytes, little-endian
 *   header     JSON in UTF-8, filled up with spaces to a multiple of 8 bytes of the file: { content, tensors },
 *              tensors: an array of { dtype, shape }
 *   data       the tensors' elements in that order, little-endian, each tensor filled up with zeros to a multiple of 8
 *              bytes
 *   32 bytes   SHA-256 of all bytes before
 */
const magic = new TextEncoder().encode('LOWRANK1');
const hashBytes = 32;
const align = (bytes: number): number => Math.ceil(bytes / 8) * 8;

export interface Contents {
  /** Values that JSON can hold; numbers may be infinite or NaN. */
  readonly content: unknown;
  readonly tensors: readonly StoredTensor[];
}

/** The file in pieces; those of the tensors are views of their data. */
export function encode({ content, tensors }: Contents): Uint8Array[] {
  const json = Buffer.from(encodeJson({ content, tensors: tensors.map(({ dtype, shape }) => ({ dtype, shape })) }));
  const start = Buffer.alloc(align(magic.length + 4 + json.length), ' ');
  start.set(magic);
  start.writeUInt32LE(start.length - magic.length - 4, magic.length);
  json.copy(start, magic.length + 4);
  const pieces: Uint8Array[] = [start];
  for (const { data } of tensors) {
    pieces.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    pieces.push(new Uint8Array(align(data.byteLength) - data.byteLength));
  }
  const hash = createHash('sha256');
  pieces.forEach((piece) => hash.update(piece));
  return [...pieces, hash.digest()];
}

/** What `encode` made, or in one clause why the bytes are not that. */
export function decode(file: Uint8Array): Contents | { readonly fault: string } {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (!bytes.subarray(0, magic.length).equals(magic)) return { fault: 'is not a checkpoint of fit' };
  const end = bytes.length - hashBytes;
  if (
    end < magic.length + 4 ||
    !createHash('sha256').update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end))
  ) {
    return { fault: 'is truncated or damaged' };
  }
  const start = magic.length + 4 + bytes.readUInt32LE(magic.length);
  const header = decodeJson(bytes.toString('utf8', magic.length + 4, start)) as Header;
  let at = start;
  const tensors = header.tensors.map(({ dtype, shape }) => {
    const data = new arrays[dtype](shape.reduce((product, length) => product * length, 1));
    new Uint8Array(data.buffer).set(bytes.subarray(at, at + data.byteLength));
    at += align(data.byteLength);
    return { dtype, shape, data };
  });
  return { content: header.content, tensors };
}

interface Header {
  readonly content: unknown;
  readonly tensors: readonly Pick<StoredTensor, 'dtype' | 'shape'>[];
}

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;
