/**
 * The share of predictions that equal the labels, from 0 to 1.
 *
 * @throws RangeError if there are none, or not as many predictions as labels.
 */
export function accuracy(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  if (labels.length === 0) throw new RangeError('there are no labels; an accuracy needs at least one');
  if (labels.length !== predictions.length) {
    throw new RangeError(`there are ${labels.length} labels and ${predictions.length} predictions; they must be as many`);
  }
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === predictions[i]) right++;
  return right / labels.length;
}
