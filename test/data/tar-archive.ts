/** A ustar archive of these files, by their paths. */
export function tarOf(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([path, bytes]) => [header(path, bytes.length), padded(bytes)]);
  return Uint8Array.from(Buffer.concat([...blocks, new Uint8Array(1024)]));
}

function header(path: string, length: number): Uint8Array {
  const block = Buffer.alloc(512);
  block.write(path, 0);
  block.write('0000644', 100);
  block.write(length.toString(8).padStart(11, '0'), 124);
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  return withChecksum(block);
}

/** The header with its checksum put right. */
export function withChecksum(block: Uint8Array): Uint8Array {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  Buffer.from(block.buffer, block.byteOffset).write(`${sum.toString(8).padStart(6, '0')}\0`, 148);
  return block;
}

function padded(bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
  block.set(bytes);
  return block;
}
