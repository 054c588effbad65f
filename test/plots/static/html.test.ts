import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM, VirtualConsole, type DOMWindow } from 'jsdom';
import { heatmap, lossCurves, renderHtml } from '../../../src/plots';
import type { BrowserWindow } from '../../../src/plots/static/dom';
import { giveDrawing } from '../../../src/plots/static/plotly-window';

interface Graph extends Element {
  readonly _fullLayout: { readonly xaxis: { readonly fixedrange: boolean }; readonly dragmode: string };
  readonly _context: { readonly showSendToCloud: boolean };
}

test('a page draws its figure by itself, and asks for nothing', async () => {
  const figure = heatmap({ data: [0, 1, 2, 3, 4, 5], shape: [2, 3] }, { title: '</script><script>document.title = "taken"</script>' });
  const asked: string[] = [];
  const window = open(renderHtml(figure), asked);
  const { document } = window;
  const graph = document.getElementById('figure') as unknown as Graph;
  for (let i = 0; i < 100 && graph.querySelector('.heatmaplayer image') === null; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(graph.querySelectorAll('.heatmaplayer image').length, 1);
  assert.notEqual(document.title, 'taken');
  assert.deepEqual(asked, []);
  const links = [...document.querySelectorAll('[src], link, iframe, object')].map((element) => element.outerHTML.slice(0, 100));
  assert.deepEqual(links, []);
  assert.deepEqual([graph._fullLayout.xaxis.fixedrange, graph._fullLayout.dragmode], [false, 'zoom'], 'a heatmap can be zoomed');
  assert.equal(graph._context.showSendToCloud, false);
  window.close();
});

test('a page is named after its figure, and forbids what is not inside of it', () => {
  const titleOf = (html: string) => /<title>(.*)<\/title>/.exec(html)?.[1];
  assert.equal(titleOf(renderHtml(lossCurves({ loss: [1] }, { title: 'Loss of <i>W</i> & b' }))), 'Loss of W &#38; b');
  const page = renderHtml(lossCurves({ loss: [1] }));
  assert.equal(titleOf(page), 'Chart');
  assert.match(page.slice(0, 500), /Content-Security-Policy" content="default-src 'none'/);
});

/** Runs a page in a window that draws; notes what it asks for. */
function open(html: string, asked: string[]): DOMWindow {
  const note = (url: unknown) => {
    asked.push(String(url));
    throw new Error('there is no network');
  };
  return new JSDOM(html, {
    runScripts: 'dangerously',
    virtualConsole: new VirtualConsole(),
    beforeParse(window) {
      giveDrawing(window as unknown as BrowserWindow);
      Object.assign(window, { fetch: note, open: note });
      window.XMLHttpRequest.prototype.open = (_method: string, url: unknown) => note(url);
    },
  }).window;
}
