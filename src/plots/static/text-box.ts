import { union, type Box } from './box';
import type { SvgElement } from './dom';

/** Width of a text, and how far its font reaches above and below the baseline, in pixels. */
export type MeasureText = (text: string, font: string) => { readonly width: number; readonly ascent: number; readonly descent: number };

interface Run {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * The box of an SVG `text` or `tspan` element with plotly's inline mark-up (lines, bold, sub- and superscripts), as a
 * browser's `getBBox` gives it: as wide as the advances, as high as the font.
 */
export function textBox(element: SvgElement, measure: MeasureText): Box | undefined {
  const boxes: Box[] = [];
  let chunk: Run[] = [];
  let [x, y] = [0, 0];
  const closeChunk = () => {
    if (chunk.length > 0) {
      const width = x - chunk[0].left;
      const shift = { middle: -width / 2, end: -width }[inherited(element, 'text-anchor')] ?? 0;
      for (const run of chunk) boxes.push({ ...run, left: run.left + shift, right: run.right + shift });
    }
    chunk = [];
  };
  const visit = (node: SvgElement) => {
    if (node.nodeType === textNode) {
      const text = node.textContent ?? '';
      if (text === '' || node.parentNode === null) return;
      const { width, ascent, descent } = measure(text, fontOf(node.parentNode));
      chunk.push({ left: x, right: x + width, top: y - ascent, bottom: y + descent });
      x += width;
      return;
    }
    if (node.nodeType !== elementNode) return;
    const absoluteX = node.getAttribute('x');
    const absoluteY = node.getAttribute('y');
    if (absoluteX !== null || absoluteY !== null) closeChunk();
    if (absoluteX !== null) x = Number.parseFloat(absoluteX) || 0;
    if (absoluteY !== null) y = Number.parseFloat(absoluteY) || 0;
    x += length(node.getAttribute('dx'), node);
    y += length(node.getAttribute('dy'), node);
    for (const child of node.childNodes) visit(child);
  };
  visit(element);
  closeChunk();
  return union(boxes);
}

/** A property of an element's style or attributes, or of its nearest ancestor that has it; '' if none has. */
function inherited(element: SvgElement | null, property: string): string {
  for (let node = element; node !== null && node.nodeType === elementNode; node = node.parentNode) {
    const value = node.style?.getPropertyValue(property) || node.getAttribute(property);
    if (value) return value;
  }
  return '';
}

/** The element's font as a canvas takes it. */
function fontOf(element: SvgElement): string {
  const style = inherited(element, 'font-style') || 'normal';
  const weight = inherited(element, 'font-weight') || 'normal';
  const family = inherited(element, 'font-family').replaceAll('TOBESTRIPPED', "'") || 'sans-serif';
  return `${style} ${weight} ${fontSize(element)}px ${family}`;
}

function fontSize(element: SvgElement | null): number {
  if (element === null || element.nodeType !== elementNode) return 16;
  const value = element.style?.getPropertyValue('font-size') || element.getAttribute('font-size');
  if (!value) return fontSize(element.parentNode);
  const number = Number.parseFloat(value);
  if (value.endsWith('%')) return (number / 100) * fontSize(element.parentNode);
  if (value.endsWith('em')) return number * fontSize(element.parentNode);
  return number;
}

function length(attribute: string | null, element: SvgElement): number {
  if (attribute === null) return 0;
  const number = Number.parseFloat(attribute) || 0;
  return attribute.trim().endsWith('em') ? number * fontSize(element) : number;
}

const elementNode = 1;
const textNode = 3;
