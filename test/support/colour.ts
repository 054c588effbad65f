/** Red, green and blue from 0 to 1, linear in light; of `#rrggbb` or `rgb(…)`. */
function linear(colour: string): number[] {
  const channels = colour.startsWith('#')
    ? [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    : (colour.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  return channels.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
}

/** WCAG 2's contrast ratio; 4.5 is what texts need, 3 what lines and shapes need. */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(colour: string): number {
  return dot([0.2126, 0.7152, 0.0722], linear(colour));
}

/**
 * What a colour looks like without one kind of cones: matrices for linear light.
 *
 * G. M. Machado, M. M. Oliveira and L. A. F. Fernandes, "A physiologically-based model for simulation of color vision deficiency", 2009;
 * severity 1.
 */
export const visions = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

/** How far two colours are apart for a vision, as a distance in CIE's L*a*b* space: 2.3 is just noticeable side by side. */
export function distance(one: string, other: string, vision: keyof typeof visions): number {
  const [a, b] = [one, other].map((colour) => lab(visions[vision].map((row) => Math.min(1, Math.max(0, dot(row, linear(colour)))))));
  return Math.hypot(...a!.map((value, at) => value - b![at]!));
}

/** White is D65. */
function lab(light: readonly number[]): number[] {
  const toXyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]];
  const [x, y, z] = toXyz.map((row, at) => {
    const share = dot(row, light) / [0.95047, 1, 1.08883][at]!;
    return share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116;
  });
  return [116 * y! - 16, 500 * (x! - y!), 200 * (y! - z!)];
}

function dot(row: readonly number[], values: readonly number[]): number {
  return row.reduce((sum, factor, at) => sum + factor * values[at]!, 0);
}
