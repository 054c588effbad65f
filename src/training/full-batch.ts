import type { NumericArray } from '../data/array';
import { type Float64Math, type Float64Tensor } from '../tensorflow';
import { groupRows, type RowGroup } from './row-groups';

/** Some rows of a data set. A column of ones stands last among the inputs: its weights are the biases. */
export interface BatchPart {
  /** The inputs' non-zero columns, and ones; [rows, columns.length]. */
  readonly x: Float64Tensor;
  /** Which inputs the columns of x are; the last one's index is the number of inputs. */
  readonly columns: Int32Array;
  /** One-hot labels, [rows, classes]. */
  readonly y: Float64Tensor;
}

/** A whole data set as tensors, in parts that leave out pixels that are zero throughout the part. */
export class FullBatch {
  /** The number of examples. */
  readonly size: number;
  /** Together they have every example once. */
  readonly parts: readonly BatchPart[];

  constructor(math: Float64Math, { x, y }: LabelledData) {
    const [rows, inputs] = x.shape as [number, number];
    const classes = y.shape[1]!;
    this.size = rows;
    this.parts = groupRows(x.data, rows, inputs).map((group) => ({
      x: math.tensor(...pickWithOnes(x.data, inputs, group)),
      columns: Int32Array.of(...group.columns, inputs),
      y: math.tensor(pickRows(y.data, classes, group.rows), [group.rows.length, classes]),
    }));
  }

  /** Frees the tensors. */
  dispose(): void {
    for (const { x, y } of this.parts) {
      x.dispose();
      y.dispose();
    }
  }
}

/** Examples and what they are. */
export interface LabelledData {
  /** Inputs, [rows, inputs]. */
  readonly x: NumericArray;
  /** Labels as one-hot rows, [rows, classes]. */
  readonly y: NumericArray;
}

/** @throws RangeError unless shapes agree with each other and the network's, and all values are finite. */
export function checkLabelledData(name: string, { x, y }: LabelledData, inputs: number, classes: number): void {
  checkMatrix(`${name}.x`, x, inputs);
  checkMatrix(`${name}.y`, y, classes);
  if (x.shape[0] !== y.shape[0]) {
    throw new RangeError(`${name}.x has ${x.shape[0]} rows and ${name}.y ${y.shape[0]}; they must have as many`);
  }
  if (x.shape[0] === 0) throw new RangeError(`${name}.x has no rows; it must have at least one`);
}

/** @throws RangeError unless the array is a matrix with so many columns, and all its values are finite. */
export function checkMatrix(name: string, { data, shape }: NumericArray, columns: number): void {
  if (shape.length !== 2 || shape[1] !== columns) {
    throw new RangeError(`${name} has the shape [${shape}]; it must be [rows, ${columns}]`);
  }
  if (data.length !== shape[0]! * columns) {
    throw new RangeError(`${name} has ${data.length} values; its shape [${shape}] needs ${shape[0]! * columns}`);
  }
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw new RangeError(
        `${name} is ${data[i]} at row ${Math.floor(i / columns)}, column ${i % columns}; it must be finite`,
      );
    }
  }
}

function pickWithOnes(
  data: Float64Array,
  width: number,
  { rows, columns }: RowGroup,
): [Float64Array, number[]] {
  const picked = new Float64Array(rows.length * (columns.length + 1));
  let at = 0;
  for (const row of rows) {
    for (const column of columns) picked[at++] = data[row * width + column]!;
    picked[at++] = 1;
  }
  return [picked, [rows.length, columns.length + 1]];
}

function pickRows(data: Float64Array, width: number, rows: readonly number[]): Float64Array {
  const picked = new Float64Array(rows.length * width);
  rows.forEach((row, i) => picked.set(data.subarray(row * width, (row + 1) * width), i * width));
  return picked;
}
