import { baseLayout, textColour, type FigureOptions, type Layout, type Trace } from './figure';
import type { ImageStack } from './image-stack';
import { packMatrix } from './packed-array';

export interface TileGridOptions extends FigureOptions {
  /** Pictures in a row; 10 by default, fewer if the captions need the room. */
  readonly columns?: number;
}

/** A text over a picture. */
export interface Caption {
  readonly text: string;
  readonly colour?: string;
}

/** Pictures of equal size side by side, the first at the upper left. Lengths are in the pictures' own pixels. */
export interface TileGrid {
  readonly width: number;
  readonly height: number;
  /** Column and row of the n-th picture's first pixel. */
  corner(n: number): [number, number];
  /** The figure's layout: one unit of its axes is a pixel of a picture. */
  readonly layout: Layout;
}

export interface Shading {
  /** The shade of a value of the n-th picture, an integer from 0 to `most`. */
  shade(value: number, n: number): number;
  /** At most 255. */
  readonly most: number;
  /** The shade between the pictures. */
  readonly blank: number;
  /** Stops from shade 0 to `most`. */
  readonly colorscale: readonly (readonly [number, string])[];
  readonly colorbar?: object;
}

/** Between pictures, in their own pixels; and over a caption, in the figure's. */
const gap = 2;
const captionGap = 10;
/** The narrowest margin and the widest picture, in the figure's pixels. Ten pictures of 32 × 32, twice as large, fit between the margins. */
const edge = 20;
const tile = 64;
/** The captions' font: its usual size, the smallest before a row gets fewer pictures, and the smallest where the columns are told. */
const usualFont = 12;
const smallFont = 10;
const leastFont = 7;
/** The height of a line and the mean width of a bold letter, as parts of the font's size. */
const lineHeight = 1.4;
const letterWidth = 0.58;

/**
 * Lays out pictures with a caption over each, or with none.
 *
 * @param shape how many pictures, their height and their width
 * @param foot pixels of the figure kept free below the pictures, beside the margin
 * @throws RangeError if `options.columns` is no positive integer
 */
export function tileGrid(
  [count, height, width]: readonly [number, number, number],
  captions: readonly Caption[],
  options: TileGridOptions,
  { mostColumns = 10, foot = 0 } = {},
): TileGrid {
  const layout = baseLayout(options, { width: 720, height: 420 });
  const room = layout.width - 2 * edge;
  const lines = captions.map(({ text }) => text.split(/<br\s*\/?>/).map((line) => line.replace(/<[^>]*>/g, '').length));
  // As a part of the font's size, with a letter between neighbours.
  const captionWidth = captions.length > 0 ? (Math.max(...lines.flat()) + 1) * letterWidth : 0;
  const fitting = Math.min(mostColumns, Math.max(1, Math.floor(room / (captionWidth * smallFont))));
  const columns = Math.min(count, options.columns ?? fitting);
  if (!(Number.isInteger(columns) && columns >= 1)) throw new RangeError(`columns is ${options.columns}; it must be a positive integer`);
  const rows = Math.ceil(count / columns);

  const scale = Math.min(tile / width, room / (columns * (width + gap) - gap));
  // Whole pixels to each of a picture's, where there is room, keep all its pixels equal.
  const pixels = scale >= 1 ? Math.floor(scale) : scale;
  const widest = Math.max(width + gap, Math.floor((room / pixels - width) / Math.max(1, columns - 1)));
  const pitchX = Math.min(widest, Math.max(width + gap, Math.ceil((captionWidth * usualFont) / pixels)));
  const fontSize = Math.max(leastFont, Math.min(usualFont, Math.floor((pitchX * pixels) / captionWidth)));
  const head = captions.length > 0 ? Math.round((Math.max(...lines.map((each) => each.length)) * fontSize * lineHeight) / pixels) : 0;
  const rowGap = captions.length > 0 ? Math.max(gap, Math.round(captionGap / pixels)) : gap;
  const pitchY = height + rowGap + head;
  const canvas = { width: (columns - 1) * pitchX + width, height: rows * pitchY - rowGap };
  const corner = (n: number): [number, number] => [(n % columns) * pitchX, Math.floor(n / columns) * pitchY + head];

  const margin = layout.margin as { readonly t: number };
  const side = (layout.width - canvas.width * pixels) / 2;
  const hidden = { visible: false, constrain: 'domain' };
  return {
    ...canvas,
    corner,
    layout: {
      ...layout,
      height: options.height ?? Math.ceil(margin.t + edge + foot + canvas.height * pixels),
      margin: { t: margin.t, r: Math.ceil(side), b: edge + foot, l: Math.floor(side) },
      xaxis: { ...hidden, range: [-0.5, canvas.width - 0.5] },
      yaxis: { ...hidden, range: [canvas.height - 0.5, -0.5], scaleanchor: 'x' },
      annotations: captions.map(({ text, colour = textColour }, n) => ({
        x: corner(n)[0] + (width - 1) / 2,
        y: corner(n)[1] - 0.5,
        yanchor: 'bottom',
        showarrow: false,
        text,
        font: { size: fontSize, color: colour },
      })),
    },
  };
}

/** Pictures of one value a pixel, all in one heatmap. */
export function shadedTiles({ data, shape }: ImageStack, grid: TileGrid, { shade, most, blank, colorscale, colorbar }: Shading): Trace {
  const [count, height, width] = shape;
  const shades = new Uint8Array(grid.width * grid.height).fill(blank);
  for (let n = 0, from = 0; n < count; n++) {
    const [left, top] = grid.corner(n);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, from++) shades[(top + y) * grid.width + left + x] = shade(data[from], n);
    }
  }
  return {
    type: 'heatmap',
    z: packMatrix(shades, grid.height, grid.width),
    zmin: 0,
    zmax: most,
    colorscale,
    showscale: colorbar !== undefined,
    ...(colorbar === undefined ? {} : { colorbar }),
    hoverinfo: 'skip',
  };
}
