const blockLength = 512;

/**
 * The regular files in a tar archive (POSIX.1-1988 "ustar", or GNU's), by their paths; of two with the same path, the
 * last. Folders, links and extended headers are passed over, so that a path too long for its header comes cut short.
 *
 * @returns Views of `bytes`, not copies.
 * @throws if the archive is truncated or corrupt, or is none; the message begins with `name`.
 */
export function readTar(bytes: Uint8Array, name = 'tar archive'): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let start = 0;
  for (;;) {
    const header = bytes.subarray(start, start + blockLength);
    if (header.length < blockLength) throw new Error(`${name} is truncated: it ends at byte ${bytes.length} without an end mark`);
    if (header.every((byte) => byte === 0)) return files;
    if (octal(header, 148, 8) !== checksum(header)) {
      throw new Error(`${name} is corrupt, or no tar archive: the checksum of the header at byte ${start} is wrong`);
    }
    const length = octal(header, 124, 12);
    if (length === undefined) throw new Error(`${name} is corrupt: the header at byte ${start} gives no length`);
    const from = start + blockLength;
    const path = pathIn(header);
    if (from + length > bytes.length) {
      throw new Error(`${name} is truncated: ${path} has ${bytes.length - from} of its ${length} bytes`);
    }
    if (isRegular(header)) files.set(path, bytes.subarray(from, from + length));
    start = from + Math.ceil(length / blockLength) * blockLength;
  }
}

/** The sum of the header's bytes, with the field of the checksum itself taken as eight spaces. */
function checksum(header: Uint8Array): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function isRegular(header: Uint8Array): boolean {
  return header[156] === 0 || header[156] === 0x30;
}

function pathIn(header: Uint8Array): string {
  // GNU's older format has "ustar  ", and other things where ustar has the beginning of the path.
  const prefix = text(header, 257, 6) === 'ustar' ? text(header, 345, 155) : '';
  const path = text(header, 0, 100);
  return prefix ? `${prefix}/${path}` : path;
}

function octal(header: Uint8Array, at: number, length: number): number | undefined {
  const digits = text(header, at, length).trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : undefined;
}

/** A field's text, up to its first zero byte. */
function text(header: Uint8Array, at: number, length: number): string {
  return new TextDecoder().decode(header.subarray(at, at + length)).split('\0', 1)[0];
}
