import { axis, baseLayout, chartNumber, mutedColour, textColour, type Figure, type FigureOptions, type Trace } from './figure';
import { palette, seriesColour, seriesSymbol } from './palette';
import { paretoFront } from './pareto-front';

/** What something costs, such as its parameters, by the name of the cost. */
export type Costs = Readonly<Record<string, number>>;

/** A place on the chart. */
export interface TradeOffPoint {
  /** Share that is right, in (0, 1). */
  readonly accuracy: number;
  /** Its standard deviation; none by default. */
  readonly deviation?: number;
  /** Where a cost is not known the point is left out while that cost is shown. */
  readonly costs: Costs;
  /** What it is, for the hovering mouse. */
  readonly text?: string;
}

/** Points under one name, joined by a line. */
export interface TradeOffSeries {
  readonly name: string;
  readonly points: readonly TradeOffPoint[];
  /** Series of one group share a colour. By default each is a group of its own. */
  readonly group?: string;
  /** Series of one kind share a marker. By default all are of one kind. */
  readonly kind?: string;
  /** Results of others, to be compared with: single stars in the colour of the text. */
  readonly reference?: boolean;
}

/** One of the horizontal axes to choose from. */
export interface CostAxis {
  /** Of the cost in `costs`. */
  readonly key: string;
  /** With its unit. */
  readonly label: string;
}

/** What the axes are. */
export interface TradeOffOptions extends FigureOptions {
  /** The costs to choose from; the first one is shown at first, and in the still picture. */
  readonly costs: readonly CostAxis[];
  /** What the heights are; 'test accuracy (%)' by default. */
  readonly yLabel?: string;
}

/**
 * Accuracy against a cost, both on logarithmic scales, the accuracy's by the errors: 99 % lies as far above 98 % as 98 % above 96 %. A
 * menu chooses the cost. The grey line is the front of the points that no other one beats in accuracy at a smaller cost.
 *
 * @throws RangeError if there is no point or no cost, an accuracy is not above 0 and below 1, or a cost is not positive
 */
export function tradeOffChart(series: readonly TradeOffSeries[], options: TradeOffOptions): Figure {
  const { costs, yLabel = 'test accuracy (%)' } = options;
  if (costs.length === 0) throw new RangeError('tradeOffChart: costs is empty; it must name at least one cost');
  const points = series.flatMap((each) => each.points);
  if (points.length === 0) throw new RangeError('tradeOffChart: there is no point');
  series.forEach(check);
  const layout = baseLayout(options, { width: 900, height: 560 });
  const shown = costs.map((cost) => ({ cost, ...coordinates(series, cost.key) }));
  const first = shown[0]!;
  return {
    data: [front(first), ...tracesOf(series, first)],
    layout: {
      ...layout,
      xaxis: axis(first.cost.label, { type: 'log', exponentformat: 'SI' }),
      yaxis: axis(yLabel, { type: 'log', ...accuracyTicks(points) }),
      hovermode: 'closest',
      showlegend: true,
      legend: { x: 1.02, xanchor: 'left', y: 1, yanchor: 'top' },
      ...(costs.length > 1 && { updatemenus: [menu(shown)] }),
    },
  };
}

interface Coordinates {
  /** For each series. */
  readonly x: readonly (readonly (number | null)[])[];
  readonly y: readonly (readonly number[])[];
  readonly front: { readonly x: readonly number[]; readonly y: readonly number[] };
}

/** The height of a point: its errors in percent, on an axis turned upside down. */
const errors = ({ accuracy }: TradeOffPoint) => chartNumber(100 * (1 - accuracy));

function coordinates(series: readonly TradeOffSeries[], key: string): Coordinates {
  const x = series.map(({ points }) => points.map(({ costs }) => (costs[key] === undefined ? null : chartNumber(costs[key]))));
  const y = series.map(({ points }) => points.map(errors));
  const front = paretoFront(series.flatMap(({ points }) => points.filter(({ costs }) => costs[key] !== undefined)), ({ costs }) => costs[key]!);
  return { x, y, front: { x: front.map(({ costs }) => chartNumber(costs[key]!)), y: front.map(errors) } };
}

function front({ front: { x, y } }: Coordinates): Trace {
  return {
    type: 'scatter', mode: 'lines', name: 'front', x, y, hoverinfo: 'skip',
    line: { color: mutedColour, width: 1.5, dash: 'dot', shape: 'hv' },
  };
}

function tracesOf(series: readonly TradeOffSeries[], { x, y }: Coordinates): Trace[] {
  const own = series.filter(({ reference }) => !reference);
  const groups = [...new Set(own.map(({ group, name }) => group ?? name))];
  const kinds = [...new Set(own.map(({ kind }) => kind))];
  return series.map(({ name, points, group, kind, reference }, at) => ({
    type: 'scatter',
    mode: points.length > 1 && !reference ? 'lines+markers' : 'markers',
    name,
    x: x[at],
    y: y[at],
    error_y: { type: 'data', array: points.map(({ deviation = 0 }) => chartNumber(100 * deviation)), thickness: 1, width: 3 },
    text: points.map((point) => point.text ?? ''),
    customdata: points.map(({ accuracy, deviation }) => percent(accuracy, deviation)),
    hovertemplate: '%{customdata}<br>%{x:.4~s}<br>%{text}',
    ...(reference ? { marker: star } : look(groups.indexOf(group ?? name), seriesSymbol(kinds.indexOf(kind)))),
  }));
}

const star = { size: 14, symbol: 'star', color: textColour, line: { width: 1, color: '#ffffff' } };

/** Where the colours begin anew, the markers are hollow and the lines dashed. */
function look(group: number, symbol: string) {
  const color = seriesColour(group);
  const again = group >= palette.length;
  return { marker: { size: 8, symbol: again ? `${symbol}-open` : symbol, color }, line: { width: 1, color, dash: again ? 'dash' : 'solid' } };
}

function percent(accuracy: number, deviation: number | undefined): string {
  return `${(100 * accuracy).toFixed(2)} %${deviation ? ` ± ${(100 * deviation).toFixed(2)}` : ''}`;
}

/** Round numbers of errors, written as accuracies. */
function accuracyTicks(points: readonly TradeOffPoint[]) {
  const heights = points.map(errors);
  const [low, high] = [Math.min(...heights) / 1.15, Math.max(...heights) * 1.15];
  const decades = [0.001, 0.01, 0.1, 1, 10].flatMap((decade) => [1, 1.5, 2, 3, 4, 6, 8].map((digit) => digit * decade));
  const tickvals = decades.filter((error) => error >= low && error <= Math.min(high, 95));
  return {
    range: [Math.log10(high), Math.log10(low)],
    tickvals,
    ticktext: tickvals.map((error) => String(Number((100 - error).toFixed(3)))),
  };
}

function menu(shown: readonly (Coordinates & { readonly cost: CostAxis })[]) {
  return {
    type: 'dropdown', x: 0, xanchor: 'left', y: 1.02, yanchor: 'bottom', showactive: true,
    buttons: shown.map(({ cost, x, y, front: { x: frontX, y: frontY } }) => ({
      label: cost.label,
      method: 'update',
      args: [
        { x: [frontX, ...x], y: [frontY, ...y] },
        { 'xaxis.title.text': cost.label, 'xaxis.autorange': true },
      ],
    })),
  };
}

function check({ name, points }: TradeOffSeries): void {
  for (const { accuracy, costs } of points) {
    if (!(accuracy > 0 && accuracy < 1)) throw new RangeError(`tradeOffChart: an accuracy of '${name}' is ${accuracy}; it must be above 0 and below 1`);
    for (const [key, cost] of Object.entries(costs)) {
      if (!(cost > 0 && cost < Infinity)) throw new RangeError(`tradeOffChart: ${key} of '${name}' is ${cost}; it must be a finite number above 0`);
    }
  }
}
