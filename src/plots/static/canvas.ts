import type { Box } from './box';
import { fontFamily, fontFiles } from './fonts';
import type { MeasureText } from './text-box';

type CanvasModule = typeof import('@napi-rs/canvas');

let canvas: CanvasModule | undefined;

/** The native canvas, on which plotly paints heatmaps and by which text is measured. */
export function loadCanvas(): CanvasModule {
  if (canvas !== undefined) return canvas;
  const loaded = require('@napi-rs/canvas') as CanvasModule;
  for (const file of fontFiles()) loaded.GlobalFonts.registerFromPath(file, fontFamily);
  canvas = loaded;
  return loaded;
}

/** Measures text in the font that will draw it. */
export function textMeasure(): MeasureText {
  const context = loadCanvas().createCanvas(1, 1).getContext('2d');
  return (text, font) => {
    context.font = font;
    const { width, fontBoundingBoxAscent, fontBoundingBoxDescent } = context.measureText(text);
    // Whole pixels, as browsers lay out.
    return { width, ascent: Math.round(fontBoundingBoxAscent), descent: Math.round(fontBoundingBoxDescent) };
  };
}

export function pathBounds(data: string): Box | undefined {
  if (data === '') return undefined;
  const [left, top, right, bottom] = new (loadCanvas().Path2D)(data).getBounds();
  return { left, top, right, bottom };
}
