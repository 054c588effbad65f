import { axis, baseLayout, joined, requireFinite, textColour, type Figure, type FigureOptions } from './figure';
import { lighten, seriesColour } from './palette';

/** A compressed model as the chart needs it; a `CompressionReport`, or its JSON, is one. */
export interface CompressedModel {
  readonly layers: readonly CompressedLayer[];
  /** Of the whole model. */
  readonly parametersBefore: number;
  /** Of the whole model. */
  readonly parametersAfter: number;
}

/** A layer of a `CompressedModel`; a `CompressionReport`'s are such. */
export interface CompressedLayer {
  readonly name: string;
  /** `null` where the layer is as it was. */
  readonly rank: number | null;
  /** From 0 to 1. */
  readonly energyKept: number;
  readonly parametersBefore: number;
  readonly parametersAfter: number;
}

/** In pixels: what a layer takes of the height, the margins, and a letter of a label. */
const layerHeight = 48;
const letter = 6.5;

/**
 * The parameters of each layer before and after a compression, as bars one below the other; beside them the rank and the share of the
 * energy, of the kernel or of the outputs, that is kept. The figure is as high as the layers need.
 *
 * @throws RangeError if there is no layer, or a number is not finite
 */
export function compressionChart({ layers, parametersBefore, parametersAfter }: CompressedModel, options: FigureOptions = {}): Figure {
  if (layers.length === 0) throw new RangeError('a compression chart needs at least one layer');
  const [before, after] = [layers.map((layer) => layer.parametersBefore), layers.map((layer) => layer.parametersAfter)];
  requireFinite('parametersBefore', before);
  requireFinite('parametersAfter', after);
  requireFinite('energyKept', layers.map(({ energyKept }) => energyKept));
  const ratio = (parametersBefore / parametersAfter).toFixed(2);
  const inAll = `from ${grouped(parametersBefore)} to ${grouped(parametersAfter)} parameters (${ratio}×)`;
  const positions = layers.map((_, at) => at);
  const names = layers.map(({ name }) => name);
  const colour = seriesColour(0);
  const texts = layers.map(label);
  const layout = baseLayout(
    { ...options, title: options.title ?? 'Parameters of each layer, before and after', subtitle: joined(options.subtitle, inAll) },
    { width: 720, height: Math.max(300, 170 + layerHeight * layers.length) },
  );
  // The pixels between the layers' names and the legend, roughly.
  const room = layout.width - 280;
  const ends = after.map((count, at) => count / (1 - Math.min(0.6, (letter * texts[at].length) / room)));
  return {
    data: [
      bars('before', positions, before, { color: lighten(colour, 0.65), line: { color: colour, width: 1 } }, names),
      {
        ...bars('after', positions, after, { color: colour, line: { color: colour, width: 1 } }, names),
        text: texts, textposition: 'outside', constraintext: 'none', cliponaxis: false, textfont: { size: 12, color: textColour },
      },
    ],
    layout: {
      ...layout,
      barmode: 'group',
      bargap: 0.3,
      xaxis: axis('parameters', { tickformat: ',d', nticks: 7, range: [0, 1.03 * Math.max(...before, ...ends)] }),
      yaxis: axis('layer', { tickvals: positions, ticktext: names, showgrid: false, range: [layers.length - 0.5, -0.5] }),
      showlegend: true,
      legend: { x: 1.02, xanchor: 'left', y: 1, yanchor: 'top', traceorder: 'normal' },
    },
  };
}

/** Positions are numbers, since layers of the same name would share a bar. */
function bars(name: string, y: readonly number[], x: readonly number[], marker: object, customdata: readonly string[]) {
  const hovertemplate = `%{customdata}, ${name}: %{x:,d} parameters<extra></extra>`;
  return { type: 'bar', orientation: 'h', name, x, y, customdata, marker, hovertemplate };
}

function label({ rank, energyKept }: CompressedLayer): string {
  return rank === null ? 'whole' : `rank ${rank}, ${(100 * energyKept).toFixed(1)} % of the energy`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
