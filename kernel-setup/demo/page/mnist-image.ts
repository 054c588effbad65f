/** The side of an MNIST image, and of the box that its ink is scaled into, in pixels. */
export const side = 28;
const box = 20;

/**
 * A drawing as MNIST's digits are prepared (LeCun, Bottou, Bengio and Haffner 1998): its ink scaled, with its aspect ratio kept, into a box
 * of 20 × 20 pixels, each the mean of what it covers, and put into 28 × 28 pixels so that the centre of mass is in the one at row 14 and
 * column 14, counted from zero, as it is in all of MNIST's. The darkest pixel is 1.
 *
 * @param ink [height, width], 0 where there is none
 * @returns [28, 28], from 0 to 1; `undefined` for an empty drawing
 */
export function mnistImage(ink: ArrayLike<number>, width: number, height: number): Float32Array | undefined {
  const bounds = boundsOf(ink, width, height);
  if (bounds === undefined) return undefined;
  const scale = box / Math.max(bounds.width, bounds.height);
  const [columns, rows] = [bounds.width, bounds.height].map((extent) => Math.max(1, Math.round(extent * scale))) as [number, number];
  const small = shrunk(ink, width, bounds, columns, rows);

  let [mass, x, y, darkest] = [0, 0, 0, 0];
  small.forEach((value, i) => {
    mass += value;
    x += value * ((i % columns) + 0.5);
    y += value * (Math.floor(i / columns) + 0.5);
    darkest = Math.max(darkest, value);
  });
  const [left, top] = [side / 2 - Math.floor(x / mass), side / 2 - Math.floor(y / mass)];
  const image = new Float32Array(side * side);
  small.forEach((value, i) => {
    const [column, row] = [left + (i % columns), top + Math.floor(i / columns)];
    if (column >= 0 && column < side && row >= 0 && row < side) image[row * side + column] = value / darkest;
  });
  return image;
}

interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function boundsOf(ink: ArrayLike<number>, width: number, height: number): Bounds | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!(ink[y * width + x]! > 0)) continue;
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), y];
    }
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The part of a picture within bounds in other pixels, each the mean of the area that it covers. */
function shrunk(ink: ArrayLike<number>, width: number, { left, top, ...from }: Bounds, columns: number, rows: number): Float64Array {
  const across = coverage(from.width, columns);
  const down = coverage(from.height, rows);
  const small = new Float64Array(rows * columns);
  for (let y = 0; y < from.height; y++) {
    for (let x = 0; x < from.width; x++) {
      const value = ink[(top + y) * width + left + x]!;
      if (value === 0) continue;
      for (const [row, high] of down[y]!) for (const [column, wide] of across[x]!) small[row * columns + column]! += value * high * wide;
    }
  }
  return small;
}

/** For each of `from` equal parts of a line, which of `to` others it overlaps, and what share of those it covers. */
function coverage(from: number, to: number): [part: number, share: number][][] {
  return Array.from({ length: from }, (_, i) => {
    const [start, end] = [(i * to) / from, ((i + 1) * to) / from];
    const overlaps: [number, number][] = [];
    for (let part = Math.floor(start); part < Math.min(to, end); part++) {
      overlaps.push([part, Math.min(end, part + 1) - Math.max(start, part)]);
    }
    return overlaps;
  });
}
