import { parseTransform, transformBox, union, type Box } from './box';
import type { SvgElement } from './dom';
import { textBox, type MeasureText } from './text-box';

/** Bounds of an SVG path's drawing. */
export type MeasurePath = (data: string) => Box | undefined;

/**
 * Boxes of SVG elements, which jsdom does not lay out: `local` as `getBBox` gives it, `onPage` as `getBoundingClientRect`
 * does for an `svg` element that lies at the page's origin.
 */
export function svgBoxes(measureText: MeasureText, measurePath: MeasurePath) {
  function local(element: SvgElement): Box | undefined {
    if (element.style?.getPropertyValue('display') === 'none') return undefined;
    switch (element.localName) {
      case 'text':
      case 'tspan':
        return textBox(element, measureText);
      case 'rect':
      case 'image':
        return rectangle(element);
      case 'circle':
        return circle(element);
      case 'line':
        return line(element);
      case 'path':
        return measurePath(element.getAttribute('d') ?? '');
      case 'g':
      case 'a':
      case 'svg':
        return union(Array.from(element.childNodes, (child) => (child.nodeType === 1 ? inParent(child) : undefined)));
      default:
        return undefined;
    }
  }

  function inParent(element: SvgElement): Box | undefined {
    const box = local(element);
    const transform = parseTransform(element.getAttribute('transform'));
    return box === undefined || transform === undefined ? box : transformBox(box, transform);
  }

  function onPage(element: SvgElement): Box | undefined {
    let box = local(element);
    for (let node: SvgElement | null = element; box !== undefined && node?.nodeType === 1; node = node.parentNode) {
      const transform = parseTransform(node.getAttribute('transform'));
      if (transform !== undefined) box = transformBox(box, transform);
    }
    return box;
  }

  return { local, onPage };
}

function rectangle(element: SvgElement): Box {
  const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => number(element, name));
  return { left: x, top: y, right: x + width, bottom: y + height };
}

function circle(element: SvgElement): Box {
  const [x, y, r] = ['cx', 'cy', 'r'].map((name) => number(element, name));
  return { left: x - r, top: y - r, right: x + r, bottom: y + r };
}

function line(element: SvgElement): Box {
  const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((name) => number(element, name));
  return { left: Math.min(x1, x2), top: Math.min(y1, y2), right: Math.max(x1, x2), bottom: Math.max(y1, y2) };
}

function number(element: SvgElement, name: string): number {
  return Number.parseFloat(element.getAttribute(name) ?? '0') || 0;
}
