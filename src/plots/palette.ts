/**
 * Okabe and Ito's colours, which people with any of the common colour-vision deficiencies can tell apart, in the order
 * of their contrast with white; without yellow and black.
 *
 * M. Okabe and K. Ito, "Color Universal Design", 2008.
 */
export const palette: readonly string[] = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

/** Colours of signed values: Okabe and Ito's blue below 0, white at 0, vermilion above. */
export const divergingScale: readonly (readonly [number, string])[] = [[0, '#0072b2'], [0.5, '#ffffff'], [1, '#d55e00']];

/** The n-th series' colour; the colours repeat after the sixth. */
export function seriesColour(index: number): string {
  return palette[index % palette.length];
}

/** Tells the n-th series from those before it with the same colour. */
export function seriesDash(index: number): 'solid' | 'dash' | 'dot' | 'dashdot' {
  return (['solid', 'dash', 'dot', 'dashdot'] as const)[Math.floor(index / palette.length) % 4];
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
