import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import { decodePicture, type Picture } from '../support/picture';
import { type NotebookPage, patience } from './notebook-page';

interface Trace {
  readonly type: string;
  readonly y?: unknown;
  readonly line?: { readonly color?: string };
  readonly marker?: { readonly color?: string };
  readonly hoverinfo?: string;
  readonly colorscale?: string | readonly (readonly [number, string])[];
}

/** What something is drawn in. */
export interface Ink {
  readonly colour: string;
  /** Whether pixels may have it mixed with white: a thin line has, and an area whose scale has white in it. */
  readonly mixed: boolean;
}

/** A chart as a notebook's file holds it: in which cell, and what it is drawn in. */
export interface Chart {
  readonly cell: number;
  readonly id: string;
  /** Which of the cell's charts. */
  readonly place: number;
  /** Without any, it shows photographs. */
  readonly inks: readonly Ink[];
  /** Whether it has no line or area, but single points. */
  readonly isPoints: boolean;
  /** Whether it shows the values under the mouse. */
  readonly answers: boolean;
}

const mimeType = 'application/vnd.plotly.v1+json';
/** The yellow and the violet end of plotly's Viridis. */
const viridis = ['#fde725', '#440154'];
/** How much of a mixed colour a pixel has at least. */
const leastShare = 0.5;

/** How much of a picture, from the left, no legend reaches into. */
const withoutLegend = 0.65;
/**
 * How many pixels each ink has at least, also in the legend, for another line may cover it; and all of them together in the part
 * of the picture that no legend reaches into.
 */
const least = { each: 20, together: 200, points: 20 };
const leastColoursOfPhotographs = 300;
const millisecondsToDraw = 20_000;

/** The charts that were saved in a notebook. */
export function chartsIn(path: string): Chart[] {
  const { cells } = JSON.parse(readFileSync(path, 'utf8')) as {
    cells: { id: string; outputs?: { data?: Record<string, { data: Trace[] }> }[] }[];
  };
  return cells.flatMap(({ id, outputs = [] }, cell) =>
    outputs.flatMap(({ data = {} }) => data[mimeType] ?? []).map((figure, place) => ({
      cell,
      id,
      place,
      inks: different(figure.data.flatMap(inksOf)),
      isPoints: figure.data.every(({ type, y }) => type === 'scatter' && Array.isArray(y) && y.length === 1),
      answers: figure.data.some(({ hoverinfo }) => hoverinfo !== 'skip'),
    })),
  );
}

function inksOf({ type, line, marker, colorscale }: Trace): readonly Ink[] {
  if (type === 'heatmap') {
    if (!Array.isArray(colorscale)) return viridis.map((colour) => ({ colour, mixed: false }));
    const ends: string[] = [colorscale[0][1], colorscale.at(-1)[1]];
    // Text is a dark grey: of black only black counts.
    return ends.filter((colour) => colour !== '#ffffff').map((colour) => ({ colour, mixed: colour !== '#000000' }));
  }
  if (line?.color) return [{ colour: line.color, mixed: true }];
  return marker?.color ? [{ colour: marker.color, mixed: false }] : [];
}

const different = (inks: readonly Ink[]): Ink[] => [...new Map(inks.map((ink) => [ink.colour, ink])).values()];

/** Where a chart is in JupyterLab. */
export const chartOutput = (notebook: NotebookPage, { cell, place }: Chart): Locator =>
  notebook.cell(cell).locator('.jp-RenderedPlotly').nth(place);

/** Checks by its pixels that the picture of a chart is drawn. */
export async function pictureIsDrawn(notebook: NotebookPage, chart: Chart): Promise<void> {
  // It would become an interactive one if it came to lie under the mouse.
  await notebook.page.mouse.move(0, 0);
  await isDrawn(chartOutput(notebook, chart).locator('.plot-img'), chart);
}

/**
 * Points at a chart, which makes it an interactive one; checks by its pixels that this is drawn, and, where it has some, that it shows
 * the values under the mouse.
 */
export async function interactiveIsDrawn(notebook: NotebookPage, chart: Chart): Promise<void> {
  const output = chartOutput(notebook, chart);
  // By force, since the picture gives way under the mouse.
  await output.hover({ force: true });
  const area = output.locator('.nsewdrag').first();
  await area.waitFor();
  await output.locator('.plot-img').waitFor({ state: 'hidden' });
  await isDrawn(output, chart);
  if (!chart.answers) return;
  await area.hover({ force: true, position: { x: 10, y: 10 } });
  await area.hover({ force: true });
  await output.locator('.hoverlayer text').first().waitFor({ timeout: millisecondsToDraw });
}

async function isDrawn(element: Locator, { id, inks, isPoints }: Chart): Promise<void> {
  await element.waitFor({ timeout: patience });
  const end = Date.now() + millisecondsToDraw;
  for (;;) {
    const picture = await decodePicture(await element.screenshot());
    const problem = missingIn(picture, inks, isPoints);
    if (problem === undefined) return;
    if (Date.now() > end) assert.fail(`the chart of ${id} is not drawn: ${problem}`);
    await sleep(200);
  }
}

/**
 * What keeps a picture from being that of a chart in these inks; without any, of photographs.
 * @param isPoints whether the chart has single points only
 */
export function missingIn(picture: Picture, inks: readonly Ink[], isPoints = false): string | undefined {
  if (inks.length === 0) {
    const count = differentColours(picture);
    return count >= leastColoursOfPhotographs ? undefined : `${count} colours in all`;
  }
  const names = (wanted: readonly Ink[]) => wanted.map(({ colour }) => colour).join(', ');
  const missing = inks.filter((ink) => pixelsOf(picture, ink) < least.each);
  if (missing.length > 0) return `no pixels of ${names(missing)}`;
  const together = inks.reduce((sum, ink) => sum + pixelsOf(picture, ink, withoutLegend * picture.width), 0);
  return together >= (isPoints ? least.points : least.together) ? undefined : `only ${together} pixels of ${names(inks)} outside the legend`;
}

/** How many pixels have an ink, left of `right`. */
function pixelsOf(picture: Picture, { colour, mixed }: Ink, right = picture.width): number {
  const distance = 12;
  const full = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const darkest = full.indexOf(Math.min(...full));
  let count = 0;
  forEachPixel(picture, (pixel, x) => {
    if (x >= right) return;
    const share = !mixed ? 1 : Math.min(1, (255 - pixel[darkest]) / (255 - full[darkest]));
    if (share >= leastShare && full.every((value, i) => Math.abs(255 - share * (255 - value) - pixel[i]) <= distance)) count++;
  });
  return count;
}

function differentColours(picture: Picture): number {
  const seen = new Set<number>();
  forEachPixel(picture, ([red, green, blue]) => seen.add((red << 16) | (green << 8) | blue));
  return seen.size;
}

function forEachPixel(picture: Picture, visit: (pixel: [number, number, number], x: number) => void): void {
  for (let y = 0; y < picture.height; y++) for (let x = 0; x < picture.width; x++) visit(picture.at(x, y), x);
}
