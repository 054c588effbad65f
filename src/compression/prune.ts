import type * as tf from '@tensorflow/tfjs';
import { svdLayers, type SvdConv2D, type SvdDense, type SvdLayer, type ToLowRankOptions } from '../layers';
import { product, type SingularTriplets } from '../layers/kernel-factors';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { allocateRanks } from './allocate-ranks';
import { countParameters, total } from './counts';
import { checkWeights } from './kernel-layers';
import { placedLayers, type PlacedLayer } from './model-graph';
import { factorisedMultiplyAdds } from './multiply-adds';
import { keptCount, nonZero } from './prune-counts';
import { checkPruneChoice, type PruneChoice } from './prune-options';
import { checkModel, rebuildModel } from './rebuild-model';
import { CompressionReport, type LayerReport } from './report';

export interface PruneOptions extends PruneChoice {
  /**
   * How many parameters the pruned model may have, all that `countParams` counts, spread over the layers as by `compress`, so that the
   * least energy that any of them keeps is the largest possible; an integer.
   */
  readonly maxParameters?: number;
  /**
   * False, the default, is the assignment's and Yang et al.'s pruning: s as it was trained. U and V are only nearly orthonormal, so s is
   * only nearly the spectrum. True: each kernel is decomposed anew, so that what is left is its best approximation.
   */
  readonly recompute?: boolean;
}

/**
 * A copy of a model whose `svdDense` and `svdConv2d` layers keep only their largest singular values, by |s|, with those columns of U and V.
 * They are layers of the same kind and settings, of a smaller rank, with s descending and no part of it below 0, so that the model can be
 * trained on with the same penalties; `toLowRank` then makes the smallest of it. The report is of these layers. Everything else is as
 * `rebuildModel` makes it, metrics of `orthogonality` and `sparsity` look at the copy, and the model itself is untouched.
 *
 * @throws TypeError if the model has no layers yet, or not exactly one of energy, keep and maxParameters is given or an option is unknown;
 *   RangeError if an option is out of range, the budget is too small, the model has no such layer, or a weight is not finite
 */
export function pruneSingularValues<M extends tf.LayersModel>(model: M, options: PruneOptions): { model: M; report: CompressionReport } {
  checkModel(caller, model);
  checkPruneChoice(caller, options, ['energy', 'keep', 'maxParameters'], ['recompute']);
  const { recompute = false } = options;
  if (typeof recompute !== 'boolean') throw new TypeError(`${caller}: recompute is ${String(recompute)}; it must be true or false`);
  const placed = placedSvdLayers(caller, model);
  checkWeights(caller, model);
  const before = countParameters(model);
  const whole = placed.map(({ layer }) => layer.triplets(layer.rank, recompute));
  try {
    const spectra = whole.map(({ s }) => s.dataSync() as Float32Array);
    const counts = countsFor(placed, spectra, options, before);
    const made = new Map<tf.layers.Layer, SvdLayer>();
    const pruned = rebuildModel(model, (layer) => {
      const at = placed.findIndex((each) => each.layer === layer);
      if (at === -1) return undefined;
      made.set(layer, withLeading(placed[at]!.layer, whole[at]!, counts[at]!));
      return made.get(layer);
    });
    const reports = placed.map((each, at) => layerReport(each, made.get(each.layer)!, whole[at]!));
    return { model: pruned, report: new CompressionReport(reports, { before, after: countParameters(pruned) }) };
  } finally {
    tensorFlowJs().dispose(whole.flatMap(({ u, s, v }) => [u, s, v]));
  }
}

/**
 * A copy of a model in which each `svdDense` and `svdConv2d` layer is a `lowRankDense` or `lowRankConv2d` of the same rank, or, where that
 * has no fewer parameters, a plain dense or convolution layer; the kernels are the same. Otherwise as `rebuildModel`. `saveModel`
 * and `toPlainModel` take it. Metrics of `orthogonality` and `sparsity` are left out.
 *
 * @throws TypeError if it is no layers model, or one without layers; RangeError if it has no such layer, or an option is none of those allowed
 */
export function toLowRank<M extends tf.LayersModel>(model: M, options: ToLowRankOptions = {}): M {
  checkModel('toLowRank', model);
  placedSvdLayers('toLowRank', model);
  return rebuildModel(model, (layer) => {
    if (layer.getClassName() === 'SvdDense') {
      const dense = layer as SvdDense;
      return savesParameters(dense, options) ? dense.toLowRankDense(options) : dense.toDense();
    }
    if (layer.getClassName() !== 'SvdConv2D') return undefined;
    const convolution = layer as SvdConv2D;
    return savesParameters(convolution, options) ? convolution.toLowRankConv2d(options) : convolution.toConv2d();
  });
}

const caller = 'pruneSingularValues';

interface PlacedSvdLayer extends PlacedLayer {
  readonly layer: SvdDense | SvdConv2D;
}

function placedSvdLayers(name: string, model: tf.LayersModel): PlacedSvdLayer[] {
  const known = new Set<tf.layers.Layer>(svdLayers(model));
  if (known.size === 0) throw new RangeError(`${name}: the model has no svdDense or svdConv2d layer`);
  return placedLayers(model).filter(({ layer }) => known.has(layer)) as PlacedSvdLayer[];
}

/** Of the kernel as a matrix, [rows, columns]. */
function shapeOf(layer: SvdLayer): [number, number] {
  const [u, , v] = layer.getWeights();
  return [u!.shape[0]!, v!.shape[0]!];
}

function savesParameters(layer: SvdLayer, { factors = 2 }: ToLowRankOptions): boolean {
  const [rows, columns] = shapeOf(layer);
  return layer.rank * (rows + columns + factors - 2) < rows * columns;
}

function countsFor(placed: readonly PlacedSvdLayer[], spectra: readonly Float32Array[], options: PruneOptions, modelParameters: number): number[] {
  const { maxParameters } = options;
  if (maxParameters === undefined) return spectra.map((spectrum) => keptCount(options, spectrum));
  // The weights U, s and V, one above the other, are a matrix of rank columns, of which any number may stay.
  const stacks = placed.map(({ layer }, at) => {
    const [rows, columns] = shapeOf(layer);
    const height = rows + columns + 1;
    return { rows: height, columns: layer.rank, s: spectra[at]!, parametersPerRank: height };
  });
  const sum = (count: (stack: (typeof stacks)[number]) => number) => stacks.reduce((total, stack) => total + count(stack), 0);
  const others = modelParameters - sum(({ rows, columns }) => rows * columns);
  const least = others + sum(({ rows }) => rows);
  if (maxParameters < least) {
    throw new RangeError(
      `${caller}: maxParameters is ${maxParameters}; with one singular value in each layer the model has ${least} parameters, ` +
        'so it must be at least that',
    );
  }
  const ranks = allocateRanks(stacks, maxParameters - others);
  return ranks.map((rank, at) => Math.min(rank === 'keep' ? Infinity : rank, Math.max(1, nonZero(spectra[at]!))));
}

function withLeading(layer: SvdDense | SvdConv2D, triplets: SingularTriplets, count: number): SvdLayer {
  const { dispose, tidy } = tensorFlowJs();
  const leading = tidy(() => ({ ...part(triplets, 0, count) }));
  try {
    return layer.withTriplets(leading);
  } finally {
    dispose([leading.u, leading.s, leading.v]);
  }
}

function part({ u, s, v }: SingularTriplets, from: number, to: number): SingularTriplets {
  const columns = (x: tf.Tensor) => x.slice([0, from], [x.shape[0]!, to - from]);
  return { u: columns(u), s: s.slice([from], [to - from]), v: columns(v) };
}

function layerReport({ layer, path: name, calls }: PlacedSvdLayer, smaller: SvdLayer, whole: SingularTriplets): LayerReport {
  const [rows, columns] = shapeOf(layer);
  const shape = [rows, columns] as const;
  const multiplyAdds = (of: SvdLayer) => total(calls, (call) => factorisedMultiplyAdds(of as SvdDense | SvdConv2D, call));
  return {
    name,
    kind: layer.getClassName() === 'SvdDense' ? 'Dense' : 'Conv2D',
    shape,
    rank: smaller.rank,
    fullRank: Math.min(...shape),
    measuredOn: 'weights',
    ...kept(whole, smaller.rank),
    parametersBefore: layer.countParams(),
    parametersAfter: smaller.countParams(),
    multiplyAddsBefore: multiplyAdds(layer),
    multiplyAddsAfter: multiplyAdds(smaller),
    ...(smaller.rank === layer.rank && { kept: 'all its singular values stay' }),
  };
}

/** By the singular values as they are, and by the kernels. */
function kept(whole: SingularTriplets, count: number): Pick<LayerReport, 'energyKept' | 'relativeError'> {
  const s = Float64Array.from(whole.s.dataSync());
  const energy = (from: number) => s.slice(from).reduce((sum, value) => sum + value ** 2, 0);
  if (count === s.length || energy(0) === 0) return { energyKept: 1, relativeError: 0 };
  const norm = ({ u, s: values, v }: SingularTriplets) =>
    product({ left: u as tf.Tensor2D, s: values as tf.Tensor1D, right: v as tf.Tensor2D }).norm().dataSync()[0]!;
  const [dropped, all] = tensorFlowJs().tidy(() => [norm(part(whole, count, s.length)), norm(whole)]);
  return { energyKept: 1 - energy(count) / energy(0), relativeError: dropped! / all! };
}
