import type { Float64Tensor } from './float64-math';

type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function checkShape(operation: string, shape: Shape): void {
  if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0)) {
    throw new RangeError(`${operation}: the shape is [${shape}]; its extents must be integers, 0 or more`);
  }
}

export function checkValues(operation: string, count: number, shape: Shape): void {
  checkShape(operation, shape);
  if (count !== sizeOf(shape)) {
    throw new RangeError(`${operation}: ${count} values do not fill the shape [${shape}], which has ${sizeOf(shape)}`);
  }
}

/** The common shape of two operands under NumPy's rules. */
export function broadcastShape(operation: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [p, q] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    if (p !== q && p !== 1 && q !== 1) {
      throw new RangeError(`${operation}: shapes [${a}] and [${b}] do not broadcast`);
    }
    return p === 1 ? q : p;
  });
}

/** The shape [rows, inner, columns] of a product of two matrices. */
export function productShape(a: Shape, b: Shape, transposeA: boolean, transposeB: boolean): [number, number, number] {
  const [rows, inner] = transposeA ? [a[1], a[0]] : [a[0], a[1]];
  const [inner2, columns] = transposeB ? [b[1], b[0]] : [b[0], b[1]];
  if (a.length !== 2 || b.length !== 2 || inner !== inner2) {
    const written = (shape: Shape, transposed: boolean) => `[${shape}]${transposed ? ' transposed' : ''}`;
    throw new RangeError(`matMul: ${written(a, transposeA)} and ${written(b, transposeB)} cannot be multiplied`);
  }
  return [rows!, inner!, columns!];
}

export function checkSameShape(operation: string, a: Float64Tensor, b: Float64Tensor): void {
  if (a.shape.length !== b.shape.length || a.shape.some((extent, i) => extent !== b.shape[i])) {
    throw new RangeError(`${operation}: shapes [${a.shape}] and [${b.shape}] differ`);
  }
}

export function checkMatrix(operation: string, x: Float64Tensor): void {
  if (x.shape.length !== 2) throw new RangeError(`${operation}: the shape is [${x.shape}]; it must have 2 extents`);
}

export function checkBias(x: Float64Tensor, bias: Float64Tensor): void {
  if (x.shape.length < 2 || bias.shape.length !== 1 || bias.shape[0] !== x.shape.at(-1)) {
    throw new RangeError(`biasAdd: a bias of shape [${bias.shape}] does not fit the rows of [${x.shape}]`);
  }
}

/** An axis counted from the first, given one that may be negative. */
export function resolveAxis(operation: string, x: Float64Tensor, axis: number): number {
  const rank = x.shape.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new RangeError(`${operation}: axis is ${axis}; the shape [${x.shape}] allows ${-rank} to ${rank - 1}`);
  }
  return axis < 0 ? axis + rank : axis;
}

export function checkNotEmpty(operation: string, x: Float64Tensor, axis: number | undefined): void {
  const count = axis === undefined ? sizeOf(x.shape) : x.shape[axis]!;
  if (count === 0) throw new RangeError(`${operation}: nothing to reduce in the shape [${x.shape}]`);
}

export function checkIndices(operation: string, indices: Int32Array, extent: number): void {
  const wrong = indices.find((index) => index < 0 || index >= extent);
  if (wrong !== undefined) throw new RangeError(`${operation}: index ${wrong} is outside 0 to ${extent - 1}`);
}

export function checkSlice(x: Float64Tensor, begin: Shape, size: Shape): void {
  const fits =
    begin.length === x.shape.length &&
    size.length === x.shape.length &&
    x.shape.every((extent, i) => begin[i]! >= 0 && size[i]! >= 0 && begin[i]! + size[i]! <= extent);
  if (!fits) throw new RangeError(`slice: begin [${begin}] and size [${size}] do not lie in the shape [${x.shape}]`);
}

/** The axis, counted from the first, along which tensors are joined, and the shape that they then have. */
export function joinedShape(tensors: readonly Float64Tensor[], axis: number): { axis: number; shape: number[] } {
  const first = tensors[0];
  if (first === undefined) throw new RangeError('concat: there must be at least one tensor');
  const joined = resolveAxis('concat', first, axis);
  const shape = [...first.shape];
  for (const { shape: other } of tensors.slice(1)) {
    if (other.length !== shape.length || other.some((extent, i) => i !== joined && extent !== shape[i])) {
      throw new RangeError(`concat: shapes [${first.shape}] and [${other}] do not join along axis ${joined}`);
    }
    shape[joined]! += other[joined]!;
  }
  return { axis: joined, shape };
}

/** The shape of the sum of scattered rows. */
export function scatteredShape(rows: number, parts: readonly { indices: Int32Array; values: Float64Tensor }[]): number[] {
  checkShape('scatterSum', [rows]);
  const first = parts[0];
  if (first === undefined) throw new RangeError('scatterSum: there must be at least one part');
  const shape = [rows, ...first.values.shape.slice(1)];
  for (const { indices, values } of parts) {
    const fits = values.shape.length === shape.length && shape.every((n, i) => i === 0 || n === values.shape[i]);
    if (!fits || values.shape[0] !== indices.length) {
      throw new RangeError(
        `scatterSum: ${indices.length} indices and values of shape [${values.shape}] do not fit rows of [${shape}]`,
      );
    }
    checkIndices('scatterSum', indices, rows);
  }
  return shape;
}
