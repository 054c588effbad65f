import { requireFinite } from './figure';

/** Pictures of equal size. */
export interface ImageStack {
  readonly data: ArrayLike<number>;
  /** Pictures, rows, columns; in colour a fourth, 3: red, green, blue. */
  readonly shape: readonly number[];
}

/**
 * How many pictures there are, their height and their width.
 *
 * @param grid what draws them, for messages
 * @param name what the pictures are called there
 * @throws RangeError if the shape is another, if there is nothing to draw, if the pixels are not as many as the shape says, and on
 *   NaN or an infinity
 */
export function stackShape({ data, shape }: ImageStack, grid: string, name: string, channels?: 3): [number, number, number] {
  const said = `[${shape.join(', ')}]`;
  if (shape.length !== (channels === undefined ? 3 : 4) || (channels !== undefined && shape[3] !== channels)) {
    const wanted = ['n', 'rows', 'columns', ...(channels === undefined ? [] : [channels])].join(', ');
    throw new RangeError(`${grid} takes ${name} of the shape [${wanted}]; this array has the shape ${said}`);
  }
  const [count, height, width] = shape;
  const size = count * height * width * (channels ?? 1);
  if (size === 0) throw new RangeError(`there are no ${name} to draw: the shape is ${said}`);
  if (size !== data.length) {
    throw new RangeError(`the ${name} have ${data.length} ${channels === undefined ? 'pixels' : 'values'}, but their shape ${said} says ${size}`);
  }
  requireFinite(name, data);
  return [count, height, width];
}

/** @throws RangeError if `values` are given, but not one for each of `count` pictures */
export function requireCount(name: string, values: ArrayLike<unknown> | undefined, count: number, pictures = 'images'): void {
  if (values !== undefined && values.length !== count) {
    throw new RangeError(`there are ${count} ${pictures} and ${values.length} ${name}; they must be as many`);
  }
}
