import type * as tf from '@tensorflow/tfjs';
import { keptCount } from '../../../compression/prune-counts';
import { checkCount, checkPruneChoice, type PruneChoice } from '../../../compression/prune-options';
import { svdLayers, type SvdLayer } from '../../../layers';
import { stepParameter } from '../../../tensorflow';
import type { CallbackState, FitCallback } from './callback';
import { columnsThatStay } from './columns-that-stay';

export interface PruneScheduleOptions extends PruneChoice {
  /** The first epoch, counted from zero, that is pruned after, or in whose steps; 0 by default. */
  readonly startFromEpoch?: number;
  /** Prunes after each so many epochs from then on; 1 by default. Not with `everyStep`. */
  readonly everyEpochs?: number;
  /** Prunes after each training step instead, as a part of the compiled step; false by default. */
  readonly everyStep?: boolean;
}

/**
 * A callback for `fit` that prunes a model's `svdDense` and `svdConv2d` layers while they are trained: after epochs or after every single
 * step, the singular values beyond those that `energy` or `keep` says become 0 and stay so, in all later trainings with this model
 * too. Each time the energy is that of those that are left, so it adds up: pruned after every step, a layer ends with no column that
 * has less than the (1 − energy)-th part of the energy of all that are left. A layer with singular values that are NaN or infinite is
 * not pruned.
 *
 * The shapes in a compiled step cannot change, so the columns stay until `pruneSingularValues(model, { energy: 1 })` takes them out. Until
 * then they are masked in the step itself, by a variable beside the weights: they get no gradient, and what the moments of Adam or
 * momentum still add to them has no effect and is set to 0 after the epoch. The validation of an epoch is before its pruning, but after
 * that of its steps. Callbacks that come after this one see in `layer.active` what is left.
 * A model that was saved and loaded has the zeros but not the mask: prune it before it is trained further.
 *
 * In a step the energies are summed up in float32, so that beside what `pruneSingularValues` finds one column more or less can stay where the
 * share that is dropped comes within some 1e-6 of itself to 1 − energy.
 *
 * @throws TypeError or RangeError if an option is not allowed; `fit` throws a RangeError before it begins if the model has no such layer
 */
export function pruneOnSchedule(options: PruneScheduleOptions): FitCallback {
  checkPruneChoice('pruneOnSchedule', options, ['energy', 'keep'], ['startFromEpoch', 'everyEpochs', 'everyStep']);
  const { startFromEpoch = 0, everyEpochs = 1, everyStep = false, ...choice } = options;
  checkCount('pruneOnSchedule', 'startFromEpoch', startFromEpoch, 0);
  checkCount('pruneOnSchedule', 'everyEpochs', everyEpochs, 1);
  if (typeof everyStep !== 'boolean') throw new TypeError(`pruneOnSchedule: everyStep is ${String(everyStep)}; it must be true or false`);
  if (everyStep && options.everyEpochs !== undefined) {
    throw new TypeError('pruneOnSchedule: everyStep and everyEpochs exclude each other; give at most one of them');
  }
  let layers: SvdLayer[] = [];
  let epochIsPruned = false;
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
    onEpochBegin(epoch: number) {
      epochIsPruned = epoch >= startFromEpoch && (everyStep || (epoch - startFromEpoch) % everyEpochs === 0);
    },
    ...(everyStep && {
      inStep() {
        const allStay = stepParameter(() => (epochIsPruned ? 0 : 1));
        for (const layer of layers) layer.restrictActive((s, active) => columnsThatStay(choice, s, active).maximum(allStay));
      },
    }),
    onEpochEnd() {
      for (const layer of layers) {
        const spectrum = layer.spectrum();
        if (epochIsPruned && !everyStep && spectrum.every(Number.isFinite)) layer.keepLargest(keptCount(choice, spectrum));
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
