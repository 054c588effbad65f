import { baseLayout, requireFinite, type Figure, type FigureOptions } from './figure';
import { packMatrix } from './packed-array';

/** Grey images of equal size. */
export interface ImageStack {
  readonly data: ArrayLike<number>;
  /** Images, rows, columns. */
  readonly shape: readonly number[];
}

export interface DigitGridOptions extends FigureOptions {
  /** Images in a row; 10 by default. */
  readonly columns?: number;
  /** The true class of each image, written over it. */
  readonly labels?: ArrayLike<number>;
  /** The predicted class of each image; where it differs from the label, both are written, in orange. Needs `labels`. */
  readonly predictions?: ArrayLike<number>;
  /** Names of the classes 0, 1, …; the numbers themselves by default. */
  readonly classNames?: readonly string[];
}

/** Between images, in their own pixels. */
const gap = 2;
/** The narrowest margin and the widest image, in the figure's pixels. */
const edge = 24;
const tile = 64;

/**
 * Images side by side, dark ink on white, the first at the upper left. The brightest pixel of all is the darkest ink.
 *
 * @throws RangeError if there are no images, if labels or predictions are not as many as the images, if there are
 *   predictions but no labels, and on NaN, infinite or negative pixels
 */
export function digitGrid(images: ImageStack, options: DigitGridOptions = {}): Figure {
  const [count, height, width] = stackShape(images);
  const columns = Math.min(count, options.columns ?? 10);
  if (!(Number.isInteger(columns) && columns >= 1)) throw new RangeError(`columns is ${options.columns}; it must be a positive integer`);
  const captions = captionsOf(count, options);
  const rows = Math.ceil(count / columns);
  // Room for the caption over each row, in image pixels.
  const head = captions.length > 0 ? Math.round(height * 0.3) : 0;
  const [pitchX, pitchY] = [width + gap, height + gap + head];
  const canvasWidth = columns * pitchX - gap;
  const canvasHeight = rows * pitchY - gap;
  const ink = new Uint8Array(canvasWidth * canvasHeight);
  const scale = 255 / (brightest(images.data) || 1);
  for (let n = 0; n < count; n++) {
    const left = (n % columns) * pitchX;
    const top = Math.floor(n / columns) * pitchY + head;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        ink[(top + y) * canvasWidth + left + x] = Math.round(images.data[(n * height + y) * width + x] * scale);
      }
    }
  }
  const layout = baseLayout(options, { width: 720, height: 420 });
  const margin = layout.margin as { readonly t: number };
  const fitting = Math.min(tile / width, (layout.width - 2 * edge) / canvasWidth);
  // Whole pixels to each of an image's, where there is room, keep all its pixels equal.
  const pixels = fitting >= 1 ? Math.floor(fitting) : fitting;
  const side = (layout.width - canvasWidth * pixels) / 2;
  const hidden = { visible: false, constrain: 'domain' };
  return {
    data: [
      {
        type: 'heatmap',
        z: packMatrix(ink, canvasHeight, canvasWidth),
        zmin: 0,
        zmax: 255,
        colorscale: [[0, '#ffffff'], [1, '#000000']],
        showscale: false,
        hoverinfo: 'skip',
      },
    ],
    layout: {
      ...layout,
      height: options.height ?? Math.ceil(margin.t + edge + canvasHeight * pixels),
      margin: { t: margin.t, r: Math.ceil(side), b: edge, l: Math.floor(side) },
      xaxis: { ...hidden, range: [-0.5, canvasWidth - 0.5] },
      yaxis: { ...hidden, range: [canvasHeight - 0.5, -0.5], scaleanchor: 'x' },
      annotations: captions.map(({ text, wrong }, n) => ({
        x: (n % columns) * pitchX + (width - 1) / 2,
        y: Math.floor(n / columns) * pitchY + head - 0.5,
        yanchor: 'bottom',
        showarrow: false,
        text,
        font: { size: 12, color: wrong ? '#b34e00' : '#2b2b2b' },
      })),
    },
  };
}

function captionsOf(count: number, { labels, predictions, classNames }: DigitGridOptions): { text: string; wrong: boolean }[] {
  requireCount('labels', labels, count);
  requireCount('predictions', predictions, count);
  if (labels === undefined) {
    if (predictions !== undefined) throw new RangeError('predictions were given without labels');
    return [];
  }
  const name = (value: number) => classNames?.[value] ?? String(value);
  return Array.from(labels, (label, n) => {
    const predicted = predictions?.[n] ?? label;
    return predicted === label
      ? { text: name(label), wrong: false }
      : { text: `<b>${name(label)} as ${name(predicted)}</b>`, wrong: true };
  });
}

function stackShape({ data, shape }: ImageStack): [number, number, number] {
  if (shape.length !== 3) throw new RangeError(`a digit grid takes images of the shape [n, rows, columns]; this array has the shape [${shape.join(', ')}]`);
  const [count, height, width] = shape;
  const size = count * height * width;
  if (size === 0) throw new RangeError(`there are no images to draw: the shape is [${shape.join(', ')}]`);
  if (size !== data.length) throw new RangeError(`the images have ${data.length} pixels, but their shape [${shape.join(', ')}] says ${size}`);
  requireFinite('images', data);
  for (let i = 0; i < size; i++) if (data[i] < 0) throw new RangeError(`images[${i}] is ${data[i]}; a pixel is 0 (paper) or more`);
  return [count, height, width];
}

function brightest(values: ArrayLike<number>): number {
  let result = 0;
  for (let i = 0; i < values.length; i++) result = Math.max(result, values[i]);
  return result;
}

function requireCount(name: string, values: ArrayLike<number> | undefined, count: number): void {
  if (values !== undefined && values.length !== count) {
    throw new RangeError(`there are ${count} images and ${values.length} ${name}; they must be as many`);
  }
}
