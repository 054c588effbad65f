import * as tf from '@tensorflow/tfjs';
import { svd, truncatedSVD } from '../../src';
import type { LayerAbout } from './page/about';

/**
 * Each dense layer of a network beside what the compressed network has in its place: spectra and errors of the kernels as they are stored.
 *
 * @param compressed plain layers: `${name}_left` and `name` where the dense network has `name`, or `name` alone
 */
export function layersAbout(dense: tf.LayersModel, compressed: tf.LayersModel): LayerAbout[] {
  const abouts: LayerAbout[] = [];
  for (const layer of dense.layers) {
    if (layer.getClassName() === 'Dense') tf.tidy(() => void abouts.push(layerAbout(layer.name, dense, compressed)));
  }
  return abouts;
}

function layerAbout(name: string, dense: tf.LayersModel, compressed: tf.LayersModel): LayerAbout {
  const w = kernelOf(dense, name);
  const left = compressed.layers.some((layer) => layer.name === `${name}_left`) ? kernelOf(compressed, `${name}_left`) : undefined;
  const right = kernelOf(compressed, name);
  const a = left === undefined ? right : (left.matMul(right) as tf.Tensor2D);
  const [rows, columns] = w.shape;
  const rank = left?.shape[1] ?? null;
  const { u, s, v } = svd(w);
  const values = numbers(s);
  const approximation = truncatedSVD(a, rank ?? Math.min(rows, columns));
  return {
    name,
    rows,
    columns,
    rank,
    denseValues: values.map(rounded),
    compressedValues: numbers(approximation.s).map(rounded),
    leastError: rank === null ? 0 : Math.sqrt(sumOfSquares(values.slice(rank)) / sumOfSquares(values)),
    error: w.sub(a).norm().div(w.norm()).dataSync()[0]!,
    rowOrder: ascending(firstColumn(u)),
    columnOrder: ascending(firstColumn(v)),
  };
}

const kernelOf = (model: tf.LayersModel, name: string) => model.getLayer(name).getWeights()[0] as tf.Tensor2D;
const numbers = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());
const firstColumn = (matrix: tf.Tensor) => numbers(matrix.slice([0, 0], [-1, 1]));
const sumOfSquares = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);
/** To what a chart can show. */
const rounded = (value: number) => Number(value.toPrecision(5));

function ascending(values: readonly number[]): number[] {
  return Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
}
