import type * as tf from '@tensorflow/tfjs';
import type { PruneChoice } from '../../../compression';
import { tensorFlowJs } from '../../../tensorflow/tensorflow-js';

/**
 * Which singular values stay, by the rule of `keptCount`, in operations that a compiled step can hold: no sort, but a comparison of each with
 * each. It agrees with `keptCount` up to rounding, here in float32: where the energy of what is dropped comes within some 1e-6 of itself
 * to what may be dropped, they may differ by a column. Where one of s is NaN or infinite all stay as they are.
 *
 * @param s [rank], of any sign and order, 0 where a column is out of use
 * @param active [rank], 1 or 0
 * @returns [rank], 1 or 0; to be called in a `tidy`
 */
export function columnsThatStay({ energy, keep }: PruneChoice, s: tf.Tensor1D, active: tf.Tensor1D): tf.Tensor1D {
  const { fill, matMul, range, where } = tensorFlowJs();
  const [rank] = s.shape;
  // Those out of use come last, behind zeros in use.
  const size = where(active.greater(0), s.abs(), fill([rank], -1));
  const [own, other] = [size.expandDims(1), size.expandDims(0)];
  const place = range(0, rank);
  const isFirstOfEquals = place.expandDims(0).less(place.expandDims(1));
  // [rank, rank]: whether the column of the second axis comes before that of the first.
  const before = other.greater(own).logicalOr(other.equal(own).logicalAnd(isFirstOfEquals));
  const position = before.cast('float32').sum(1);
  const isWithin = () => {
    if (energy === undefined) return position.less(keep!);
    // In units of the largest, so that the squares do not overflow.
    const squares = s.divNoNan(size.max()).square();
    // It and all after it have more than may be dropped. Sums of small numbers keep the digits that those of the others would lose.
    const rest = matMul(before.logicalNot().cast('float32'), squares.expandDims(1)).squeeze([1]);
    return rest.greater(squares.sum().mul(1 - energy));
  };
  const isBroken = s.isFinite().all().logicalNot();
  const stays = isWithin().logicalAnd(size.greater(0));
  return stays.logicalOr(position.equal(0)).logicalOr(isBroken).logicalAnd(active.greater(0)).cast('float32');
}
