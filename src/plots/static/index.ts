import { cellHost } from '../../cell-host';
import type { Figure } from '../figure';
export { renderHtml } from './html';
import { forgetPlotly, loadPlotly } from './plotly-window';
import { rasterise } from './rasterise';

/** One figure at a time: plotly measures text in nodes that its figures share. */
let queue: Promise<unknown> = Promise.resolve();
/** Of the cell that asked for the last of them. */
let signal: AbortSignal | undefined;

/**
 * The figure as an SVG document, drawn by plotly.js itself.
 *
 * @throws if jsdom, plotly.js or the native canvas cannot be loaded on this machine
 */
export function renderSvg(figure: Figure): Promise<string> {
  // What an interrupted cell was drawing may never come to its end.
  if (signal?.aborted) {
    forgetPlotly();
    queue = Promise.resolve();
  }
  signal = cellHost()?.signal;
  const rendering = queue.then(() => draw(figure));
  queue = rendering.catch(() => undefined);
  return rendering;
}

/**
 * The figure as a PNG picture, `scale` pixels to each of the figure's own; 2 by default.
 *
 * @throws as `renderSvg` does
 */
export async function renderPng(figure: Figure, options: { readonly scale?: number } = {}): Promise<Uint8Array> {
  const scale = options.scale ?? 2;
  if (!(Number.isFinite(scale) && scale > 0)) throw new RangeError(`scale is ${scale}; it must be a positive number`);
  return rasterise(await renderSvg(figure), Math.round(figure.layout.width * scale));
}

async function draw({ data, layout }: Figure): Promise<string> {
  const { width, height } = layout;
  // plotly adds its own keys to what it is given.
  const copy = structuredClone({ data, layout });
  const url = await loadPlotly().toImage({ ...copy, config: { staticPlot: true } }, { format: 'svg', width, height });
  const document = decodeURIComponent(url.slice(url.indexOf(',') + 1));
  return (
    document
      // plotly hides the quotes of font names until it has serialised; jsdom's serialiser keeps them from being put back.
      .replaceAll('TOBESTRIPPED', "'")
      // The older word for the same, which resvg knows: a heatmap's cells have sharp edges.
      .replaceAll('image-rendering: pixelated', 'image-rendering: optimizeSpeed')
  );
}
