import { deflate } from 'node:zlib';

/**
 * An opaque picture as a PNG file. A chart has few colours: up to 256 are written as a palette, which makes the file a
 * third of what true colour takes, without loss. True colour is compressed both as it is, which suits charts, and as differences
 * of neighbours, which suits photographs; the shorter is kept.
 *
 * @param pixels red, green, blue and opacity of each pixel, row by row; opacity is ignored
 */
export async function encodePng(pixels: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const palette = paletteOf(pixels);
  const encodings =
    palette === undefined
      ? [0, 1].map((filter) => trueColourRows(pixels, width, height, filter as 0 | 1))
      : [indexedRows(pixels, width, height, palette)];
  const compressed = await Promise.all(encodings.map(compress));
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header[8] = 8;
  header[9] = palette === undefined ? 2 : 3;
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    ...(palette === undefined ? [] : [chunk('PLTE', paletteBytes(palette))]),
    chunk('IDAT', compressed.reduce((best, each) => (each.length < best.length ? each : best))),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function compress(bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    deflate(bytes, { level: 9, memLevel: 9 }, (error, result) => (error ? reject(error) : resolve(Uint8Array.from(result))));
  });
}

/** The colours in order of appearance, each with its index; `undefined` if there are more than 256. */
function paletteOf(pixels: Uint8Array): Map<number, number> | undefined {
  const palette = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += 4) {
    const colour = colourAt(pixels, at);
    if (palette.has(colour)) continue;
    if (palette.size === 256) return undefined;
    palette.set(colour, palette.size);
  }
  return palette;
}

/** Each row begins with its filter, 0: none. */
function indexedRows(pixels: Uint8Array, width: number, height: number, palette: ReadonlyMap<number, number>): Uint8Array {
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 1; x <= width; x++, at += 4) rows[y * (width + 1) + x] = palette.get(colourAt(pixels, at))!;
  }
  return rows;
}

/** Each row begins with its filter, 0: none; or 1: each byte less that of the pixel on its left. */
function trueColourRows(pixels: Uint8Array, width: number, height: number, filter: 0 | 1): Uint8Array {
  const rows = new Uint8Array(height * (3 * width + 1));
  for (let y = 0, at = 0, to = 0; y < height; y++) {
    rows[to++] = filter;
    for (let x = 0; x < width; x++, at += 4) {
      const left = filter === 1 && x > 0;
      for (let c = at; c < at + 3; c++) rows[to++] = left ? pixels[c] - pixels[c - 4] : pixels[c];
    }
  }
  return rows;
}

function colourAt(pixels: Uint8Array, at: number): number {
  return (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
}

function paletteBytes(palette: ReadonlyMap<number, number>): Uint8Array {
  return Uint8Array.from([...palette.keys()].flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(data.length + 12);
  const view = new DataView(whole.buffer);
  view.setUint32(0, data.length);
  whole.set(new TextEncoder().encode(type), 4);
  whole.set(data, 8);
  view.setUint32(data.length + 8, crc32(whole.subarray(4, data.length + 8)));
  return whole;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** CRC-32 as PNG's specification defines it; Node's own came with 20.15. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
