/** A plotly figure: plain data, ready to be written as JSON. */
export interface Figure {
  readonly data: readonly Trace[];
  readonly layout: Layout;
}

/** One of plotly's traces: its type, such as 'scatter', and whatever attributes that has. */
export interface Trace {
  readonly type: string;
  readonly [attribute: string]: unknown;
}

/** Plotly's layout: the figure's size, and all else that a layout has. */
export interface Layout {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  readonly [attribute: string]: unknown;
}

/** What every kind of figure accepts. Texts may hold plotly's inline tags: `<b>`, `<i>`, `<sub>`, `<sup>`, `<br>`. */
export interface FigureOptions {
  readonly title?: string;
  /** A smaller line under the title, for what the reader must know about the data. */
  readonly subtitle?: string;
  /** Pixels. */
  readonly width?: number;
  /** Pixels. */
  readonly height?: number;
}

export const textColour = '#2b2b2b';
export const mutedColour = '#666666';
const gridColour = '#e6e6e6';

/** How plotly shows a figure: without its logo, and without its button that sends a chart's data to a server. A picture saved from it is named after it. */
export function viewConfig({ layout }: Figure) {
  const name = plainText(titleText(layout) ?? '').toLowerCase().replaceAll(',', '').replace(/[^\p{L}\p{N}.]+/gu, '-').replace(/^-|-$/g, '');
  return { displaylogo: false, showSendToCloud: false, toImageButtonOptions: { filename: name || 'chart', scale: 2 } };
}

/** The title; `undefined` if there is none. */
export function titleText({ title }: Layout): string | undefined {
  const { text } = (title ?? {}) as { readonly text?: unknown };
  return typeof text === 'string' ? text : undefined;
}

/** A text without plotly's inline tags. */
export function plainText(text: string): string {
  return text.replace(/<br\s*\/?>/g, ' ').replace(/<\/?\w[^>]*>/g, '');
}

/** Pixels at the upper edge that plotly's row of buttons takes while the pointer is over a figure: nothing else is there. */
const buttonRow = 28;

/** The look that all figures share. Paper is white so that a chart reads the same on a dark page as on a light one. */
export function baseLayout(options: FigureOptions, size: { readonly width: number; readonly height: number }): Layout {
  const lines = (options.title ? 1 : 0) + (options.subtitle ? 1 : 0);
  return {
    width: positiveSize('width', options.width ?? size.width),
    height: positiveSize('height', options.height ?? size.height),
    ...(lines === 0 ? {} : { title: titleOf(options) }),
    font: { family: '"Open Sans", verdana, arial, sans-serif', size: 13, color: textColour },
    paper_bgcolor: 'white',
    plot_bgcolor: 'white',
    margin: { t: buttonRow + [8, 46, 76][lines]!, r: 24, b: 56, l: 72 },
    hoverlabel: { font: { size: 13 } },
  };
}

function titleOf({ title, subtitle }: FigureOptions) {
  const position = { x: 0.5, xanchor: 'center', yref: 'container', y: 1, yanchor: 'top', pad: { t: buttonRow + 2 } };
  if (!title) return { ...position, text: subtitle, font: { size: 13, color: mutedColour } };
  return {
    ...position,
    text: title,
    font: { size: 17 },
    ...(subtitle ? { subtitle: { text: subtitle, font: { size: 13, color: mutedColour } } } : {}),
  };
}

/** An axis with a label, its grid and its ticks, whose numbers are written as in a table. */
export function axis(label: string, attributes: Readonly<Record<string, unknown>> = {}) {
  return {
    title: { text: label, standoff: 12 },
    automargin: true,
    gridcolor: gridColour,
    linecolor: '#8c8c8c',
    showline: true,
    ticks: 'outside',
    tickcolor: '#8c8c8c',
    ticklen: 5,
    zeroline: false,
    separatethousands: true,
    exponentformat: 'power',
    minexponent: 6,
    ...attributes,
  };
}

/** The texts that there are, side by side; `undefined` if there is none. */
export function joined(...texts: readonly (string | undefined)[]): string | undefined {
  return texts.filter((text) => text).join(' · ') || undefined;
}

/** A chart cannot show more than seven digits, and a saved notebook stays small. */
export function chartNumber(value: number): number {
  return Number(value.toPrecision(7));
}

/** @throws RangeError that names the first element of `values` that is not a finite number. */
export function requireFinite(name: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new RangeError(`${name}[${i}] is ${String(values[i])}; a chart takes finite numbers only`);
    }
  }
}

function positiveSize(name: string, value: number): number {
  if (!(Number.isFinite(value) && value > 0)) throw new RangeError(`${name} is ${value}; it must be a positive number of pixels`);
  return value;
}
