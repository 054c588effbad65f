import { axis, baseLayout, type Figure, type FigureOptions, type Trace } from './figure';
import { heatmap, type HeatmapOptions, type Matrix } from './heatmap';

export interface HeatmapPanel extends Matrix {
  /** Written over the panel. */
  readonly title: string;
  readonly rowLabel?: string;
  readonly columnLabel?: string;
}

export interface HeatmapRowOptions extends FigureOptions, Pick<HeatmapOptions, 'colourLabel' | 'colourScale'> {
  /** As in `heatmap`, for each panel; 10,000 by default. */
  readonly maxCells?: number;
}

/** Shares of the figure's width: between panels, and of a panel's place for its colour bar. */
const gap = 0.07;
const barShare = 0.22;

const small = { size: 10 };
const medium = { size: 12 };

/**
 * Matrices side by side, each with a colour scale of its own over its own values.
 *
 * @throws RangeError if there is no panel, and as `heatmap` does
 */
export function heatmapRow(panels: readonly HeatmapPanel[], options: HeatmapRowOptions = {}): Figure {
  if (panels.length === 0) throw new RangeError('a row of heatmaps needs at least one panel');
  const { colourLabel, colourScale, maxCells = 10_000 } = options;
  const layout = baseLayout(options, { width: 1120, height: 360 });
  const top = (layout.margin as { readonly t: number }).t + 28;
  const place = (1 - gap * (panels.length - 1)) / panels.length;
  const maps = panels.map((panel) => heatmap(panel, { colourLabel, colourScale, maxCells }));
  const suffix = (at: number) => (at === 0 ? '' : String(at + 1));
  const left = (at: number) => at * (place + gap);
  const width = place * (1 - barShare);
  return {
    data: maps.map(({ data: [map] }, at) => ({
      ...map!,
      xaxis: `x${suffix(at)}`,
      yaxis: `y${suffix(at)}`,
      colorbar: { ...colourBarOf(map!), x: left(at) + width, xpad: 6, thickness: 10, nticks: 5, tickfont: small },
    })),
    layout: {
      ...layout,
      margin: { ...(layout.margin as object), t: top, l: 60 },
      ...Object.fromEntries(maps.flatMap(({ layout: own }, at) => {
        const { range: columns } = own.xaxis as { range: number[] };
        const { range: rows } = own.yaxis as { range: number[] };
        const look = { showgrid: false, showline: false, nticks: 5, tickfont: small };
        const { rowLabel = 'row', columnLabel = 'column' } = panels[at]!;
        return [
          [`xaxis${suffix(at)}`, axis(columnLabel, { ...look, range: columns, domain: [left(at), left(at) + width], anchor: `y${suffix(at)}`, automargin: false, title: { text: columnLabel, standoff: 8, font: medium } })],
          [`yaxis${suffix(at)}`, axis(rowLabel, { ...look, range: rows, anchor: `x${suffix(at)}`, automargin: false, title: { text: rowLabel, standoff: 4, font: medium } })],
        ];
      })),
      annotations: panels.map(({ title }, at) => ({
        text: title, showarrow: false, font: { size: 13 },
        xref: 'paper', x: left(at) + width / 2, xanchor: 'center', yref: 'paper', y: 1, yanchor: 'bottom', yshift: 4,
      })),
    },
  };
}

function colourBarOf({ colorbar }: Trace) {
  const bar = colorbar as { readonly title: object };
  return { ...bar, title: { ...bar.title, font: small } };
}
