import type * as tf from '@tensorflow/tfjs';
import type { SingularTriplets } from '../layers/kernel-factors';
import { svd } from '../linalg';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import type { KernelLayer } from './kernel-layers';
import { leadingFactors, ofDecomposition, type Kept } from './leading-factors';

/** The singular value decompositions of a model's kernels: each is made once, and in full only where all singular values are asked for. */
export class Decompositions {
  readonly #full = new Map<KernelLayer, SingularTriplets & { readonly values: Float64Array }>();
  readonly #owned: tf.Tensor[] = [];

  /** All singular values, descending. */
  spectrum(layer: KernelLayer): Float64Array {
    const known = this.#full.get(layer);
    if (known !== undefined) return known.values;
    const factors = tensorFlowJs().tidy(() => ({ ...svd(layer.matrix()) }));
    this.#owned.push(factors.u, factors.s, factors.v);
    const values = Float64Array.from(factors.s.dataSync());
    this.#full.set(layer, { ...factors, values });
    return values;
  }

  /** The leading triplets, and what they keep. */
  leading(layer: KernelLayer, rank: number): SingularTriplets & Kept {
    const full = this.#full.get(layer);
    const made = tensorFlowJs().tidy(() => ({
      ...(full === undefined ? leadingFactors(layer.matrix(), rank) : ofDecomposition(full, rank)),
    }));
    this.#owned.push(made.u, made.s, made.v);
    return made;
  }

  dispose(): void {
    tensorFlowJs().dispose(this.#owned.splice(0));
    this.#full.clear();
  }
}
