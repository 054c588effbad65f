import type { Figure } from './figure';
import { requireCount, stackShape, type ImageStack } from './image-stack';
import { divergingScale } from './palette';
import { shadedTiles, tileGrid, type TileGridOptions } from './tile-grid';

/** Captions and layout of a `patternGrid`. */
export interface PatternGridOptions extends TileGridOptions {
  /** A text for each pattern, written over it. */
  readonly captions?: readonly string[];
}

/** The shade of 0; as many on either side of it. */
const zero = 127;

/**
 * Signed patterns side by side, the first at the upper left, such as the singular vectors of a first layer as pictures of its
 * input: orange above 0, blue below, white at 0. Each pattern is scaled by its own largest absolute value.
 *
 * @param patterns shape [n, rows, columns]
 * @throws RangeError if there are no patterns, if captions are not as many as the patterns, and on NaN or an infinity
 */
export function patternGrid(patterns: ImageStack, options: PatternGridOptions = {}): Figure {
  const shape = stackShape(patterns, 'a pattern grid', 'patterns');
  const { captions } = options;
  requireCount('captions', captions, shape[0], 'patterns');
  const grid = tileGrid(shape, captions?.map((text) => ({ text })) ?? [], options, { foot: 60 });
  const scales = largestOfEach(patterns.data, shape[0]);
  return {
    data: [
      shadedTiles(patterns, grid, {
        shade: (value, n) => zero + Math.sign(value) * Math.round(zero * Math.abs(value / (scales[n] || 1))),
        most: 2 * zero,
        blank: zero,
        colorscale: divergingScale,
        colorbar: {
          orientation: 'h',
          x: 0.5,
          y: 0,
          yanchor: 'top',
          ypad: 12,
          lenmode: 'pixels',
          len: 160,
          thickness: 8,
          outlinewidth: 0,
          tickvals: [0, zero, 2 * zero],
          ticktext: ['−max', '0', 'max'],
          tickfont: { size: 11 },
          title: { text: 'max: each pattern’s largest absolute value', side: 'bottom', font: { size: 11 } },
        },
      }),
    ],
    layout: grid.layout,
  };
}

function largestOfEach(values: ArrayLike<number>, count: number): Float64Array {
  const largest = new Float64Array(count);
  const size = values.length / count;
  for (let i = 0; i < values.length; i++) {
    const n = Math.floor(i / size);
    largest[n] = Math.max(largest[n], Math.abs(values[i]));
  }
  return largest;
}
