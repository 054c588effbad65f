import type { Tensor2D } from '@tensorflow/tfjs';
import type { LayerAbout } from './about.js';
import { rgb } from './drawing-pad.js';
import { element } from './elements.js';
import { side } from './mnist-image.js';
import type { Network } from './network.js';
import { tf } from './tensorflow.js';

/** Colours reach their ends at so many root mean squares of the dense kernel. */
const reach = 3;

/** So many units of the first layer are drawn as pictures of their inputs, in a square. */
const patternsAcross = 4;

/**
 * The kernel of the dense network, what the compressed one has in its place, and the difference, in the same colours: a pixel for each
 * weight, rows and columns sorted as `LayerAbout` tells. Of the first layer also the units with the largest weights, as pictures of the
 * drawing that they look at.
 *
 * @returns what the colours' ends stand for
 */
export function drawPictures(place: HTMLElement, layer: LayerAbout, dense: Network, compressed: Network): number {
  const { w, a } = kernels(layer, dense, compressed);
  const end = reach * Math.sqrt(sumOfSquares(w) / w.length);
  const matrices = [
    ['The dense network’s weights', w],
    [layer.rank === null ? 'The compressed network’s' : `Compressed: a product of rank ${layer.rank}`, a],
    ['The difference', w.map((value, i) => value - a[i]!)],
  ] as const;
  const largest = layer.rows === side * side ? largestUnits(a, layer) : undefined;
  place.replaceChildren(...matrices.map(([title, values]) => element(
    'figure',
    {},
    element('figcaption', {}, title),
    matrixPicture(values, layer, end, title),
    ...(largest === undefined ? [] : [patternPicture(values, layer, largest, end, title)]),
  )));
  return end;
}

function kernels({ name }: LayerAbout, dense: Network, compressed: Network): { w: Float32Array; a: Float32Array } {
  return tf.tidy(() => {
    const [left, right] = [compressed.kernel(`${name}_left`), compressed.kernel(name)!];
    const a = left === undefined ? right : left.matMul<Tensor2D>(right);
    return { w: dense.kernel(name)!.dataSync() as Float32Array, a: a.dataSync() as Float32Array };
  });
}

function largestUnits(kernel: Float32Array, { rows, columns }: LayerAbout): number[] {
  const sizes = Array.from({ length: columns }, (_, column) =>
    sumOfSquares(Float32Array.from({ length: rows }, (_, row) => kernel[row * columns + column]!)));
  return sizes.map((_, column) => column).sort((a, b) => sizes[b]! - sizes[a]!).slice(0, patternsAcross ** 2);
}

function matrixPicture(values: Float32Array, { rows, columns, rowOrder, columnOrder }: LayerAbout, end: number, title: string): HTMLCanvasElement {
  return picture(columns, rows, end, `${title}, ${rows} rows and ${columns} columns`, (x, y) => values[rowOrder[y]! * columns + columnOrder[x]!]!);
}

function patternPicture(values: Float32Array, { columns }: LayerAbout, units: readonly number[], end: number, title: string): HTMLCanvasElement {
  const width = patternsAcross * (side + 1) - 1;
  const canvas = picture(width, width, end, `${title}, of ${units.length} units, each as a picture of 28 × 28 inputs`, (x, y) => {
    const [column, row] = [x % (side + 1), y % (side + 1)];
    if (column === side || row === side) return 0;
    const unit = units[Math.floor(y / (side + 1)) * patternsAcross + Math.floor(x / (side + 1))]!;
    return values[(row * side + column) * columns + unit]!;
  });
  canvas.className = 'patterns';
  return canvas;
}

/** @param valueAt from −end to end, and beyond in the colours of these */
function picture(width: number, height: number, end: number, label: string, valueAt: (x: number, y: number) => number): HTMLCanvasElement {
  const canvas = element('canvas', { role: 'img', 'aria-label': label, width: String(width), height: String(height) });
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => rgb(style.getPropertyValue(name).trim());
  const [low, zero, high] = [colour('--negative'), colour('--zero'), colour('--positive')];
  const image = new ImageData(width, height);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = Math.max(-1, Math.min(1, valueAt(x, y) / end));
      const towards = value < 0 ? low : high;
      for (let channel = 0; channel < 3; channel++) image.data[at++] = zero[channel]! + Math.abs(value) * (towards[channel]! - zero[channel]!);
      image.data[at++] = 255;
    }
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas;
}

const sumOfSquares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
