import type * as tf from '@tensorflow/tfjs';
import type { RankRule } from '../linalg';
import { checkRank } from '../linalg/arguments';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { checkExecution, runsFactorised, type Execution, type MultiplyAdds } from './execution';
import { makerOf, type FactoredLayer } from './factored-layer';
import { checkSingularValuesIn, tripletsOfRank, penalty, product, spectralFactors, timesFactors, twoFactors } from './kernel-factors';
import type { KernelFactors, SingularTriplets, SingularValuesIn } from './kernel-factors';
import { buildWith, builtWeights, isBuiltButUnused, notBuilt, refuseKernelConstraint, type KernelLayer } from './kernel-layer';
import { layerClass } from './layer-class';
import type { DenseLayerArgs } from './truncated-dense';

/** What `lowRankDense` takes: all that `tf.layers.dense` does, and the rank. */
export type LowRankDenseLayerArgs = DenseLayerArgs & {
  /** From 1 to min(inputs, units). */
  rank: number;
  /**
   * 2 (default): the weights are left [inputs, rank] and right [rank, units]. 3: they are u [inputs, rank], s [rank] and
   * v [units, rank]. A bias [units] comes after them.
   */
  factors?: 2 | 3;
  /** 'auto' by default. */
  execution?: Execution;
};

/** A dense layer whose kernel is a product of factors: see `lowRankDense`. */
export interface LowRankDense extends tf.layers.Layer {
  readonly rank: number;
  readonly factors: 2 | 3;
  /** A built `tf.layers.dense` whose kernel is the product; name, bias and all other settings are the same. */
  toDense(): tf.layers.Layer;
  /**
   * Two built layers `tf.layers.dense`, for programs that know no other: `${name}_left` with `rank` units, linear and without
   * bias, then `name`. Three factors become two, s going into the first. There is no kernel regulariser, since it acts on
   * the product.
   */
  toDenseLayers(): tf.layers.Layer[];
  /** Of a forward pass on an input [..., inputs]; unknown extents count as 1. */
  multiplyAdds(inputShape: tf.Shape): MultiplyAdds;
}

/** How `lowRankDense.fromDense` factors a kernel. */
export interface FromDenseOptions {
  /** The rank, or a rule that gives it; see `chooseRank`. */
  readonly rank: RankRule;
  /** 2 by default. */
  readonly factors?: 2 | 3;
  /** Of two factors; 'balanced' by default. */
  readonly singularValues?: SingularValuesIn;
  /** 'auto' by default. */
  readonly execution?: Execution;
  /** A decomposition of the kernel that was made already: u [inputs, k], s [k] and v [units, k], with at least `rank` triplets. */
  readonly svd?: SingularTriplets;
}

/**
 * A dense layer whose kernel is a product of factors, A = left·right or A = u·diag(s)·vᵀ: activation(x·A + bias). The factors
 * are trained. With 2 of them it has rank·(inputs + units) parameters where the dense layer has inputs·units.
 *
 * `kernelInitializer` is that of the dense kernel: one is drawn, and the factors are those of its best approximation, scaled
 * to its Frobenius norm and balanced (Khodak et al., "Initialization and regularization of factorized neural layers", 2021).
 * `kernelRegularizer` acts on the product too. All else is as in `tf.layers.dense`.
 *
 * @throws RangeError if rank is not from 1 to min(inputs, units), which is seen when the layer is built, if factors or execution
 *   is none of those allowed, or if there is a kernelConstraint
 */
export function lowRankDense(args: LowRankDenseLayerArgs): LowRankDense {
  return new (lowRankDenseClass())(args);
}

/**
 * A built low-rank layer from a built dense one, with the same name, bias and other settings: its kernel is the best approximation
 * (Eckart and Young 1936) of that of the dense layer, which stays as it is. Without svd and for a rank that needs no spectrum, that of
 * a large kernel has an error up to some 1e-4 above the least one.
 *
 * @throws TypeError if it is no dense layer or not built; RangeError if the weights are not finite, the rule gives no rank, svd
 *   does not fit, or as `lowRankDense`; both as `chooseRank`
 */
lowRankDense.fromDense = function fromDense(layer: tf.layers.Layer, options: FromDenseOptions): LowRankDense {
  return ofDenseLayer('lowRankDense.fromDense', layer, options, lowRankDense);
};

/** What `fromDense` of each layer with factors does. @param make gets the configuration of the dense layer, and rank, factors and execution */
export function ofDenseLayer<L extends tf.layers.Layer>(
  name: string,
  layer: tf.layers.Layer,
  { rank: rule, factors = 2, singularValues = 'balanced', execution, svd }: FromDenseOptions,
  make: (args: LowRankDenseLayerArgs) => L,
): L {
  const [kernel, ...bias] = builtWeights(name, layer, 'Dense') as [tf.Tensor2D, tf.Tensor?];
  checkSingularValuesIn(name, singularValues);
  const { dispose, tidy } = tensorFlowJs();
  const weights = tidy(() => {
    const triplets = tripletsOfRank(name, kernel, rule, svd);
    return factors === 3 ? [triplets.u, triplets.s, triplets.v] : twoFactors(triplets, singularValues);
  });
  try {
    const args = { ...layer.getConfig(), rank: weights[0]!.shape[1], factors, execution };
    return buildWith(make(args as unknown as LowRankDenseLayerArgs), [null, kernel.shape[0]], [...weights, ...(bias as tf.Tensor[])]);
  } finally {
    dispose(weights);
  }
}

/** The class, registered so that saved models with such layers can be loaded. Made on the first call, which loads TensorFlow.js. */
export const lowRankDenseClass = layerClass<new (args: LowRankDenseLayerArgs) => LowRankDense>((tf) => {
  class LowRankDenseLayer extends tf.layers.Layer implements LowRankDense, FactoredLayer {
    static readonly className: string = 'LowRankDense';
    static readonly maker: string = 'lowRankDense';
    rank: number;
    readonly factors: 2 | 3;
    readonly #units: number;
    readonly #execution: Execution;
    readonly #dense: KernelLayer;
    #factors: readonly tf.LayerVariable[] = [];
    #bias: tf.LayerVariable | undefined;

    constructor(args: LowRankDenseLayerArgs) {
      super(args as never);
      const { rank, factors = 2, execution = 'auto', ...denseArgs } = args;
      const maker = makerOf(this);
      this.#dense = tf.layers.dense({ ...denseArgs, name: this.name } as DenseLayerArgs) as unknown as KernelLayer;
      const { batchInputShape, activityRegularizer, inputSpec } = this.#dense;
      checkUnits(maker, rank, args.units);
      if (factors !== 2 && factors !== 3) throw new RangeError(`${maker}: factors is ${factors}; it must be 2 or 3`);
      checkExecution(maker, execution);
      refuseKernelConstraint(maker, this.#dense);
      this.rank = rank;
      this.factors = factors;
      this.#units = args.units;
      this.#execution = execution;
      // Also where the dense layer found it in inputDim.
      if (batchInputShape !== undefined) this.batchInputShape = batchInputShape;
      this.activityRegularizer = activityRegularizer;
      this.inputSpec = inputSpec;
      this.supportsMasking = true;
    }

    override build(inputShape: tf.Shape): void {
      const inputs = inputShape.at(-1);
      if (typeof inputs !== 'number') {
        throw new RangeError(`${makerOf(this)}: the input has the shape [${inputShape.map(String)}]; its last extent must be known`);
      }
      const units = this.#units;
      this.settleRank([inputs, units]);
      const { rank } = this;
      const { useBias, kernelInitializer, kernelRegularizer, biasInitializer, biasRegularizer, biasConstraint } = this.#dense;
      const shapes = this.factors === 2
        ? { left: [inputs, rank], right: [rank, units] }
        : { u: [inputs, rank], s: [rank], v: [units, rank] };
      tf.tidy(() => {
        // Drawn when the first weight asks for it: where weights are to be loaded, none does.
        let drawn: tf.Tensor[] | undefined;
        const draw = () => spectralFactors(makerOf(this), kernelInitializer.apply([inputs, units], 'float32') as tf.Tensor2D, rank, this.factors);
        this.#factors = Object.entries(shapes).map(([name, shape], i) =>
          this.addWeight(name, shape, 'float32', { apply: () => (drawn ??= draw())[i]! } as never));
      });
      if (useBias) {
        this.#bias = this.addWeight('bias', [units], 'float32', biasInitializer as never, biasRegularizer as never, true, biasConstraint as never);
      }
      if (kernelRegularizer != null) {
        this.addLoss(() => tf.tidy(() => penalty(kernelRegularizer, this.readFactors(), () => product(this.readFactors()))));
      }
      this.inputSpec = [{ minNDim: 2, axes: { [-1]: inputs } }] as never;
      this.built = true;
    }

    settleRank(shape: readonly [number, number]): void {
      checkRank(makerOf(this), this.rank, shape);
    }

    readFactors(): KernelFactors {
      if (!this.built) throw notBuilt(makerOf(this), this);
      const values = this.#factors.map((factor) => factor.read());
      const [left, right] = [values[0], values.at(-1)] as [tf.Tensor2D, tf.Tensor2D];
      return this.factors === 2 ? { left, right } : { left, s: values[1] as tf.Tensor1D, right };
    }

    override computeOutputShape(inputShape: tf.Shape): tf.Shape | tf.Shape[] {
      return this.#dense.computeOutputShape(inputShape);
    }

    override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Parameters<tf.layers.Layer['call']>[1]): tf.Tensor {
      return tf.tidy(() => {
        this.invokeCallHook(inputs, kwargs);
        const x = Array.isArray(inputs) ? inputs[0]! : inputs;
        const factors = this.readFactors();
        const rows = x.reshape<tf.Tensor2D>([-1, factors.left.shape[0]]);
        const isFactorised = runsFactorised(this.#execution, () => this.multiplyAdds(x.shape));
        const linear = isFactorised ? timesFactors(rows, factors) : tf.matMul(rows, product(factors));
        const sum = this.#bias === undefined ? linear : linear.add(this.#bias.read());
        return this.#dense.activation.apply(sum.reshape([...x.shape.slice(0, -1), this.#units]));
      });
    }

    multiplyAdds(inputShape: tf.Shape): MultiplyAdds {
      const rows = inputShape.slice(0, -1).reduce<number>((count, extent) => count * (extent ?? 1), 1);
      const [m, n, r] = [inputShape.at(-1)!, this.#units, this.rank];
      const dense = rows * m * n;
      return {
        dense,
        factorised: rows * r * (m + n + (this.factors === 3 ? 1 : 0)),
        reconstructed: r * m * n + dense,
      };
    }

    toDense(): tf.layers.Layer {
      const kernel = tf.tidy(() => product(this.readFactors()));
      try {
        const { rank, factors, execution, ...config } = this.getConfig();
        return buildWith(tf.layers.dense(config as unknown as DenseLayerArgs), [null, kernel.shape[0]], [kernel, ...this.#biases()]);
      } finally {
        kernel.dispose();
      }
    }

    toDenseLayers(): tf.layers.Layer[] {
      const [left, right] = tf.tidy(() => {
        const { left, s, right } = this.readFactors();
        return s === undefined ? [left.clone(), right.clone()] : [left.mul(s), right.transpose()];
      }) as [tf.Tensor2D, tf.Tensor2D];
      try {
        const { rank, factors, execution, batchInputShape, dtype, kernelInitializer, kernelRegularizer, ...config } = this.getConfig();
        const { name, trainable } = this;
        const leftArgs = { name: `${name}_left`, units: this.rank, useBias: false, trainable, batchInputShape, dtype };
        return [
          buildWith(tf.layers.dense(leftArgs as unknown as DenseLayerArgs), [null, left.shape[0]], [left]),
          buildWith(tf.layers.dense(config as unknown as DenseLayerArgs), [null, this.rank], [right, ...this.#biases()]),
        ];
      } finally {
        tf.dispose([left, right]);
      }
    }

    #biases(): tf.Tensor[] {
      return this.#bias === undefined ? [] : [this.#bias.read()];
    }

    override getConfig(): tf.serialization.ConfigDict {
      return { ...this.#dense.getConfig(), ...super.getConfig(), rank: this.rank, factors: this.factors, execution: this.#execution };
    }

    override dispose() {
      if (!isBuiltButUnused(this)) return super.dispose();
      return { refCountAfterDispose: 0, numDisposedVariables: this.disposeWeights() };
    }
  }

  return LowRankDenseLayer;
});

/** The units alone bound the rank until the inputs are known. */
function checkUnits(name: string, rank: number, units: number): void {
  if (Number.isInteger(rank) && rank >= 1 && rank <= units) return;
  throw new RangeError(`${name}: rank is ${rank}; for ${units} units it must be an integer from 1 to ${units}`);
}
