import type * as tf from '@tensorflow/tfjs';
import { countParameters } from '../compression/counts';
import { kernelLayers } from '../compression/kernel-layers';

/**
 * The assignments' way to spend a budget: the same share of the singular values in each dense and convolution layer, the largest with
 * which the model has at most so many parameters; at least one in each. Layers whose factors would have as many parameters as the
 * kernel are not named: they stay whole.
 *
 * @param whole names of layers that are not to be cut
 * @returns ranks by the layers' names
 * @throws RangeError if even rank 1 is too much
 */
export function equalShareRanks(model: tf.LayersModel, maxParameters: number, whole: readonly string[] = []): Record<string, number> {
  const layers = kernelLayers(model, {}).filter(({ path }) => !whole.includes(path));
  const all = countParameters(model);
  const ranksAt = (share: number) => layers.flatMap((layer) => {
    const rank = Math.max(1, Math.floor(share * Math.min(layer.rows, layer.columns) + 1e-9));
    return rank * layer.parametersPerRank < layer.rows * layer.columns ? [{ layer, rank }] : [];
  });
  const parametersAt = (share: number) =>
    ranksAt(share).reduce((sum, { layer, rank }) => sum + rank * layer.parametersPerRank - layer.rows * layer.columns, all);
  if (parametersAt(0) > maxParameters) {
    throw new RangeError(`equalShareRanks: maxParameters is ${maxParameters}; at rank 1 the model has ${parametersAt(0)}, so it must be at least that`);
  }
  // Ranks change only where a share of some layer's singular values is a whole number.
  const steps = layers.flatMap(({ rows, columns }) => Array.from({ length: Math.min(rows, columns) }, (_, i) => (i + 1) / Math.min(rows, columns)));
  const within = steps.filter((share) => parametersAt(share) <= maxParameters);
  const share = within.reduce((most, each) => Math.max(most, each), 0);
  return Object.fromEntries(ranksAt(share).map(({ layer, rank }) => [layer.path, rank]));
}
