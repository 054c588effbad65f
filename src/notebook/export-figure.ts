import { extname } from 'node:path';
import { writeAtomically } from '../compression/storage/atomic-write';
import { renderHtml, renderPng, renderSvg, type Figure } from '../plots';

/** The option of `exportFigure`. */
export interface ExportOptions {
  /** Of a PNG picture: pixels to each of the figure's own; 2 by default. */
  readonly scale?: number;
}

/**
 * Writes a figure to a file, as its name says: `.svg`, `.png`, or `.html` for an interactive page that opens without a
 * network. The name always stands for a whole file, the old or the new; folders that are missing are made.
 *
 * @throws RangeError if the name ends otherwise, or `scale` is no positive number or given for another kind of file; what
 *   `renderSvg` throws; the file system's errors. The file is then as it was.
 */
export async function exportFigure(figure: Figure, path: string, options: ExportOptions = {}): Promise<void> {
  const extension = extname(path);
  const kind = extension.toLowerCase();
  if (!isKind(kind)) throw new RangeError(`path is '${path}', which ends in '${extension}'; it must end in ${Object.keys(renderers).join(', ')}`);
  const { scale } = options;
  if (scale !== undefined && kind !== '.png') throw new RangeError(`scale is ${scale} for '${path}'; only .png takes one`);
  const content = await renderers[kind](figure, options);
  await writeAtomically(path, [typeof content === 'string' ? Buffer.from(content) : content]);
}

const renderers = { '.svg': renderSvg, '.png': renderPng, '.html': renderHtml };

function isKind(extension: string): extension is keyof typeof renderers {
  return Object.hasOwn(renderers, extension);
}
