import type { Figure } from './figure';
import { lineChart, type Line, type LineChartOptions } from './line-chart';
import { darken, seriesColour } from './palette';

/** The losses of one training; a `History` with a name is one. */
export interface LossCurve {
  /** What tells this training from the others of the chart; may be left out where there is only one. */
  readonly name?: string;
  /** Training loss of every step. */
  readonly loss: ArrayLike<number>;
  /** Validation loss of every step, as many as `loss`. */
  readonly validationLoss?: ArrayLike<number>;
}

/** Those of `lineChart`; the axes are named by default. */
export interface LossCurvesOptions extends Partial<LineChartOptions> {
  /** Number of the first step; 1 by default. */
  readonly firstStep?: number;
}

/**
 * Training and validation loss against the step, one hue for each training: a solid line for the training loss, dashes
 * over it, darker, for the validation loss.
 *
 * @throws RangeError if there is no curve, if several lack names, if the two losses of a curve differ in length, and as
 *   `lineChart` does
 */
export function lossCurves(curves: LossCurve | readonly LossCurve[], options: LossCurvesOptions = {}): Figure {
  const list = isList(curves) ? curves : [curves];
  if (list.length === 0) throw new RangeError('loss curves: there is no curve to draw');
  return lineChart(
    list.flatMap((curve, index) => linesOf(curve, index, list.length)),
    { ...options, xLabel: options.xLabel ?? 'step', yLabel: options.yLabel ?? 'cross-entropy (nats)', firstX: options.firstStep ?? options.firstX ?? 1 },
  );
}

function linesOf({ name, loss, validationLoss }: LossCurve, index: number, count: number): Line[] {
  if (name === undefined && count > 1) {
    throw new RangeError(`loss curve ${index} of ${count} has no name; name the curves to tell them apart`);
  }
  if (validationLoss !== undefined && validationLoss.length !== loss.length) {
    throw new RangeError(
      `loss curve '${name ?? index}' has ${loss.length} training losses and ${validationLoss.length} validation losses; they must be as many`,
    );
  }
  const prefix = name === undefined ? '' : `${name}, `;
  if (validationLoss === undefined) return [{ name: name ?? 'training', y: loss, colour: seriesColour(index) }];
  // The two often coincide: a dark dashed line stays visible on a broad one.
  return [
    { name: `${prefix}training`, y: loss, colour: seriesColour(index), thickness: 5, markers: false },
    { name: `${prefix}validation`, y: validationLoss, colour: darken(seriesColour(index), 0.65), thickness: 1.75, dash: 'dash', markers: false },
  ];
}

function isList(curves: LossCurve | readonly LossCurve[]): curves is readonly LossCurve[] {
  return Array.isArray(curves);
}
