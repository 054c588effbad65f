import { plainText, type Layout } from './figure';

/** A legend with a longer name would take too much of the lines' room where it is beside them: it is below. */
const longestBeside = 21;
/** In pixels: a letter, what stands before a name, and a line of the legend. */
const letter = 7;
const sample = 46;
const row = 20;

/** The layout with a legend: beside the chart, or, where a name is long, below it, for which the figure becomes higher. */
export function legendOf(names: readonly string[], layout: Layout): Layout {
  const lengths = names.map((name) => plainText(name).length);
  const longest = Math.max(...lengths);
  const showlegend = names.length > 1;
  const look = { itemwidth: 36 };
  if (!showlegend || longest <= longestBeside) {
    return { ...layout, showlegend, legend: { ...look, x: 1.02, xanchor: 'left', y: 1, yanchor: 'top' } };
  }
  const margin = layout.margin as { readonly l: number; readonly r: number; readonly b: number };
  const room = layout.width - margin.l - margin.r;
  const width = (length: number) => sample + letter * length;
  const fitsOneRow = lengths.reduce((sum, length) => sum + width(length), 0) <= room;
  const rows = fitsOneRow ? 1 : Math.ceil(names.length / Math.max(1, Math.floor(room / width(longest))));
  const more = row * rows + 8;
  return {
    ...layout,
    height: layout.height + more,
    margin: { ...margin, b: margin.b + more },
    showlegend,
    legend: { ...look, orientation: 'h', x: 0.5, xanchor: 'center', yref: 'container', y: 0, yanchor: 'bottom' },
  };
}
