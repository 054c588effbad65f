import type * as tf from '@tensorflow/tfjs';
import type { SingularTriplets } from '../layers/kernel-factors';
import { svd } from '../linalg';
import { leadingColumns } from '../linalg/svd-factors';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import type { KernelLayer } from './kernel-layers';
import { keptOfSpectrum, leadingFactors, ofDecomposition, type Kept } from '../linalg/leading-factors';
import type { OutputMoments } from './output-moments';
import { lostMean, principalComponents, projected } from './principal-components';

/** The factors of a layer's kernel at a rank. */
export interface Approximation {
  readonly svd: SingularTriplets;
  /** What the bias gains, [columns], so that the mean output stays; only by principal components about the mean. */
  readonly biasShift?: tf.Tensor1D;
  readonly kept: Kept;
}

interface Decomposition {
  /** All singular values, descending. */
  readonly values: Float64Array;
  /** In new tensors. */
  leading(rank: number): Approximation;
}

/**
 * The singular value decompositions of a model's kernels or, of layers whose outputs were measured, the principal components of these:
 * each is made once, those of kernels in full only where all singular values are asked for.
 */
export class Decompositions {
  readonly #outputs: ReadonlyMap<KernelLayer, OutputMoments>;
  readonly #full = new Map<KernelLayer, Decomposition>();
  readonly #owned: tf.Tensor[] = [];

  constructor(outputs: ReadonlyMap<KernelLayer, OutputMoments> = new Map()) {
    this.#outputs = outputs;
  }

  /** All singular values, descending. */
  spectrum(layer: KernelLayer): Float64Array {
    return this.#decomposed(layer).values;
  }

  /** The leading factors, and what they keep. */
  leading(layer: KernelLayer, rank: number): Approximation {
    const isFull = this.#full.has(layer) || this.#outputs.has(layer);
    const made = isFull ? this.#decomposed(layer).leading(rank) : approximation(() => leadingFactors(layer.matrix(), rank));
    const { svd: { u, s, v }, biasShift } = made;
    this.#owned.push(u, s, v, ...(biasShift === undefined ? [] : [biasShift]));
    return made;
  }

  #decomposed(layer: KernelLayer): Decomposition {
    const known = this.#full.get(layer);
    if (known !== undefined) return known;
    const outputs = this.#outputs.get(layer);
    const made = outputs === undefined ? this.#ofKernel(layer) : this.#ofOutputs(layer, outputs);
    this.#full.set(layer, made);
    return made;
  }

  #ofKernel(layer: KernelLayer): Decomposition {
    const factors = tensorFlowJs().tidy(() => ({ ...svd(layer.matrix()) }));
    this.#owned.push(factors.u, factors.s, factors.v);
    return {
      values: Float64Array.from(factors.s.dataSync()),
      leading: (rank) => approximation(() => ofDecomposition(factors, rank)),
    };
  }

  #ofOutputs(layer: KernelLayer, outputs: OutputMoments): Decomposition {
    const { s, v } = principalComponents(outputs, Math.min(layer.rows, layer.columns));
    this.#owned.push(v);
    const leading = (rank: number) => {
      const svd = tensorFlowJs().tidy(() => ({ ...projected(layer.matrix(), leadingColumns(v, rank) as tf.Tensor2D) }));
      return { svd, biasShift: layer.hasFreeBias ? lostMean(outputs.mean, svd.v) : undefined, kept: keptOfSpectrum(s, rank) };
    };
    return { values: s, leading };
  }

  dispose(): void {
    tensorFlowJs().dispose(this.#owned.splice(0));
    this.#full.clear();
  }
}

function approximation(make: () => SingularTriplets & Kept): Approximation {
  const { energyKept, relativeError, ...svd } = tensorFlowJs().tidy(() => ({ ...make() }));
  return { svd, kept: { energyKept, relativeError } };
}
