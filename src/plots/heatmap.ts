import { axis, baseLayout, chartNumber, joined, requireFinite, type Figure, type FigureOptions } from './figure';
import { packMatrix } from './packed-array';

/** A matrix in row-major order. */
export interface Matrix {
  readonly data: ArrayLike<number>;
  /** Rows and columns. */
  readonly shape: readonly number[];
}

export interface HeatmapOptions extends FigureOptions {
  /** What the colours stand for, with its unit; written beside the colour bar. */
  readonly colourLabel?: string;
  readonly rowLabel?: string;
  readonly columnLabel?: string;
  /** A matrix with more entries is reduced to block means first, and the chart says so; 20,000 by default. */
  readonly maxCells?: number;
  /** One of plotly's colour scales by name, or a list of stops; Viridis by default. */
  readonly colourScale?: string | readonly (readonly [number, string])[];
  /** The values at the two ends of the colour scale; by default the smallest and the largest that are drawn. */
  readonly range?: readonly [number, number];
}

/**
 * A matrix as colours, its first row on top.
 *
 * @throws RangeError if the matrix is empty, is not two-dimensional, does not have as many entries as its shape says, or
 *   holds NaN or an infinity
 */
export function heatmap(matrix: Matrix, options: HeatmapOptions = {}): Figure {
  const [rows, columns] = matrixShape(matrix);
  requireFinite('matrix', matrix.data);
  const reduced = blockMean(matrix, options.maxCells ?? 20_000);
  const [blockRows, blockColumns] = reduced.block;
  const note =
    blockRows * blockColumns === 1
      ? undefined
      : `${rows} × ${columns} entries; a cell is the mean of ${blockRows} × ${blockColumns} of them`;
  const layout = baseLayout({ ...options, subtitle: joined(options.subtitle, note) }, { width: 720, height: 420 });
  const [low, high] = options.range ?? extent(reduced.data);
  return {
    data: [
      {
        type: 'heatmap',
        z: packMatrix(reduced.data, reduced.shape[0], reduced.shape[1]),
        x0: (blockColumns - 1) / 2,
        dx: blockColumns,
        y0: (blockRows - 1) / 2,
        dy: blockRows,
        zmin: chartNumber(low),
        zmax: chartNumber(high),
        colorscale: options.colourScale ?? 'Viridis',
        colorbar: {
          title: { text: options.colourLabel ?? 'value', side: 'top' },
          thickness: 16,
          outlinewidth: 0,
          ticks: 'outside',
          ticklen: 4,
          separatethousands: true,
        },
        hovertemplate: 'row %{y}<br>column %{x}<br>%{z:.5~g}<extra></extra>',
      },
    ],
    layout: {
      ...layout,
      // The last blocks may be partly empty: the ranges end where the matrix ends.
      xaxis: axis(options.columnLabel ?? 'column', { range: [-0.5, columns - 0.5], showgrid: false, showline: false }),
      yaxis: axis(options.rowLabel ?? 'row', { range: [rows - 0.5, -0.5], showgrid: false, showline: false }),
    },
  };
}

/**
 * The matrix in blocks of equal size, each replaced by its mean; blocks at the right and lower edge may hold fewer
 * entries. The longer side is reduced first.
 *
 * @returns the reduced matrix, and how many rows and columns a block spans
 */
export function blockMean(matrix: Matrix, maxCells: number): { data: Float32Array; shape: [number, number]; block: [number, number] } {
  const [rows, columns] = matrixShape(matrix);
  if (!(Number.isInteger(maxCells) && maxCells >= 1)) throw new RangeError(`maxCells is ${maxCells}; it must be a positive integer`);
  const block: [number, number] = [1, 1];
  const shape: [number, number] = [rows, columns];
  while (shape[0] * shape[1] > maxCells) {
    const side = shape[0] >= shape[1] ? 0 : 1;
    block[side]++;
    shape[side] = Math.ceil((side === 0 ? rows : columns) / block[side]);
  }
  const sums = new Float64Array(shape[0] * shape[1]);
  const counts = new Float64Array(sums.length);
  for (let row = 0, at = 0; row < rows; row++) {
    const start = Math.floor(row / block[0]) * shape[1];
    for (let column = 0; column < columns; column++, at++) {
      const cell = start + Math.floor(column / block[1]);
      sums[cell] += matrix.data[at];
      counts[cell]++;
    }
  }
  return { data: Float32Array.from(sums, (sum, cell) => sum / counts[cell]), shape, block };
}

function matrixShape({ data, shape }: Matrix): [number, number] {
  if (shape.length !== 2) throw new RangeError(`a heatmap takes a matrix; this array has the shape [${shape.join(', ')}]`);
  const [rows, columns] = shape;
  if (rows * columns === 0) throw new RangeError(`the matrix is empty: its shape is [${rows}, ${columns}]`);
  if (rows * columns !== data.length) {
    throw new RangeError(`the matrix has ${data.length} entries, but its shape [${rows}, ${columns}] says ${rows * columns}`);
  }
  return [rows, columns];
}

function extent(values: ArrayLike<number>): [number, number] {
  let low = values[0];
  let high = values[0];
  for (let i = 1; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return [low, high];
}
