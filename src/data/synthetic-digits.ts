import { digitStrokes, type Stroke } from './digit-strokes';
import { drawImages } from './draw-images';
import type { LabelledImages } from './labelled-images';
import type { Random } from './random';

const side = 28;
const centre = (side - 1) / 2;

export const syntheticBanner =
  'Synthetic digits, not MNIST: a program drew them, and results on them say nothing about MNIST.';

/**
 * `count` digits drawn by a program, [count, 28, 28], with their labels, and a `banner` that says so. Every ten
 * in a row have each label once, in random order; the digits of a smaller `count` are the first ones of a larger.
 *
 * The strokes of each digit are shifted, turned, slanted, stretched and bent at random, drawn with a pen of random
 * width, anti-aliased, with noise in the ink. Only exactly rounded arithmetic is used, so that the same seed draws the
 * same pixels on every machine.
 *
 * @throws if `count` is not a natural number or `seed` not an integer in [0, 2³²).
 */
export function syntheticDigits(count: number, seed: number): LabelledImages {
  const distances = new Float64Array(side * side);
  const drawn = drawImages(count, seed, [side, side], (digit, random, pixels) => draw(digit, random, distances, pixels));
  return { ...drawn, banner: syntheticBanner };
}

function draw(digit: number, random: Random, distances: Float64Array, pixels: Uint8Array): void {
  const strokes = digitStrokes[digit][random.below(digitStrokes[digit].length)];
  const place = randomPlacement(random);
  const radius = random.between(0.9, 1.9);
  const ink = random.between(190, 255);
  distances.fill(Infinity);
  for (const stroke of strokes) {
    const points = stroke.map(([x, y]) => place(x + 1.1 * random.bell(), y + 1.1 * random.bell()));
    alongCurve(points, (from, to) => measure(from, to, radius + 0.5, distances));
  }
  for (let i = 0; i < pixels.length; i++) {
    const coverage = Math.min(1, radius + 0.5 - Math.sqrt(distances[i]));
    if (coverage > 0) pixels[i] = coverage * (ink - 40 * random.next());
  }
}

type Point = readonly [number, number];

/** A random affine map from the strokes' coordinates to pixels. */
function randomPlacement(random: Random): (x: number, y: number) => Point {
  // A rotation by twice the angle whose tangent is t: cosine and sine without trigonometry.
  const t = 0.17 * random.bell();
  const cos = (1 - t * t) / (1 + t * t);
  const sin = (2 * t) / (1 + t * t);
  const slant = -0.12 + 0.45 * random.bell();
  const width = 1.9 * random.between(0.7, 1.25);
  const height = 1.9 * random.between(0.8, 1.08);
  const left = centre + 2.2 * random.bell();
  const top = centre + 2.2 * random.bell();
  return (x, y) => {
    const down = height * (y - 5);
    const right = width * (x - 3) + slant * down;
    return [left + cos * right - sin * down, top + sin * right + cos * down];
  };
}

/** Visits the pieces, nearly straight, of the uniform Catmull–Rom spline through `points`. */
function alongCurve(points: readonly Point[], visit: (from: Point, to: Point) => void): void {
  const pieces = points.length === 2 ? 1 : 4;
  for (let i = 1; i < points.length; i++) {
    const corners = [points[Math.max(i - 2, 0)], points[i - 1], points[i], points[Math.min(i + 1, points.length - 1)]];
    let from = points[i - 1];
    for (let piece = 1; piece <= pieces; piece++) {
      const to = splinePoint(corners, piece / pieces);
      visit(from, to);
      from = to;
    }
  }
}

function splinePoint([a, b, c, d]: readonly Point[], t: number): Point {
  const along = (axis: 0 | 1) =>
    b[axis] +
    0.5 *
      t *
      (c[axis] -
        a[axis] +
        t *
          (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis] + t * (3 * (b[axis] - c[axis]) + d[axis] - a[axis])));
  return [along(0), along(1)];
}

/** Lowers the squared distances of the pixels within `reach` of the piece to their distance from it. */
function measure([x0, y0]: Point, [x1, y1]: Point, reach: number, distances: Float64Array): void {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const squaredLength = dx * dx + dy * dy;
  const [firstColumn, lastColumn] = span(x0, x1, reach);
  const [firstRow, lastRow] = span(y0, y1, reach);
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const along = squaredLength && ((column - x0) * dx + (row - y0) * dy) / squaredLength;
      const nearest = Math.min(1, Math.max(0, along));
      const right = x0 + nearest * dx - column;
      const down = y0 + nearest * dy - row;
      const index = row * side + column;
      distances[index] = Math.min(distances[index], right * right + down * down);
    }
  }
}

function span(a: number, b: number, reach: number): [first: number, last: number] {
  return [Math.max(0, Math.ceil(Math.min(a, b) - reach)), Math.min(side - 1, Math.floor(Math.max(a, b) + reach))];
}
