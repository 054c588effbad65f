import type * as tf from '@tensorflow/tfjs';
import type { RankRule } from '../linalg';
import { factorKernels, halves, type Window } from './convolution-halves';
import type { FactoredLayer } from './factored-layer';
import { layerClass } from './layer-class';
import { lowRankConv2d, lowRankConv2dClass, ofConvolution } from './low-rank-conv2d';
import type { Conv2DLayerArgs, FromConv2dOptions, LowRankConv2D, LowRankConv2DLayerArgs } from './low-rank-conv2d';
import { fullRank, svdLayerClass, type ExtensibleSvdLayer, type SvdArgs, type SvdLayer, type ToLowRankOptions } from './svd-layer';
import type { SvdRegularization } from './svd-regularizers';

/** What `svdConv2d` takes: all that `tf.layers.conv2d` does, the rank and the penalties. */
export type SvdConv2DLayerArgs = Conv2DLayerArgs & SvdArgs & Pick<LowRankConv2DLayerArgs, 'form' | 'execution'>;

/** A convolution that trains the singular value decomposition of its kernel: see `svdConv2d`. */
export interface SvdConv2D extends SvdLayer, Pick<LowRankConv2D, 'form' | 'toConv2d' | 'toConv2dLayers' | 'multiplyAdds'> {
  /** A built `lowRankConv2d` of the same form, rank and kernel, without the penalties, with the factors by |s|, descending. */
  toLowRankConv2d(options?: ToLowRankOptions): LowRankConv2D;
}

/** How `svdConv2d.fromConv2d` decomposes a kernel. */
export interface SvdFromConv2dOptions extends SvdRegularization, Pick<FromConv2dOptions, 'form' | 'execution' | 'svd'> {
  /** That of all singular values by default. */
  readonly rank?: RankRule;
}

/**
 * A two-dimensional convolution whose trained weights are a singular value decomposition of its kernel [h, w, c, n] as a matrix, which is
 * (h·w·c) × n in the form 'channel' and (h·c) × (w·n) in the form 'spatial': U [rows, rank], s [rank] and V [columns, rank], then
 * a bias [n]. It runs as the two convolutions of `lowRankConv2d`, with s in the first one. Penalties and all else are as in
 * `svdDense`, and other arguments as in `tf.layers.conv2d`.
 *
 * @throws RangeError as `svdDense` and `lowRankConv2d`
 */
export function svdConv2d(args: SvdConv2DLayerArgs): SvdConv2D {
  return new (svdConv2dClass())(args);
}

/**
 * A built layer from a built convolution, with the same name, bias and other settings; its kernel is the best approximation of that of
 * the convolution, as in `lowRankConv2d.fromConv2d`, by default the kernel itself.
 *
 * @throws as `lowRankConv2d.fromConv2d` and `svdConv2d`
 */
svdConv2d.fromConv2d = function fromConv2d(layer: tf.layers.Layer, options: SvdFromConv2dOptions = {}): SvdConv2D {
  const { rank = fullRank, form, execution, svd, ...regularization } = options;
  const made = (args: LowRankConv2DLayerArgs) => svdConv2d({ ...args, ...regularization });
  return ofConvolution('svdConv2d.fromConv2d', layer, { rank, form, factors: 3, execution, svd }, made);
};

/** The class, registered so that saved models with such layers can be loaded. Made on the first call, which loads TensorFlow.js. */
export const svdConv2dClass = layerClass<new (args: SvdConv2DLayerArgs) => SvdConv2D>((tf) => {
  const base = svdLayerClass(lowRankConv2dClass() as unknown as new (args: object) => FactoredLayer);

  class SvdConv2DLayer extends (base as unknown as new (args: object) => ExtensibleSvdLayer & LowRankConv2D) implements SvdConv2D {
    static readonly className = 'SvdConv2D';
    static readonly maker = 'svdConv2d';

    toLowRankConv2d(options: ToLowRankOptions = {}): LowRankConv2D {
      const parts = halves(this.getConfig() as unknown as Window, this.form);
      return this.toLowRank((config) => lowRankConv2d(config as LowRankConv2DLayerArgs), options, (pair) => factorKernels(pair, parts));
    }
  }

  return SvdConv2DLayer;
});
