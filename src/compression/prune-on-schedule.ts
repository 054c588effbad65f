import type * as tf from '@tensorflow/tfjs';
import { svdLayers, type SvdLayer } from '../layers';
import type { CallbackState, FitCallback } from '../training/fit/callbacks/callback';
import { keptCount } from './prune-counts';
import { checkCount, checkPruneChoice, type PruneChoice } from './prune-options';

export interface PruneScheduleOptions extends PruneChoice {
  /** The first epoch, counted from zero, after which is pruned; 0 by default. */
  readonly startFromEpoch?: number;
  /** Prunes after each so many epochs from then on; 1 by default. */
  readonly everyEpochs?: number;
}

/**
 * A callback for `fit` that prunes a model's `svdDense` and `svdConv2d` layers while they are trained: after epochs, the singular values
 * beyond those that `energy` or `keep` says become 0 and stay so, in all later trainings with this model too. Each time the energy
 * is that of those that are left, so it adds up. A layer with singular values that are NaN or infinite is not pruned.
 *
 * The shapes in a compiled step cannot change, so the columns stay until `pruneSingularValues(model, { energy: 1 })` takes them out. Until
 * then they are masked in the step itself, by a variable beside the weights: they get no gradient, and what the moments of Adam or
 * momentum still add to them has no effect and is set to 0 after the epoch. The validation of an epoch is before its pruning.
 * A model that was saved and loaded has the zeros but not the mask: prune it before it is trained further.
 *
 * @throws TypeError or RangeError if an option is not allowed; `fit` throws a RangeError before it begins if the model has no such layer
 */
export function pruneOnSchedule(options: PruneScheduleOptions): FitCallback {
  checkPruneChoice('pruneOnSchedule', options, ['energy', 'keep'], ['startFromEpoch', 'everyEpochs']);
  const { startFromEpoch = 0, everyEpochs = 1, ...choice } = options;
  checkCount('pruneOnSchedule', 'startFromEpoch', startFromEpoch, 0);
  checkCount('pruneOnSchedule', 'everyEpochs', everyEpochs, 1);
  let layers: SvdLayer[] = [];
  const maskAgain = () => layers.forEach((layer) => layer.setActive(layer.active));
  return {
    setModel(model: tf.LayersModel) {
      layers = svdLayers(model);
      if (layers.length === 0) throw new RangeError('pruneOnSchedule: the model has no svdDense or svdConv2d layer');
    },
    onTrainBegin() {
      if (layers.length === 0) throw new TypeError('pruneOnSchedule: it was not told its model; use it with fit of this library, not with model.fit');
      // The mask must be there when the step is compiled.
      maskAgain();
    },
    onEpochEnd(epoch: number) {
      const isDue = epoch >= startFromEpoch && (epoch - startFromEpoch) % everyEpochs === 0;
      for (const layer of layers) {
        const spectrum = layer.spectrum();
        if (isDue && spectrum.every(Number.isFinite)) layer.keepLargest(keptCount(choice, spectrum));
        else layer.setActive(layer.active);
      }
    },
    onTrainEnd: maskAgain,
    getState: (): CallbackState => ({ kind: `pruneOnSchedule ${JSON.stringify(options)}`, values: { active: layers.map(({ active }) => active) } }),
    setState({ values }) {
      (values.active as boolean[][]).forEach((active, at) => layers[at]!.setActive(active));
    },
  };
}
