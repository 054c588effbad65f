import { drawImages } from './draw-images';
import type { LabelledImages } from './labelled-images';
import type { Random } from './random';

const side = 32;
const centre = (side - 1) / 2;

export const picturesBanner =
  'Synthetic pictures, not CIFAR-10: a program drew them, and results on them say nothing about CIFAR-10.';

/**
 * How far the point (x, y) lies outside of a figure, negative inside: x from −1 to 1 rightwards, y from −1 to 1
 * downwards. `width` is that of its lines or bars, in the same unit.
 */
type Figure = (x: number, y: number, width: number) => number;

const disc: Figure = (x, y) => Math.sqrt(x * x + y * y) - 1;
const square: Figure = (x, y) => Math.max(Math.abs(x), Math.abs(y)) - 0.9;
const triangle: Figure = (x, y) => Math.max(y - 0.9, Math.sqrt(0.75) * Math.abs(x) - 0.5 * (y + 0.9));
const plank: Figure = (x, y, width) => Math.max(Math.abs(x) - 0.6 * width, Math.abs(y) - 1);
const bars = (across: number, width: number) => Math.abs(across - 2 * width * Math.round(across / (2 * width))) - 0.5 * width;

const figures: Readonly<Record<string, Figure>> = {
  disc,
  ring: (x, y, width) => Math.max(disc(x, y, width), -width - disc(x, y, width)),
  square,
  frame: (x, y, width) => Math.max(square(x, y, width), -width - square(x, y, width)),
  triangle,
  cross: (x, y, width) => Math.min(plank(x, y, width), plank(y, x, width)),
  'horizontal bars': (x, y, width) => Math.max(square(x, y, width), bars(y, width)),
  'vertical bars': (x, y, width) => Math.max(square(x, y, width), bars(x, width)),
  'diagonal bars': (x, y, width) => Math.max(square(x, y, width), bars(Math.sqrt(0.5) * (x + y), width)),
  checkerboard: (x, y, width) => {
    const [across, down] = [bars(x, width), bars(y, width)];
    return Math.max(square(x, y, width), Math.min(across, down), -Math.max(across, down));
  },
};

/** What the labels 0 to 9 of the synthetic pictures stand for. */
export const pictureNames: readonly string[] = Object.keys(figures);

/**
 * `count` pictures of ten kinds of figures drawn by a program, [count, 32, 32, 3], with their labels, and a `banner` that
 * says so. The labels 0 to 9 are: disc, ring, square, frame, triangle, cross, horizontal bars, vertical bars, diagonal
 * bars, checkerboard. Every ten in a row have each label once, in random order; the pictures of a smaller `count` are
 * the first ones of a larger.
 *
 * Each figure is shifted, turned, stretched and mirrored at random, its lines of random width, anti-aliased, with noise in
 * the brightness. Its colour and that of the ground are any two that differ enough, so that neither tells the class.
 * Only exactly rounded arithmetic is used, so that the same seed draws the same pixels on every machine.
 *
 * @throws if `count` is not a natural number or `seed` not an integer in [0, 2³²).
 */
export function syntheticPictures(count: number, seed: number): LabelledImages {
  const byLabel = Object.values(figures);
  const drawn = drawImages(count, seed, [side, side, 3], (label, random, pixels) => draw(byLabel[label], random, pixels));
  return { ...drawn, banner: picturesBanner };
}

function draw(figure: Figure, random: Random, pixels: Uint8Array): void {
  const [ground, paint] = twoColours(random);
  // A rotation by twice the angle whose tangent is t: cosine and sine without trigonometry.
  const t = 0.14 * random.bell();
  const cos = (1 - t * t) / (1 + t * t);
  const sin = (2 * t) / (1 + t * t);
  const size = random.between(7, 12);
  const stretch = random.between(0.85, 1.15);
  const mirror = random.next() < 0.5 ? -1 : 1;
  const left = centre + 4.5 * random.bell();
  const top = centre + 4.5 * random.bell();
  const width = random.between(0.28, 0.45);
  for (let row = 0, at = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const x = (mirror * (cos * (column - left) + sin * (row - top))) / (size * stretch);
      const y = ((cos * (row - top) - sin * (column - left)) * stretch) / size;
      const coverage = Math.min(1, Math.max(0, 0.5 - size * figure(x, y, width)));
      const shade = random.between(-noise, noise);
      for (let colour = 0; colour < 3; colour++, at++) {
        pixels[at] = ground[colour] + coverage * (paint[colour] - ground[colour]) + shade;
      }
    }
  }
}

type Colour = readonly [red: number, green: number, blue: number];

/** By how much a pixel is brighter or darker than its colour, at most; colours keep so far from 0 and 255. */
const noise = 20;

function twoColours(random: Random): readonly [Colour, Colour] {
  const colour = (): Colour => [level(random), level(random), level(random)];
  for (;;) {
    const [a, b] = [colour(), colour()];
    const [red, green, blue] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    if (red * red + green * green + blue * blue > 90 * 90) return [a, b];
  }
}

function level(random: Random): number {
  return random.between(noise, 255 - noise);
}
