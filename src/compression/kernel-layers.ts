import type * as tf from '@tensorflow/tfjs';
import { lowRankConv2d, lowRankDense, type Execution, type LowRankConv2D, type LowRankDense, type SingularValuesIn } from '../layers';
import { halves, kernelMatrix, type Window } from '../layers/convolution-halves';
import type { SingularTriplets } from '../layers/kernel-factors';
import type { KernelLayer as BiasedLayer } from '../layers/kernel-layer';
import { checkFinite } from '../linalg/check-finite';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { placedLayers, type PlacedLayer } from './model-graph';

/** What the factors of a compressed layer are like. */
export interface FactorOptions {
  /**
   * How a convolution of h × w over c channels to n becomes two: 'channel', the default, is h × w to as many channels as the rank, then
   * 1 × 1; 'spatial' h × 1, then 1 × w; 'keep' leaves convolutions as they are.
   */
  readonly convolutions?: 'channel' | 'spatial' | 'keep';
  /**
   * Of a dense layer: two, the default, or three, with the singular values apart; with the `inputs` of `compress` these are the norms
   * of the columns of W·V, and u's columns are not orthogonal.
   */
  readonly factors?: 2 | 3;
  /** Which of two factors has the singular values; as in `lowRankDense`. */
  readonly singularValues?: SingularValuesIn;
  /** As in `lowRankDense`. */
  readonly execution?: Execution;
}

/** A dense or convolution layer with its kernel as a matrix. */
export interface KernelLayer extends PlacedLayer {
  readonly kind: 'Dense' | 'Conv2D';
  readonly rows: number;
  readonly columns: number;
  /** Parameters of the factors for each unit of rank. */
  readonly parametersPerRank: number;
  /** Whether there is a bias, and nothing that constrains it. */
  readonly hasFreeBias: boolean;
  /** The kernel, [rows, columns]; a new tensor. */
  matrix(): tf.Tensor2D;
  /** What the kernel makes of an input of the layer, [outputs, columns], before the bias; absent where that is no product with the matrix. */
  outputs?(x: tf.Tensor): tf.Tensor2D;
  /** The layer with two or three factors instead of its kernel, and with the bias moved. */
  factorised(rank: number, svd: SingularTriplets, biasShift?: tf.Tensor1D): LowRankDense | LowRankConv2D;
}

/** The dense and convolution layers of a model, those of the models within it among them. */
export function kernelLayers(model: tf.LayersModel, options: FactorOptions): KernelLayer[] {
  return placedLayers(model).flatMap((placed) => {
    const kind = placed.layer.getClassName();
    if (kind === 'Dense') return [denseLayer(placed, options)];
    return kind === 'Conv2D' ? [convolution(placed, options)] : [];
  });
}

/** @throws RangeError that names the first layer with a weight that is NaN or infinite */
export function checkWeights(name: string, model: tf.LayersModel): void {
  for (const { layer, path } of placedLayers(model)) {
    for (const weight of layer.getWeights()) {
      if (weight.dtype === 'float32' && weight.size > 0) checkFinite(weight, `${name}: a weight of layer '${path}'`).dispose();
    }
  }
}

function denseLayer(placed: PlacedLayer, { factors = 2, singularValues, execution }: FactorOptions): KernelLayer {
  const { layer } = placed;
  const [rows, columns] = layer.getWeights()[0]!.shape as [number, number];
  return {
    ...placed,
    kind: 'Dense',
    rows,
    columns,
    parametersPerRank: rows + columns + (factors === 3 ? 1 : 0),
    hasFreeBias: hasFreeBias(layer),
    matrix: () => layer.getWeights()[0]!.clone() as tf.Tensor2D,
    outputs: (x) => x.cast('float32').reshape<tf.Tensor2D>([-1, rows]).matMul(layer.getWeights()[0]!) as tf.Tensor2D,
    factorised: (rank, svd, biasShift) => withBias(lowRankDense.fromDense(layer, { rank, factors, singularValues, execution, svd }), biasShift),
  };
}

function convolution(placed: PlacedLayer, { convolutions = 'channel', singularValues, execution }: FactorOptions): KernelLayer {
  const { layer } = placed;
  const form = convolutions === 'spatial' ? 'spatial' : 'channel';
  const matrix = () => kernelMatrix(layer.getWeights()[0] as tf.Tensor4D, halves(layer as unknown as Window, form));
  const [rows, columns] = tensorFlowJs().tidy(() => matrix().shape);
  return {
    ...placed,
    kind: 'Conv2D',
    rows,
    columns,
    parametersPerRank: rows + columns,
    hasFreeBias: hasFreeBias(layer),
    matrix,
    outputs: form === 'channel' ? (x) => convolved(x, layer).reshape([-1, columns]) : undefined,
    factorised: (rank, svd, biasShift) => withBias(lowRankConv2d.fromConv2d(layer, { rank, form, singularValues, execution, svd }), biasShift),
  };
}

/** The convolution alone, without bias and activation, with channels last. */
function convolved(x: tf.Tensor, layer: tf.layers.Layer): tf.Tensor4D {
  const { strides, dilationRate, padding, dataFormat } = layer as unknown as Convolution;
  const images = (dataFormat === 'channelsFirst' ? x.transpose([0, 2, 3, 1]) : x).cast('float32') as tf.Tensor4D;
  return tensorFlowJs().conv2d(images, layer.getWeights()[0] as tf.Tensor4D, [...strides], padding, 'NHWC', [...dilationRate]);
}

interface Convolution extends Window {
  readonly padding: 'valid' | 'same';
  readonly dataFormat: 'channelsFirst' | 'channelsLast';
}

function hasFreeBias(layer: tf.layers.Layer): boolean {
  const { useBias, biasConstraint } = layer as BiasedLayer;
  return useBias && !biasConstraint;
}

/** The bias is the last of a layer's weights. */
function withBias<L extends tf.layers.Layer>(layer: L, shift: tf.Tensor1D | undefined): L {
  if (shift === undefined) return layer;
  const bias = layer.weights.at(-1)!;
  const moved = bias.read().add(shift);
  bias.write(moved);
  moved.dispose();
  return layer;
}
