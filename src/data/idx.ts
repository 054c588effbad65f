import type { NumericArray } from './array';

const unsignedByte = 0x08;

/**
 * Parses a file in the IDX format of the MNIST database: two zero bytes, a type code, the number of dimensions, the
 * sizes as big-endian 32-bit integers, then the elements, the last axis varying fastest.
 *
 * @returns A view of `bytes`, not a copy.
 * @throws if the file is not IDX, does not hold unsigned bytes, or its length is not what its header says; the
 * message begins with `name`.
 */
export function parseIdx(bytes: Uint8Array, name = 'IDX file'): NumericArray<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0) {
    throw new Error(`${name} is not an IDX file: it begins with ${hex(bytes.subarray(0, 4))}; expected 00 00`);
  }
  const [type, rank] = [bytes[2], bytes[3]];
  if (type !== unsignedByte) {
    throw new Error(`${name} holds elements of type 0x${type.toString(16)}; only unsigned bytes (0x8) are read`);
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    throw new Error(`${name} is truncated: ${bytes.length} bytes, and its header alone has ${start}`);
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  if (bytes.length !== start + size) {
    throw new Error(`${name} has ${bytes.length} bytes; its header [${shape}] asks for ${start + size}`);
  }
  return { data: new Uint8Array(bytes.buffer, bytes.byteOffset + start, size), shape };
}

function hex(bytes: Uint8Array): string {
  return bytes.length ? Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ') : 'nothing';
}
