import { fontFamily, fontFiles } from './fonts';
import { encodePng } from './png';

/** Draws an SVG document on white, as a PNG picture `width` pixels wide. */
export async function rasterise(svg: string, width: number): Promise<Uint8Array> {
  const { renderAsync } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
  const image = await renderAsync(svg, {
    background: 'white',
    fitTo: { mode: 'width', value: width },
    font: { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: fontFamily },
  });
  return encodePng(Uint8Array.from(image.pixels), image.width, image.height);
}
