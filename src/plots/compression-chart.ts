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

/**
 * The parameters of each layer before and after a compression, side by side; over the bars the rank and the share of the energy,
 * of the kernel or of the outputs, that is kept.
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
  const labels = { text: layers.map(label), textposition: 'outside', cliponaxis: false, textfont: { size: 11, color: textColour } };
  return {
    data: [
      bars('before', positions, before, lighten(colour, 0.65), names),
      { ...bars('after', positions, after, colour, names), ...labels },
    ],
    layout: {
      ...baseLayout({ ...options, subtitle: joined(options.subtitle, inAll) }, { width: 720, height: 420 }),
      barmode: 'group',
      bargap: 0.3,
      xaxis: axis('layer', { tickvals: positions, ticktext: names, showgrid: false }),
      yaxis: axis('parameters', { tickformat: ',d', rangemode: 'tozero' }),
      showlegend: true,
      legend: { x: 1.02, xanchor: 'left', y: 1, yanchor: 'top' },
    },
  };
}

/** Positions are numbers, since layers of the same name would share a bar. */
function bars(name: string, x: readonly number[], y: readonly number[], color: string, customdata: readonly string[]) {
  const hovertemplate = `%{customdata}, ${name}: %{y:,d} parameters<extra></extra>`;
  return { type: 'bar', name, x, y, customdata, marker: { color }, hovertemplate };
}

function label({ rank, energyKept }: CompressedLayer): string {
  return rank === null ? 'whole' : `rank ${rank}<br>${(100 * energyKept).toFixed(1)} %`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
