import { fontFamily, fontFiles } from './fonts';

/** Draws an SVG document on white, as a PNG picture `width` pixels wide. */
export async function rasterise(svg: string, width: number): Promise<Buffer> {
  const { renderAsync } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
  const image = await renderAsync(svg, {
    background: 'white',
    fitTo: { mode: 'width', value: width },
    font: { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: fontFamily },
  });
  return image.asPng();
}
