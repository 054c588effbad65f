/**
 * Colours of lines, which people with any of the common colour-vision deficiencies can tell apart, and which have a contrast of 3 and more
 * with white paper and with JupyterLab's dark page. The first four are Okabe and Ito's blue, vermilion, bluish green and reddish purple; their
 * orange, sky blue and yellow are too pale for lines on white, so brown and violet were sought to be as far as possible from these four.
 *
 * M. Okabe and K. Ito, "Color Universal Design", 2008.
 */
export const palette: readonly string[] = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#90503c', '#8484ff'];

/** Colours of signed values: Okabe and Ito's blue below 0, white at 0, vermilion above. */
export const divergingScale: readonly (readonly [number, string])[] = [[0, '#0072b2'], [0.5, '#ffffff'], [1, '#d55e00']];

/** The n-th series' colour; the colours repeat after the sixth. */
export function seriesColour(index: number): string {
  return palette[index % palette.length];
}

const dashes = ['solid', 'dash', 'dot', 'dashdot'] as const;
export type Dash = (typeof dashes)[number];

/** More lines than this differ by their dashes too. */
const fewLines = 5;

/** The dash of the n-th of `count` series: solid where they are few, else one that differs from its neighbours' and from those of the same colour. */
export function seriesDash(index: number, count: number): Dash {
  if (count <= fewLines) return 'solid';
  return dashes[(index + Math.floor(index / palette.length)) % dashes.length];
}

const symbols = ['circle', 'square', 'diamond', 'x', 'triangle-up', 'triangle-down'] as const;

/** The n-th series' mark for a point. */
export function seriesSymbol(index: number): (typeof symbols)[number] {
  return symbols[index % symbols.length];
}

/** The same hue, mixed with black: `amount` 0 leaves it as it is, 1 is black. */
export function darken(colour: string, amount: number): string {
  return mix(colour, 0, amount);
}

/** The same hue, mixed with white: `amount` 0 leaves it as it is, 1 is white. */
export function lighten(colour: string, amount: number): string {
  return mix(colour, 255, amount);
}

function mix(colour: string, end: number, amount: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return '#' + channels.map((c) => Math.round(c + (end - c) * amount).toString(16).padStart(2, '0')).join('');
}
