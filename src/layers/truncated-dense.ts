import type * as tf from '@tensorflow/tfjs';
import { lowRankMatMul, WarmStart, type LowRankOptions } from '../linalg';
import { checkOneOf, checkTolerance } from '../linalg/arguments';
import { layerClass } from './layer-class';

/** What `tf.layers.dense` takes. */
export type DenseLayerArgs = Parameters<typeof tf.layers.dense>[0];

/** What `truncatedDense` takes: all that `tf.layers.dense` does, the rank, and gradient and tolerance as in `lowRank`. */
export type TruncatedDenseLayerArgs = DenseLayerArgs & Omit<LowRankOptions, 'warmStart'> & {
  /** The rank that the kernel acts with; a kernel whose smaller extent is no larger acts as it is. */
  rank: number;
};

/**
 * A dense layer whose kernel acts through its best approximation of rank `rank`: activation(x·A + bias) with
 * A = U·diag(s)·Vᵀ, the leading singular triplets of the kernel. It trains the full kernel: with the exact gradient through the
 * truncation (see `lowRank`), or straight through, by the gradient with respect to A. Weights, configuration and other
 * arguments are those of `tf.layers.dense`.
 *
 * The singular vectors are remembered from step to step, outside of the weights: a training that is resumed finds them
 * anew, to the tolerance.
 *
 * @throws RangeError if rank is not a positive integer, tolerance not in (0, 1) or there is no such gradient
 */
export function truncatedDense(args: TruncatedDenseLayerArgs): tf.layers.Layer {
  return new (truncatedDenseClass())(args);
}

/** What the class needs of the dense layer that it stands on, which TensorFlow.js's types keep to themselves. */
interface DenseParts extends tf.layers.Layer {
  readonly kernel: tf.LayerVariable;
  readonly bias: tf.LayerVariable | null;
  readonly activation: { apply(x: tf.Tensor): tf.Tensor };
}

/** The class, registered so that saved models with such layers can be loaded. Made on the first call, which loads TensorFlow.js. */
export const truncatedDenseClass = layerClass<new (args: TruncatedDenseLayerArgs) => tf.layers.Layer>((tf) => {
  class TruncatedDense extends tf.layers.Layer {
    static readonly className = 'TruncatedDense';
    readonly #rank: number;
    readonly #options: Required<Omit<LowRankOptions, 'warmStart'>>;
    readonly #dense: DenseParts;
    readonly #memory = new WarmStart();

    constructor(args: TruncatedDenseLayerArgs) {
      super(args as never);
      const { rank, tolerance = 1e-3, gradient = 'exact', ...denseArgs } = args;
      if (!Number.isInteger(rank) || rank < 1) throw new RangeError(`truncatedDense: rank is ${rank}; it must be an integer above 0`);
      checkTolerance('truncatedDense', tolerance);
      checkOneOf('truncatedDense', 'gradient', gradient, ['exact', 'straight-through']);
      this.#rank = rank;
      this.#options = { tolerance, gradient };
      this.#dense = tf.layers.dense({ ...denseArgs, name: this.name } as DenseLayerArgs) as unknown as DenseParts;
      this.supportsMasking = true;
    }

    override build(inputShape: tf.Shape): void {
      this.#dense.build(inputShape);
      this.trainableWeights = this.#dense.trainableWeights;
      this.built = true;
    }

    override computeOutputShape(inputShape: tf.Shape): tf.Shape | tf.Shape[] {
      return this.#dense.computeOutputShape(inputShape);
    }

    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return tf.tidy(() => {
        const x = Array.isArray(inputs) ? inputs[0]! : inputs;
        const { kernel, bias, activation } = this.#dense;
        const matrix = kernel.read() as tf.Tensor2D;
        const [features, units] = matrix.shape;
        const rows = x.reshape<tf.Tensor2D>([-1, features]);
        const product = this.#rank >= Math.min(features, units)
          ? tf.matMul(rows, matrix)
          : lowRankMatMul(rows, matrix, this.#rank, { ...this.#options, warmStart: this.#memory });
        const sum = bias === null ? product : product.add(bias.read());
        return activation.apply(sum.reshape([...x.shape.slice(0, -1), units]));
      });
    }

    override getConfig(): tf.serialization.ConfigDict {
      return { ...this.#dense.getConfig(), ...super.getConfig(), rank: this.#rank, ...this.#options };
    }

    override dispose() {
      this.#memory.dispose();
      return super.dispose();
    }
  }

  return TruncatedDense;
});
