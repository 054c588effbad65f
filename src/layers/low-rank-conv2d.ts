import type * as tf from '@tensorflow/tfjs';
import type { RankRule } from '../linalg';
import { checkRank } from '../linalg/arguments';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { factorKernels, factorMatrices, halves, kernelMatrix, matrixKernel } from './convolution-halves';
import type { ConvolutionForm, Halves, Window } from './convolution-halves';
import { checkExecution, runsFactorised, type Execution, type MultiplyAdds } from './execution';
import { makerOf, type FactoredLayer } from './factored-layer';
import { checkSingularValuesIn, tripletsOfRank, penalty, product, spectralFactors, twoFactors } from './kernel-factors';
import type { KernelFactors, SingularTriplets, SingularValuesIn } from './kernel-factors';
import { buildWith, builtWeights, isBuiltButUnused, notBuilt, refuseKernelConstraint, type KernelLayer } from './kernel-layer';
import { layerClass } from './layer-class';

/** What `tf.layers.conv2d` takes. */
export type Conv2DLayerArgs = Parameters<typeof tf.layers.conv2d>[0];

/** What `lowRankConv2d` takes: all that `tf.layers.conv2d` does, and the rank. */
export type LowRankConv2DLayerArgs = Conv2DLayerArgs & {
  /** From 1 to the smaller extent of the matrix that is factored. */
  rank: number;
  /** 'channel' by default. */
  form?: ConvolutionForm;
  /**
   * 2 (default): the weights are the kernels left and right. 3: they are those of the kernel as a matrix, u [rows, rank], s [rank] and
   * v [columns, rank]. A bias comes after them.
   */
  factors?: 2 | 3;
  /** 'auto' by default. */
  execution?: Execution;
};

/** A convolution whose kernel is a product of two: see `lowRankConv2d`. */
export interface LowRankConv2D extends tf.layers.Layer {
  readonly rank: number;
  readonly form: ConvolutionForm;
  readonly factors: 2 | 3;
  /** A built `tf.layers.conv2d` whose kernel is the product; name, bias and all other settings are the same. */
  toConv2d(): tf.layers.Layer;
  /**
   * Two built layers `tf.layers.conv2d`, for programs that know no other: `${name}_left` with `rank` filters, linear and
   * without bias, then `name`. There is no kernel regulariser, since it acts on the product.
   */
  toConv2dLayers(): tf.layers.Layer[];
  /** Of a forward pass on an input of four axes; unknown extents count as 1. */
  multiplyAdds(inputShape: tf.Shape): MultiplyAdds;
}

/** How `lowRankConv2d.fromConv2d` factors a kernel. */
export interface FromConv2dOptions {
  /** The rank, or a rule that gives it; see `chooseRank`. */
  readonly rank: RankRule;
  /** 'channel' by default. */
  readonly form?: ConvolutionForm;
  /** 2 by default. */
  readonly factors?: 2 | 3;
  /** Of two factors; 'balanced' by default. */
  readonly singularValues?: SingularValuesIn;
  /** 'auto' by default. */
  readonly execution?: Execution;
  /** A decomposition of the kernel as a matrix that was made already: u [rows, k], s [k], v [columns, k], k at least `rank`. */
  readonly svd?: SingularTriplets;
}

/**
 * A two-dimensional convolution whose kernel [h, w, c, n] is a product of two, the kernels of two convolutions that are made one
 * after the other and trained: left [h, w, c, rank] and right [1, 1, rank, n] in the form 'channel', [h, 1, c, rank] and
 * [1, w, rank, n] in the form 'spatial'. A bias [n] comes after them. Strides, dilation and padding go along by axis, so that
 * the two have the same effect as the convolution with the product.
 *
 * `kernelInitializer` and `kernelRegularizer` are those of the product, as in `lowRankDense`. All else is as in
 * `tf.layers.conv2d`.
 *
 * @throws RangeError if rank is not from 1 to the smaller extent of the matrix, which is seen when the layer is built, if form, padding
 *   or execution is none of those allowed, or if there is a kernelConstraint
 */
export function lowRankConv2d(args: LowRankConv2DLayerArgs): LowRankConv2D {
  return new (lowRankConv2dClass())(args);
}

/**
 * A built low-rank layer from a built convolution, with the same name, bias and other settings: its kernel, as a matrix, is the
 * best approximation of that of the convolution, which stays as it is; a large one up to what `lowRankDense.fromDense` says.
 *
 * @throws TypeError if it is no conv2d layer or not built; RangeError if the weights are not finite, the rule gives no rank, svd
 *   does not fit, or as `lowRankConv2d`; both as `chooseRank`
 */
lowRankConv2d.fromConv2d = function fromConv2d(layer: tf.layers.Layer, options: FromConv2dOptions): LowRankConv2D {
  return ofConvolution('lowRankConv2d.fromConv2d', layer, options, lowRankConv2d);
};

/** What `fromConv2d` of each layer with factors does. @param make gets the configuration of the convolution, and the options */
export function ofConvolution<L extends tf.layers.Layer>(
  name: string,
  layer: tf.layers.Layer,
  { rank: rule, form = 'channel', factors = 2, singularValues = 'balanced', execution, svd }: FromConv2dOptions,
  make: (args: LowRankConv2DLayerArgs) => L,
): L {
  const [kernel, ...bias] = builtWeights(name, layer, 'Conv2D') as [tf.Tensor4D, tf.Tensor?];
  checkSingularValuesIn(name, singularValues);
  checkForm(name, form);
  const { dispose, tidy } = tensorFlowJs();
  const weights = tidy(() => {
    const parts = halves(layer as unknown as Window, form);
    const triplets = tripletsOfRank(name, kernelMatrix(kernel, parts), rule, svd);
    return factors === 3 ? [triplets.u, triplets.s, triplets.v] : factorKernels(twoFactors(triplets, singularValues), parts);
  });
  try {
    const args = { ...layer.getConfig(), rank: weights[0]!.shape.at(-1), form, factors, execution };
    const inputShape = (layer as unknown as Convolution).dataFormat === 'channelsFirst'
      ? [null, kernel.shape[2], null, null]
      : [null, null, null, kernel.shape[2]];
    return buildWith(make(args as unknown as LowRankConv2DLayerArgs), inputShape, [...weights, ...(bias as tf.Tensor[])]);
  } finally {
    dispose(weights);
  }
}

interface Convolution extends KernelLayer, Window {
  readonly filters: number;
  readonly padding: 'valid' | 'same';
  readonly dataFormat: 'channelsFirst' | 'channelsLast';
}

/** The class, registered so that saved models with such layers can be loaded. Made on the first call, which loads TensorFlow.js. */
export const lowRankConv2dClass = layerClass<new (args: LowRankConv2DLayerArgs) => LowRankConv2D>((tf) => {
  class LowRankConv2DLayer extends tf.layers.Layer implements LowRankConv2D, FactoredLayer {
    static readonly className: string = 'LowRankConv2D';
    static readonly maker: string = 'lowRankConv2d';
    rank: number;
    readonly form: ConvolutionForm;
    readonly factors: 2 | 3;
    readonly #execution: Execution;
    readonly #conv: Convolution;
    readonly #halves: Halves;
    #factors: readonly tf.LayerVariable[] = [];
    #bias: tf.LayerVariable | undefined;

    constructor(args: LowRankConv2DLayerArgs) {
      super(args as never);
      const { rank, form = 'channel', factors = 2, execution = 'auto', ...convArgs } = args;
      const maker = makerOf(this);
      this.#conv = tf.layers.conv2d({ ...convArgs, name: this.name } as Conv2DLayerArgs) as unknown as Convolution;
      if (!Number.isInteger(rank) || rank < 1) throw new RangeError(`${maker}: rank is ${rank}; it must be an integer above 0`);
      checkForm(maker, form);
      if (factors !== 2 && factors !== 3) throw new RangeError(`${maker}: factors is ${factors}; it must be 2 or 3`);
      checkExecution(maker, execution);
      refuseKernelConstraint(maker, this.#conv);
      const { padding, activityRegularizer } = this.#conv;
      if (padding !== 'same' && padding !== 'valid') {
        throw new RangeError(`${maker}: padding is '${String(padding)}'; it must be 'valid' or 'same'`);
      }
      this.rank = rank;
      this.form = form;
      this.factors = factors;
      this.#execution = execution;
      this.#halves = halves(this.#conv, form);
      this.activityRegularizer = activityRegularizer;
      this.inputSpec = [{ ndim: 4 }] as never;
    }

    get #channelAxis(): number {
      return this.#conv.dataFormat === 'channelsFirst' ? 1 : 3;
    }

    override build(inputShape: tf.Shape): void {
      const axis = this.#channelAxis;
      const channels = inputShape[axis];
      if (typeof channels !== 'number') {
        throw new RangeError(`${makerOf(this)}: the input has the shape [${inputShape.map(String)}]; the extent of its channels must be known`);
      }
      const { filters, useBias, kernelSize, kernelInitializer, kernelRegularizer, biasInitializer, biasRegularizer, biasConstraint } = this.#conv;
      const { left, right } = this.#halves;
      const size = ([height, width]: readonly [number, number]) => height * width;
      const [rows, columns] = [size(left.kernelSize) * channels, size(right.kernelSize) * filters];
      this.settleRank([rows, columns]);
      const { rank } = this;
      const shapes = this.factors === 2
        ? { left: [...left.kernelSize, channels, rank], right: [...right.kernelSize, rank, filters] }
        : { u: [rows, rank], s: [rank], v: [columns, rank] };
      tf.tidy(() => {
        // Drawn when the first weight asks for it: where weights are to be loaded, none does.
        let drawn: tf.Tensor[] | undefined;
        const draw = () => {
          const kernel = kernelInitializer.apply([...kernelSize, channels, filters], 'float32') as tf.Tensor4D;
          const factors = spectralFactors(makerOf(this), kernelMatrix(kernel, this.#halves), rank, this.factors);
          return this.factors === 3 ? factors : factorKernels(factors as [tf.Tensor2D, tf.Tensor2D], this.#halves);
        };
        this.#factors = Object.entries(shapes).map(([name, shape], i) =>
          this.addWeight(name, shape, 'float32', { apply: () => (drawn ??= draw())[i]! } as never));
      });
      if (useBias) {
        this.#bias = this.addWeight('bias', [filters], 'float32', biasInitializer as never, biasRegularizer as never, true, biasConstraint as never);
      }
      if (kernelRegularizer != null) {
        this.addLoss(() => tf.tidy(() => penalty(kernelRegularizer, this.readFactors(), () => this.#product())));
      }
      this.inputSpec = [{ ndim: 4, axes: { [axis]: channels } }] as never;
      this.built = true;
    }

    settleRank(shape: readonly [number, number]): void {
      checkRank(makerOf(this), this.rank, shape);
    }

    readFactors(): KernelFactors {
      const values = this.#read();
      if (this.factors === 2) return factorMatrices(...(values as [tf.Tensor4D, tf.Tensor4D]));
      const [left, s, right] = values as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
      return { left, s, right };
    }

    #read(): tf.Tensor[] {
      if (!this.built) throw notBuilt(makerOf(this), this);
      return this.#factors.map((factor) => factor.read());
    }

    #kernels(): [left: tf.Tensor4D, right: tf.Tensor4D] {
      if (this.factors === 2) return this.#read() as [tf.Tensor4D, tf.Tensor4D];
      const { left, s, right } = this.readFactors();
      return factorKernels([left.mul(s!), right.transpose()], this.#halves);
    }

    #product(): tf.Tensor4D {
      return matrixKernel(product(this.readFactors()), this.#halves);
    }

    override computeOutputShape(inputShape: tf.Shape): tf.Shape {
      return this.#conv.computeOutputShape(inputShape) as tf.Shape;
    }

    override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Parameters<tf.layers.Layer['call']>[1]): tf.Tensor {
      return tf.tidy(() => {
        this.invokeCallHook(inputs, kwargs);
        const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D;
        const isChannelsFirst = this.#channelAxis === 1;
        const linear = this.#convolve(isChannelsFirst ? x.transpose([0, 2, 3, 1]) : x, x.shape);
        const sum = this.#bias === undefined ? linear : linear.add<tf.Tensor4D>(this.#bias.read());
        // The activation sees the axes that it would see in the convolution, for the softmax's sake.
        return this.#conv.activation.apply(isChannelsFirst ? sum.transpose([0, 3, 1, 2]) : sum);
      });
    }

    #convolve(x: tf.Tensor4D, inputShape: tf.Shape): tf.Tensor4D {
      const convolve = (y: tf.Tensor4D, kernel: tf.Tensor4D, { strides, dilationRate }: Window) =>
        tf.conv2d(y, kernel, [...strides], this.#conv.padding, 'NHWC', [...dilationRate]);
      if (!runsFactorised(this.#execution, () => this.multiplyAdds(inputShape))) return convolve(x, this.#product(), this.#conv);
      const [left, right] = this.#kernels();
      return convolve(convolve(x, left, this.#halves.left), right, this.#halves.right);
    }

    multiplyAdds(inputShape: tf.Shape): MultiplyAdds {
      const axis = this.#channelAxis;
      const spatial = (shape: tf.Shape) => shape.filter((_, i) => i !== 0 && i !== axis).map((extent) => extent ?? 1) as [number, number];
      const batch = inputShape[0] ?? 1;
      const [height, width] = spatial(this.computeOutputShape(inputShape));
      const { kernelSize, filters: n } = this.#conv;
      const kernel = kernelSize[0] * kernelSize[1] * inputShape[axis]!;
      const { left, right } = this.#halves;
      // In the spatial form the left convolution leaves the width as it is.
      const between = this.form === 'channel' ? width : spatial(inputShape)[1];
      const leftAdds = height * between * left.kernelSize[0] * left.kernelSize[1] * inputShape[axis]! * this.rank;
      const rightAdds = height * width * right.kernelSize[1] * this.rank * n;
      const dense = batch * height * width * kernel * n;
      return { dense, factorised: batch * (leftAdds + rightAdds), reconstructed: kernel * n * this.rank + dense };
    }

    toConv2d(): tf.layers.Layer {
      const kernel = tf.tidy(() => this.#product());
      try {
        const { rank, form, factors, execution, ...config } = this.getConfig();
        return buildWith(tf.layers.conv2d(config as unknown as Conv2DLayerArgs), this.#inputShape(kernel.shape[2]), [kernel, ...this.#biases()]);
      } finally {
        kernel.dispose();
      }
    }

    toConv2dLayers(): tf.layers.Layer[] {
      const [left, right] = tf.tidy(() => this.#kernels().map((kernel) => kernel.clone())) as [tf.Tensor4D, tf.Tensor4D];
      const { rank, form, factors, execution, batchInputShape, dtype, kernelInitializer, kernelRegularizer, ...config } = this.getConfig();
      const { name, trainable } = this;
      const { padding, dataFormat } = this.#conv;
      const leftArgs = { name: `${name}_left`, filters: this.rank, useBias: false, trainable, padding, dataFormat, batchInputShape, dtype };
      const half = (args: object, window: Window, channels: number, weights: tf.Tensor[]) =>
        buildWith(tf.layers.conv2d({ ...args, ...window } as unknown as Conv2DLayerArgs), this.#inputShape(channels), weights);
      try {
        return [
          half(leftArgs, this.#halves.left, left.shape[2], [left]),
          half(config, this.#halves.right, this.rank, [right, ...this.#biases()]),
        ];
      } finally {
        tf.dispose([left, right]);
      }
    }

    #inputShape(channels: number): tf.Shape {
      return this.#channelAxis === 1 ? [null, channels, null, null] : [null, null, null, channels];
    }

    #biases(): tf.Tensor[] {
      return this.#bias === undefined ? [] : [this.#bias.read()];
    }

    override getConfig(): tf.serialization.ConfigDict {
      return { ...this.#conv.getConfig(), ...super.getConfig(), rank: this.rank, form: this.form, factors: this.factors, execution: this.#execution };
    }

    override dispose() {
      if (!isBuiltButUnused(this)) return super.dispose();
      return { refCountAfterDispose: 0, numDisposedVariables: this.disposeWeights() };
    }
  }

  return LowRankConv2DLayer;
});

function checkForm(name: string, form: ConvolutionForm): void {
  if (form === 'channel' || form === 'spatial') return;
  throw new RangeError(`${name}: form is ${JSON.stringify(form)}; it must be 'channel' or 'spatial'`);
}
