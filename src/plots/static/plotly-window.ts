import { readFileSync } from 'node:fs';
import { loadCanvas, pathBounds, textMeasure } from './canvas';
import type { Canvas } from '@napi-rs/canvas';
import type { Box } from './box';
import type { BrowserWindow, CanvasElement, PlotlyModule, SvgElement } from './dom';
import { svgBoxes } from './svg-box';
import { textBox } from './text-box';

/** One window for the process, which survives a re-evaluation of this module: it holds 10 MB of source. */
const stateKey = Symbol.for('tfjs-lowrank.plotly');
const state = ((globalThis as { [key: symbol]: unknown })[stateKey] ??= {}) as { plotly?: PlotlyModule };

/** plotly.js in a browser window without a screen, whose text is measured and whose canvases are drawn natively. */
export function loadPlotly(): PlotlyModule {
  state.plotly ??= openPlotly();
  return state.plotly;
}

/** The next drawing gets a new window. */
export function forgetPlotly(): void {
  state.plotly = undefined;
}

function openPlotly(): PlotlyModule {
  const { JSDOM, VirtualConsole } = require('jsdom') as {
    JSDOM: new (html: string, options: object) => { readonly window: BrowserWindow };
    VirtualConsole: new () => object;
  };
  const { window } = new JSDOM('<!doctype html><html><body></body></html>', {
    runScripts: 'outside-only',
    virtualConsole: new VirtualConsole(),
  });
  giveDrawing(window);
  window.eval(readFileSync(require.resolve('plotly.js-dist'), 'utf8'));
  if (window.Plotly === undefined) throw new Error('plotly.js did not start in jsdom');
  return window.Plotly;
}

/** What a window without a screen lacks and plotly draws with. */
export function giveDrawing(window: BrowserWindow): void {
  giveBrowserFunctions(window);
  giveCanvas(window);
  giveLayout(window);
}

function giveBrowserFunctions(window: BrowserWindow): void {
  Object.assign(window, {
    TextDecoder,
    TextEncoder,
    matchMedia: () => ({ matches: false, addListener() {}, removeListener() {}, addEventListener() {}, removeEventListener() {} }),
  });
  Object.assign(window.URL, { createObjectURL: () => '', revokeObjectURL: () => undefined });
}

function giveCanvas(window: BrowserWindow): void {
  const surfaces = new WeakMap<CanvasElement, Canvas>();
  const surfaceOf = (element: CanvasElement): Canvas => {
    const known = surfaces.get(element);
    if (known?.width === element.width && known.height === element.height) return known;
    const surface = loadCanvas().createCanvas(element.width, element.height);
    surfaces.set(element, surface);
    return surface;
  };
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: CanvasElement, kind: string) {
      return kind === '2d' ? surfaceOf(this).getContext('2d') : null;
    },
    toDataURL(this: CanvasElement) {
      return surfaceOf(this).toDataURL('image/png');
    },
  });
}

function giveLayout(window: BrowserWindow): void {
  const measure = textMeasure();
  const boxes = svgBoxes(measure, pathBounds);
  Object.assign(window.SVGElement.prototype, {
    getBBox(this: SvgElement) {
      return rectangle(boxes.local(this));
    },
    getBoundingClientRect(this: SvgElement) {
      return rectangle(boxes.onPage(this));
    },
    getComputedTextLength(this: SvgElement) {
      const box = textBox(this, measure);
      return box === undefined ? 0 : box.right - box.left;
    },
  });
}

function rectangle(box: Box = { left: 0, top: 0, right: 0, bottom: 0 }) {
  return { ...box, x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
}
