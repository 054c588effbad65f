import { axis, baseLayout, joined, type Figure, type FigureOptions, type Trace } from './figure';

export interface ConfusionMatrixOptions extends FigureOptions {
  /** Names of the classes 0, 1, …; the numbers themselves by default. Their number is the number of classes. */
  readonly classNames?: readonly string[];
}

/** Okabe and Ito's blue and vermilion from white. */
const correctScale = [[0, '#ffffff'], [1, '#0072b2']];
const wrongScale = [[0, '#ffffff'], [0.001, '#fdeadd'], [1, '#d55e00']];

/**
 * How many images of each true class (row) were taken for each class (column). Correct ones are blue, wrong
 * ones orange; each has a colour scale of its own, so that a few mistakes are visible beside a thousand hits.
 *
 * @param labels true classes, integers from 0
 * @param predictions predicted classes, as many as `labels`
 * @throws RangeError if there are none, if the two differ in length, or on a class that is not one of the classes
 */
export function confusionMatrix(labels: ArrayLike<number>, predictions: ArrayLike<number>, options: ConfusionMatrixOptions = {}): Figure {
  const { classNames } = options;
  const counts = confusionCounts(labels, predictions, classNames?.length);
  const names = classNames ?? counts.map((_, c) => String(c));
  const correct = counts.reduce((sum, row, c) => sum + row[c], 0);
  const accuracy = `${grouped(correct)} of ${grouped(labels.length)} correct (${((100 * correct) / labels.length).toFixed(2)} %)`;
  const layout = baseLayout({ ...options, subtitle: joined(options.subtitle, accuracy) }, { width: 720, height: 560 });
  const ticks = { tickvals: names.map((_, c) => c), ticktext: names, showgrid: false, showline: false, tickcolor: 'white' };
  return {
    data: [
      cells(counts, names, (row, column) => row === column, correctScale, 'correct', 1),
      cells(counts, names, (row, column) => row !== column, wrongScale, 'wrong', 1.14),
    ],
    layout: {
      ...layout,
      xaxis: axis('predicted class', { ...ticks, range: [-0.5, names.length - 0.5] }),
      yaxis: axis('true class', { ...ticks, range: [names.length - 0.5, -0.5] }),
    },
  };
}

/** @returns `counts[true class][predicted class]`, square */
export function confusionCounts(labels: ArrayLike<number>, predictions: ArrayLike<number>, classes?: number): number[][] {
  if (labels.length !== predictions.length) {
    throw new RangeError(`there are ${labels.length} labels and ${predictions.length} predictions; they must be as many`);
  }
  if (labels.length === 0) throw new RangeError('a confusion matrix needs at least one label');
  const count = classes ?? 1 + Math.max(largest(labels), largest(predictions));
  requireClasses('labels', labels, count);
  requireClasses('predictions', predictions, count);
  const counts = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let i = 0; i < labels.length; i++) counts[labels[i]][predictions[i]]++;
  return counts;
}

function cells(
  counts: readonly (readonly number[])[],
  names: readonly string[],
  shown: (row: number, column: number) => boolean,
  colorscale: readonly (readonly (number | string)[])[],
  name: string,
  barX: number,
): Trace {
  const z = counts.map((row, r) => row.map((count, c) => (shown(r, c) ? count : null)));
  const most = Math.max(1, ...z.flat().map((count) => count ?? 0));
  return {
    type: 'heatmap',
    name,
    z,
    texttemplate: '%{z:,d}',
    textfont: { size: names.length > 12 ? 10 : 13 },
    colorscale,
    zmin: 0,
    zmax: most,
    hoverongaps: false,
    colorbar: { title: { text: name, side: 'top' }, thickness: 14, outlinewidth: 0, x: barX, ticks: 'outside', ticklen: 3, tickformat: ',d', ...(most < 6 ? { dtick: 1 } : {}) },
    hovertemplate: 'true %{y}, predicted %{x}: %{z:,d}<extra></extra>',
  };
}

function largest(values: ArrayLike<number>): number {
  let result = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > result) result = values[i];
  return result;
}

function requireClasses(name: string, values: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!(Number.isInteger(value) && value >= 0 && value < classes)) {
      throw new RangeError(`${name}[${i}] is ${String(value)}; a class is an integer from 0 to ${classes - 1}`);
    }
  }
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
