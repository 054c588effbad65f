import type { LayerAbout } from './about.js';
import { percent, svgElement } from './elements.js';

const [width, height] = [560, 330];
const margin = { top: 14, right: 14, bottom: 46, left: 62 };

/**
 * The singular values of a layer, both axes logarithmic: those of the dense kernel as a line, with the ones that the rank keeps as dots, and
 * those of the compressed kernel as rings.
 *
 * @param note where the value under the pointer is told
 */
export function drawSpectrum(svg: SVGElement, note: HTMLElement, layer: LayerAbout): void {
  const { denseValues, compressedValues, rank } = layer;
  const kept = rank ?? denseValues.length;
  const least = Math.max(Math.min(...denseValues, ...compressedValues), 1e-4 * denseValues[0]!);
  const most = Math.max(denseValues[0]!, compressedValues[0] ?? 0);
  const x = logScale(1, denseValues.length, margin.left, width - margin.right);
  const y = logScale(10 ** Math.floor(Math.log10(least)), most * 1.3, height - margin.bottom, margin.top);
  const at = (i: number, value: number) => [x(i + 1), y(Math.max(value, least))] as const;

  const dots = (values: readonly number[], kind: string, radius: number) => values.map((value, i) => {
    const [cx, cy] = at(i, value);
    return svgElement('circle', { class: kind, cx, cy, r: radius });
  });
  const line = denseValues.map((value, i) => `${i === 0 ? 'M' : 'L'}${at(i, value).map((each) => each.toFixed(1)).join(' ')}`).join('');
  const cross = svgElement('line', { class: 'cross', y1: margin.top, y2: height - margin.bottom, visibility: 'hidden' });
  svg.replaceChildren(
    ...axes(x, y, denseValues.length, least, most),
    ...(rank === null ? [] : mark(x(rank + 0.5), `rank ${rank}`)),
    svgElement('path', { class: 'dense', d: line }),
    ...dots(denseValues.slice(0, kept), 'dense', 3.5),
    ...dots(compressedValues, 'compressed', 4.5),
    ...legend(rank),
    cross,
  );

  const squares = denseValues.map((value) => value * value);
  const total = sum(squares);
  const tell = (i: number) => {
    const own = i < compressedValues.length ? `, of the compressed one ${compressedValues[i]!.toPrecision(3)}` : '';
    note.textContent = `Singular value ${i + 1} of ${denseValues.length}: of the dense kernel ${denseValues[i]!.toPrecision(3)}${own}. ` +
      `The dense kernel's first ${i + 1} have ${percent(sum(squares.slice(0, i + 1)) / total)} of its energy Σ s².`;
  };
  svg.onpointermove = ({ clientX }) => {
    const { left, width: shown } = svg.getBoundingClientRect();
    const place = ((clientX - left) / shown) * width;
    const share = (place - margin.left) / (width - margin.left - margin.right);
    const i = Math.round(denseValues.length ** Math.min(1, Math.max(0, share))) - 1;
    cross.setAttribute('x1', String(x(i + 1)));
    cross.setAttribute('x2', String(x(i + 1)));
    cross.setAttribute('visibility', 'visible');
    tell(i);
  };
  svg.onpointerleave = () => {
    cross.setAttribute('visibility', 'hidden');
    tell(kept - 1);
  };
  tell(kept - 1);
}

type Scale = (value: number) => number;

function logScale(from: number, to: number, start: number, end: number): Scale {
  const [low, high] = [Math.log(from), Math.log(Math.max(to, from * 1.001))];
  return (value) => start + ((Math.log(value) - low) / (high - low)) * (end - start);
}

function axes(x: Scale, y: Scale, count: number, least: number, most: number): SVGElement[] {
  const bottom = height - margin.bottom;
  const columns = decades(1, count).flatMap((value) => [
    svgElement('line', { class: 'grid', x1: x(value), x2: x(value), y1: margin.top, y2: bottom }),
    svgElement('text', { x: x(value), y: bottom + 18, 'text-anchor': 'middle' }, String(value)),
  ]);
  const rows = ticks(10 ** Math.floor(Math.log10(least)), most * 1.3).flatMap((value) => [
    svgElement('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }),
    svgElement('text', { x: margin.left - 8, y: y(value) + 4, 'text-anchor': 'end' }, String(Number(value.toPrecision(1)))),
  ]);
  const middle = (margin.top + bottom) / 2;
  return [
    ...columns,
    ...rows,
    svgElement('text', { x: (margin.left + width - margin.right) / 2, y: height - 6, 'text-anchor': 'middle' }, 'number of the singular value'),
    svgElement('text', { x: 14, y: middle, transform: `rotate(-90 14 ${middle})`, 'text-anchor': 'middle' }, 'singular value'),
  ];
}

function mark(x: number, text: string): SVGElement[] {
  return [
    svgElement('line', { class: 'rank', x1: x, x2: x, y1: margin.top, y2: height - margin.bottom }),
    svgElement('text', { x: x + 6, y: margin.top + 12 }, text),
  ];
}

function legend(rank: number | null): SVGElement[] {
  const entries = [
    ['dense', rank === null ? 'dense kernel' : 'dense kernel; dots: kept'],
    ['compressed', rank === null ? 'kept whole, trained on' : 'compressed kernel'],
  ] as const;
  const left = margin.left + 14;
  return entries.flatMap(([kind, text], i) => {
    const top = height - margin.bottom - 34 + 20 * i;
    return [
      svgElement('circle', { class: kind, cx: left, cy: top - 4, r: kind === 'dense' ? 3.5 : 4.5 }),
      svgElement('text', { class: kind, x: left + 12, y: top }, text),
    ];
  });
}

/** Powers of ten, and where these are few, twice and five times as much too. */
function ticks(from: number, to: number): number[] {
  const powers = decades(from, to);
  return powers.length > 2 ? powers : powers.flatMap((power) => [power, 2 * power, 5 * power]).filter((value) => value <= to);
}

/** The powers of ten from one value to another. */
function decades(from: number, to: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(from) - 1e-9), Math.floor(Math.log10(to) + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
