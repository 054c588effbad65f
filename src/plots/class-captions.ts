import { requireCount } from './image-stack';
import type { Caption } from './tile-grid';

export interface ClassCaptionOptions {
  /** The true class of each image, written over it. */
  readonly labels?: ArrayLike<number>;
  /** The predicted class of each image; where it differs from the label, both are written, in orange. Needs `labels`. */
  readonly predictions?: ArrayLike<number>;
  /** Names of the classes 0, 1, …; the numbers themselves by default. */
  readonly classNames?: readonly string[];
}

/** In letters, with a little to spare over a picture of usual size. */
const longestLine = 9;

/**
 * The class of each image, and as what it was taken if that is wrong; no captions without labels.
 *
 * @throws RangeError if labels or predictions are not as many as the images, or there are predictions but no labels
 */
export function classCaptions(count: number, { labels, predictions, classNames }: ClassCaptionOptions): Caption[] {
  requireCount('labels', labels, count);
  requireCount('predictions', predictions, count);
  if (labels === undefined) {
    if (predictions !== undefined) throw new RangeError('predictions were given without labels');
    return [];
  }
  const name = (value: number) => classNames?.[value] ?? String(value);
  const captions = Array.from(labels, (label, n) => {
    const predicted = predictions?.[n] ?? label;
    return { lines: predicted === label ? [name(label)] : [name(label), `as ${name(predicted)}`], wrong: predicted !== label };
  });
  // All in one figure alike.
  const between = captions.some(({ lines }) => lines.join(' ').length > longestLine) ? '<br>' : ' ';
  return captions.map(({ lines, wrong }) => (wrong ? { text: `<b>${lines.join(between)}</b>`, colour: '#b34e00' } : { text: lines[0] }));
}
