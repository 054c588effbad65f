import { chooseRank } from '../linalg';
import type { PruneChoice } from './prune-options';

/**
 * How many singular values a layer keeps: the smallest k with Σ_{j≤k} s² ≥ energy·Σ s², or `keep`; at least one, and none that is 0
 * beside that.
 *
 * @param spectrum |s|, descending
 */
export function keptCount({ energy, keep }: PruneChoice, spectrum: Float32Array): number {
  const most = Math.max(1, nonZero(spectrum));
  return Math.min(most, energy === undefined ? keep! : chooseRank({ energy }, spectrum, [spectrum.length, spectrum.length]));
}

/** How many of the values, which descend, are not 0. */
export function nonZero(spectrum: Float32Array): number {
  const first = spectrum.indexOf(0);
  return first === -1 ? spectrum.length : first;
}
