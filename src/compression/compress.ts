import type * as tf from '@tensorflow/tfjs';
import type { LowRankConv2D, LowRankDense } from '../layers';
import { chooseRanks, instructionsFor, isEligible, type Decision } from './choose-ranks';
import { countParameters, total } from './counts';
import { Decompositions } from './decompositions';
import { checkWeights, kernelLayers, type KernelLayer } from './kernel-layers';
import type { Kept } from '../linalg/leading-factors';
import { checkExamples, measureOutputs } from './measure-outputs';
import { denseMultiplyAdds, factorisedMultiplyAdds } from './multiply-adds';
import { checkCompressOptions, type CompressOptions } from './options';
import { checkModel, rebuildModel } from './rebuild-model';
import { CompressionReport, type LayerReport } from './report';

/**
 * A copy of a trained model in which the kernels of dense and convolution layers are products of low-rank factors, with a report of
 * what each layer keeps. The ranks are told by exactly one of `rank`, `energy`, `ratio`, `maxParameters`, `perLayer` and `rule`; a
 * layer whose factors would not have fewer parameters than its kernel stays as it is. Kernels inside wrappers and recurrent layers,
 * and those with a constraint, stay too.
 *
 * The approximations of the kernels are the best ones of their rank (Eckart and Young 1936), by rank alone up to 1e-4 of the error.
 * With `inputs` those of the layers' outputs are: A = W·V·Vᵀ with the leading principal components V of the outputs X·W on these
 * examples, and a bias that keeps their mean (Zhang, Zou, He and Sun, "Accelerating very deep convolutional networks for
 * classification and detection", 2016). Everything else, names and compile state among them, is as `rebuildModel` makes it; the
 * model itself is untouched.
 *
 * @throws TypeError if the model has no layers yet, or not exactly one of these options is given or one is unknown;
 *   RangeError if an option is out of range, names no layer or leaves none, the budget is too small, the model has
 *   no dense or convolution layer, or a weight is not finite; TypeError or RangeError if `inputs` do not fit the model, are no
 *   examples, or they or the outputs on them are not finite
 */
export function compress<M extends tf.LayersModel>(model: M, options: CompressOptions): { model: M; report: CompressionReport } {
  checkModel('compress', model);
  checkCompressOptions(options);
  const layers = kernelLayers(model, options);
  if (layers.length === 0) throw new RangeError('compress: the model has no Dense or Conv2D layer');
  checkWeights('compress', model);
  if (options.inputs !== undefined) checkExamples(model, options.inputs);
  const instructions = instructionsFor(layers, options);

  const eligible = layers.filter((_, at) => isEligible(instructions[at]));
  const outputs = options.inputs === undefined ? undefined : measureOutputs(model, eligible, options.inputs);
  const decompositions = new Decompositions(outputs);
  try {
    const before = countParameters(model);
    const decisions = chooseRanks(layers, instructions, options, before, (layer) => decompositions.spectrum(layer));
    const factorised = new Map<tf.layers.Layer, Factorised>();
    const compressed = rebuildModel(model, (layer) => {
      const at = layers.findIndex((each) => each.layer === layer);
      const decision = decisions[at];
      if (decision === undefined || 'kept' in decision) return undefined;
      const { svd, biasShift, kept } = decompositions.leading(layers[at]!, decision.rank);
      const made = layers[at]!.factorised(decision.rank, svd, biasShift);
      factorised.set(layer, { made, kept });
      return made;
    });
    const measuredOn = (layer: KernelLayer) => (outputs?.has(layer) ? 'outputs' : 'weights');
    const reports = layers.map((layer, at) => layerReport(layer, measuredOn(layer), decisions[at]!, factorised.get(layer.layer)));
    return { model: compressed, report: new CompressionReport(reports, { before, after: countParameters(compressed) }) };
  } finally {
    decompositions.dispose();
  }
}

interface Factorised {
  readonly made: LowRankDense | LowRankConv2D;
  readonly kept: Kept;
}

function layerReport(
  layer: KernelLayer,
  measuredOn: LayerReport['measuredOn'],
  decision: Decision,
  factorised: Factorised | undefined,
): LayerReport {
  const { path: name, kind, rows, columns, calls } = layer;
  const parametersBefore = layer.layer.countParams();
  const multiplyAddsBefore = total(calls, (call) => denseMultiplyAdds(layer.layer, call));
  const fullRank = Math.min(rows, columns);
  const shared = { name, kind, shape: [rows, columns] as const, fullRank, measuredOn, parametersBefore, multiplyAddsBefore };
  if (factorised === undefined) {
    const same = { parametersAfter: parametersBefore, multiplyAddsAfter: multiplyAddsBefore };
    return { ...shared, rank: null, energyKept: 1, relativeError: 0, ...same, kept: (decision as { readonly kept: string }).kept };
  }
  const { made, kept } = factorised;
  const multiplyAddsAfter = total(calls, (call) => factorisedMultiplyAdds(made, call));
  return { ...shared, rank: made.rank, ...kept, parametersAfter: made.countParams(), multiplyAddsAfter };
}
