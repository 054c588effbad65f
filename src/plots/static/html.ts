import { readFileSync } from 'node:fs';
import { escapeHtml } from '../../escape-html';
import { plainText, titleText, viewConfig, type Figure } from '../figure';

/**
 * The figure as an HTML page of its own: interactive, with plotly.js inside, so that it opens without a network. The page
 * forbids itself to ask for anything. It takes 10 MB, as plotly.js does.
 *
 * @throws if plotly.js is not installed
 */
export function renderHtml(figure: Figure): string {
  const { data, layout } = figure;
  const plotly = readFileSync(require.resolve('plotly.js-dist'), 'utf8');
  const { width, height } = layout;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(plainText(titleText(layout) ?? 'Chart'))}</title>
<style>body { margin: 16px; background: white } #figure { width: ${width}px; height: ${height}px }</style>
</head>
<body>
<div id="figure"></div>
<script>${asScript(plotly)}</script>
<script>Plotly.newPlot('figure', ${asData({ data, layout, config: viewConfig(figure) })});</script>
</body>
</html>
`;
}

/** WebGL's traces compile functions; plotly draws pictures from data. */
const policy = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:";

/** Code in which nothing can end the element, or hide its end. */
function asScript(code: string): string {
  return code.replace(/<(?=\/script|script|!--)/gi, '\\x3c');
}

function asData(value: object): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
