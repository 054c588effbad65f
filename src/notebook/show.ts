import { cellHost } from '../cell-host';
import type { Figure } from '../plots';
import { plainText, viewConfig } from '../plots/figure';
import { renderPng } from '../plots/static';
import { jupyterDisplay, type Displayable, type MimeBundle } from './displayable';

/** A figure that a notebook shows: as an interactive chart, as a picture, or as a line of text. */
export interface ShownFigure extends Displayable {
  readonly figure: Figure;
  /** The chart, its picture and the text, made once. */
  [jupyterDisplay](): Promise<MimeBundle>;
}

/**
 * Makes a figure showable. Its MIME bundle holds plotly's JSON (interactive in JupyterLab, and in VS Code with the Jupyter
 * extension), a PNG picture of the same (for GitHub, nbconvert, VS Code without that extension and notebooks that are not
 * trusted) and a line of text. Where this machine cannot draw, the picture is left out and that is said once.
 */
export function show(figure: Figure): ShownFigure {
  let bundle: Promise<MimeBundle> | undefined;
  let signal: AbortSignal | undefined;
  return {
    figure,
    [jupyterDisplay]() {
      // What an interrupted cell was drawing may never come to its end.
      if (bundle === undefined || signal?.aborted) {
        signal = cellHost()?.signal;
        bundle = bundleOf(figure);
      }
      return bundle;
    },
  };
}

async function bundleOf(figure: Figure): Promise<MimeBundle> {
  const { data, layout } = figure;
  const png = await picture(figure);
  return {
    'application/vnd.plotly.v1+json': { data, layout, config: viewConfig(figure) },
    ...(png === undefined ? {} : { 'image/png': png }),
    'text/plain': summary(figure),
  };
}

let warned = false;

async function picture(figure: Figure): Promise<string | undefined> {
  try {
    // plotly's JupyterLab extension shows the picture at its own size until the pointer is over it, then the chart.
    return Buffer.from(await renderPng(figure, { scale: 1 })).toString('base64');
  } catch (error) {
    if (!warned) {
      warned = true;
      console.warn(`Charts are shown without pictures, which GitHub and nbconvert need: ${error instanceof Error ? error.message : String(error)}`);
    }
    return undefined;
  }
}

function summary({ data, layout }: Figure): string {
  const title = (layout.title as { text?: string; subtitle?: { text?: string } } | undefined) ?? {};
  const head = [title.text, title.subtitle?.text].filter((text) => text).join('; ') || 'untitled';
  const named = data.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  const kinds = [...new Set(data.map(({ type }) => (type === 'scatter' ? 'lines' : type)))].join(', ');
  return plainText(`[chart] ${head} (${kinds}${named.length > 0 ? `: ${named.join('; ')}` : ''})`);
}
