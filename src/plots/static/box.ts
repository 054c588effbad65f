/** An axis-parallel rectangle. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** x ↦ a·x + c·y + e, y ↦ b·x + d·y + f, as SVG writes it: [a, b, c, d, e, f]. */
export type Transform = readonly [number, number, number, number, number, number];

/** The smallest box that holds all of them; `undefined` if there is none. */
export function union(boxes: Iterable<Box | undefined>): Box | undefined {
  let all: Box | undefined;
  for (const box of boxes) {
    if (box === undefined) continue;
    all =
      all === undefined
        ? box
        : {
            left: Math.min(all.left, box.left),
            top: Math.min(all.top, box.top),
            right: Math.max(all.right, box.right),
            bottom: Math.max(all.bottom, box.bottom),
          };
  }
  return all;
}

/** The smallest box that holds the transformed one. */
export function transformBox(box: Box, [a, b, c, d, e, f]: Transform): Box {
  const xs = [box.left, box.right].flatMap((x) => [box.top, box.bottom].map((y) => a * x + c * y + e));
  const ys = [box.left, box.right].flatMap((x) => [box.top, box.bottom].map((y) => b * x + d * y + f));
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** Reads an SVG `transform` attribute; the operations are applied from right to left. */
export function parseTransform(attribute: string | null): Transform | undefined {
  if (!attribute) return undefined;
  let result: Transform | undefined;
  for (const [, name, list] of attribute.matchAll(/(\w+)\s*\(([^)]*)\)/g)) {
    const numbers = list.split(/[\s,]+/).filter((text) => text !== '').map(Number);
    const next = operation(name, numbers);
    result = result === undefined ? next : compose(result, next);
  }
  return result;
}

function operation(name: string, n: readonly number[]): Transform {
  switch (name) {
    case 'translate':
      return [1, 0, 0, 1, n[0], n[1] ?? 0];
    case 'scale':
      return [n[0], 0, 0, n[1] ?? n[0], 0, 0];
    case 'rotate': {
      const angle = (n[0] * Math.PI) / 180;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const [x, y] = [n[1] ?? 0, n[2] ?? 0];
      return [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y];
    }
    case 'matrix':
      return [n[0], n[1], n[2], n[3], n[4], n[5]];
    default:
      throw new Error(`static rendering cannot measure an element with the transform '${name}'`);
  }
}

function compose([a, b, c, d, e, f]: Transform, [p, q, r, s, t, u]: Transform): Transform {
  return [a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f];
}
