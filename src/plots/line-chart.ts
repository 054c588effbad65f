import { axis, baseLayout, chartNumber, mutedColour, requireFinite, textColour, type Figure, type FigureOptions, type Trace } from './figure';
import { decimate } from './decimate';
import { legendOf } from './legend';
import { seriesColour, seriesDash, seriesSymbol, type Dash } from './palette';

/** One line of a chart. */
export interface Line {
  readonly name: string;
  readonly y: ArrayLike<number>;
  /** As many as `y`; without it the points lie at `firstX`, `firstX` + 1, … */
  readonly x?: ArrayLike<number>;
  /** Any CSS colour; by default the next one of the palette. */
  readonly colour?: string;
  /** 'solid' by default; of more than five lines each has another one than its neighbours. */
  readonly dash?: Dash;
  /** Pixels. */
  readonly thickness?: number;
  /** Draws the points themselves too; by default where there are 30 or fewer. A single one is always drawn: it makes no line. */
  readonly markers?: boolean;
}

/** A vertical line with a text over it. */
export interface Mark {
  readonly x: number;
  readonly label: string;
}

export interface LineChartOptions extends FigureOptions {
  /** What the horizontal axis shows, with its unit. */
  readonly xLabel: string;
  /** What the vertical axis shows, with its unit. */
  readonly yLabel: string;
  /** Where the first point of a line without `x` lies; 0 by default. */
  readonly firstX?: number;
  /** A logarithmic vertical axis. */
  readonly logScale?: boolean;
  readonly marks?: readonly Mark[];
}

/** Lines of more points than this are thinned, to as many as the chart has pixels across, and more. */
const longLine = 5000;
const thinnedLine = 3000;

/**
 * Lines over a common horizontal axis. A line of more than 5000 points is thinned to 3000 that keep its extremes.
 *
 * @throws RangeError if there is no line or an empty one, if `x` and `y` differ in length, on NaN or an infinity, and,
 *   with `logScale`, on a value that is not positive
 */
export function lineChart(lines: readonly Line[], options: LineChartOptions): Figure {
  if (lines.length === 0) throw new RangeError('a line chart needs at least one line');
  const data = lines.map((line, index) => trace(line, index, lines.length, options));
  const layout = legendOf(lines.map(({ name }) => name), baseLayout(options, { width: 720, height: 420 }));
  return {
    data,
    layout: {
      ...layout,
      height: options.height ?? layout.height,
      xaxis: axis(options.xLabel, { showgrid: false }),
      yaxis: axis(options.yLabel, options.logScale ? { type: 'log', ...logTicks(lines) } : {}),
      hovermode: 'x unified',
      ...marksOf(options.marks ?? []),
    },
  };
}

function trace(line: Line, index: number, count: number, options: LineChartOptions): Trace {
  const { name, y, x } = line;
  if (y.length === 0) throw new RangeError(`line '${name}' has no points`);
  if (x !== undefined && x.length !== y.length) {
    throw new RangeError(`line '${name}' has ${x.length} x values and ${y.length} y values; they must be as many`);
  }
  requireFinite(`y of '${name}'`, y);
  if (x !== undefined) requireFinite(`x of '${name}'`, x);
  if (options.logScale) requirePositive(name, y);
  const hasMarkers = y.length === 1 || (line.markers ?? y.length <= 30);
  return {
    type: 'scatter',
    mode: hasMarkers ? 'lines+markers' : 'lines',
    name,
    ...points(y, x, options.firstX ?? 0),
    line: { color: line.colour ?? seriesColour(index), width: line.thickness ?? 2, dash: line.dash ?? (line.colour ? 'solid' : seriesDash(index, count)), simplify: false },
    ...(hasMarkers ? { marker: { symbol: seriesSymbol(index), size: 8 } } : {}),
    hovertemplate: '%{y:.6~g}',
  };
}

function points(y: ArrayLike<number>, x: ArrayLike<number> | undefined, firstX: number) {
  if (y.length <= longLine) {
    const heights = Array.from(y, chartNumber);
    return x === undefined ? { x0: firstX, dx: 1, y: heights } : { x: Array.from(x, chartNumber), y: heights };
  }
  const kept = decimate(y, thinnedLine);
  return { x: kept.map((i) => (x === undefined ? firstX + i : chartNumber(x[i]))), y: kept.map((i) => chartNumber(y[i])) };
}

/** Every digit within a decade; 2 and 5 within four; over more, powers of ten alone. Numbers of usual size are written out. */
function logTicks(lines: readonly Line[]): { readonly dtick: string | number; readonly tickformat?: string } {
  let low = Infinity;
  let high = 0;
  for (const { y } of lines) {
    for (let i = 0; i < y.length; i++) {
      low = Math.min(low, y[i]);
      high = Math.max(high, y[i]);
    }
  }
  if (high / low > 1e4) return { dtick: Math.ceil(Math.log10(high / low) / 8) };
  return { dtick: high / low < 10 ? 'D1' : 'D2', ...(low >= 1e-4 && high < 1e6 ? { tickformat: ',~r' } : {}) };
}

function marksOf(marks: readonly Mark[]) {
  if (marks.length === 0) return {};
  for (const { x, label } of marks) {
    if (!Number.isFinite(x)) throw new RangeError(`the mark '${label}' lies at ${x}; it must be a finite number`);
  }
  return {
    shapes: marks.map(({ x }) => ({
      type: 'line', xref: 'x', x0: x, x1: x, yref: 'paper', y0: 0, y1: 1,
      line: { color: mutedColour, width: 1, dash: 'dot' },
    })),
    annotations: marks.map(({ x, label }) => ({
      xref: 'x', x, yref: 'paper', y: 1, xanchor: 'center', yanchor: 'bottom', showarrow: false,
      text: label, font: { size: 12, color: textColour },
    })),
  };
}

function requirePositive(name: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] <= 0) throw new RangeError(`y of '${name}'[${i}] is ${values[i]}; a logarithmic axis takes positive numbers only`);
  }
}
