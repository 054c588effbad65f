import type * as tf from '@tensorflow/tfjs';
import type { RankRule } from '../linalg';
import type { Execution } from './execution';
import type { FactoredLayer } from './factored-layer';
import { layerClass } from './layer-class';
import { lowRankDense, lowRankDenseClass, ofDenseLayer, type FromDenseOptions, type LowRankDense, type LowRankDenseLayerArgs } from './low-rank-dense';
import { fullRank, svdLayerClass, type ExtensibleSvdLayer, type SvdArgs, type SvdLayer, type ToLowRankOptions } from './svd-layer';
import type { SvdRegularization } from './svd-regularizers';
import type { DenseLayerArgs } from './truncated-dense';

/** What `svdDense` takes: all that `tf.layers.dense` does, the rank and the penalties. */
export type SvdDenseLayerArgs = DenseLayerArgs & SvdArgs & {
  /** 'auto' by default. */
  execution?: Execution;
};

/** A dense layer that trains the singular value decomposition of its kernel: see `svdDense`. */
export interface SvdDense extends SvdLayer, Pick<LowRankDense, 'toDense' | 'toDenseLayers' | 'multiplyAdds'> {
  /** A built `lowRankDense` of the same rank and kernel, without the penalties, with the factors by |s|, descending. */
  toLowRankDense(options?: ToLowRankOptions): LowRankDense;
}

/** How `svdDense.fromDense` decomposes a kernel. */
export interface SvdFromDenseOptions extends SvdRegularization, Pick<FromDenseOptions, 'execution' | 'svd'> {
  /** That of all singular values by default. */
  readonly rank?: RankRule;
}

/**
 * A dense layer whose trained weights are a singular value decomposition of its kernel: U [inputs, rank], s [rank] and V [units, rank],
 * then a bias [units]; activation(x·U·diag(s)·Vᵀ + bias). No decomposition is made in training. Two penalties, a part of the model's loss
 * as regularisers are, keep U and V nearly orthonormal and make singular values vanish, which `pruneSingularValues` then takes out (Yang,
 * Tang, Wen, Yan, Hu, Li, Li and Chen, "Learning low-rank deep neural networks via singular vector orthogonality regularization
 * and singular value sparsification", 2020):
 *
 * orthogonality·(‖UᵀU − I‖² + ‖VᵀV − I‖²) + sparsity·‖s‖₁/‖s‖₂
 *
 * A singular value may go below 0, which changes nothing but the sign of its vectors. U·√S·√S·Vᵀ with √s itself, as it is also
 * written, would become NaN there.
 *
 * `kernelInitializer` is that of the dense kernel: one is drawn, and U, s and V are its leading singular triplets, s scaled to its
 * Frobenius norm. `kernelRegularizer` acts on the product. All else is as in `tf.layers.dense`.
 *
 * @throws RangeError if rank is not from 1 to min(inputs, units), which is seen when the layer is built, orthogonality or sparsity is
 *   not a finite number from 0, another argument is none of those allowed, or there is a kernelConstraint
 */
export function svdDense(args: SvdDenseLayerArgs): SvdDense {
  return new (svdDenseClass())(args);
}

/**
 * A built layer from a built dense one, with the same name, bias and other settings; its kernel is the best approximation of that of the
 * dense layer, as in `lowRankDense.fromDense`, by default the kernel itself.
 *
 * @throws as `lowRankDense.fromDense` and `svdDense`
 */
svdDense.fromDense = function fromDense(layer: tf.layers.Layer, options: SvdFromDenseOptions = {}): SvdDense {
  const { rank = fullRank, execution, svd, ...regularization } = options;
  const made = (args: LowRankDenseLayerArgs) => svdDense({ ...args, ...regularization });
  return ofDenseLayer('svdDense.fromDense', layer, { rank, factors: 3, execution, svd }, made);
};

/** The class, registered so that saved models with such layers can be loaded. Made on the first call, which loads TensorFlow.js. */
export const svdDenseClass = layerClass<new (args: SvdDenseLayerArgs) => SvdDense>((tf) => {
  const base = svdLayerClass(lowRankDenseClass() as unknown as new (args: object) => FactoredLayer);

  class SvdDenseLayer extends (base as unknown as new (args: object) => ExtensibleSvdLayer & LowRankDense) implements SvdDense {
    static readonly className = 'SvdDense';
    static readonly maker = 'svdDense';

    toLowRankDense(options: ToLowRankOptions = {}): LowRankDense {
      return this.toLowRank((config) => lowRankDense(config as LowRankDenseLayerArgs), options, (pair) => pair);
    }
  }

  return SvdDenseLayer;
});
