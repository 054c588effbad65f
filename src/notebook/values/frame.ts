import type { MimeBundle } from '../displayable';
import { table, type DataFrameLike } from '../table';
import { constructorName } from './constructor-name';
import { labelAlone, labelledTable } from './labelled';

/** What is read of a danfojs DataFrame or Series; known by its parts. */
interface FrameLike {
  readonly columns: readonly string[];
  readonly index: readonly (string | number)[];
  /** Rows; of a Series values. */
  readonly values: readonly unknown[];
  readonly shape: readonly number[];
  readonly $isSeries: boolean;
}

/** Of a wider DataFrame the first columns are shown, and it says so. */
const mostColumns = 20;

export function isFrame(value: object): value is FrameLike {
  return '$isSeries' in value && '$dtypes' in value && 'columns' in value && 'values' in value;
}

/** `DataFrame, 3 rows, 2 columns` or `Series 'x', 3 values`. */
export function frameLabel(frame: FrameLike): string {
  const name = constructorName(frame) ?? 'DataFrame';
  const count = frame.index.length.toLocaleString('en-US');
  if (frame.$isSeries) return `${name} '${frame.columns[0]}', ${count} values`;
  const { length } = frame.columns;
  const shown = length > mostColumns ? `, the first ${mostColumns} shown` : '';
  return `${name}, ${count} rows, ${length} columns${shown}`;
}

export function frameView(frame: FrameLike): MimeBundle {
  const label = frameLabel(frame);
  const { columns, index, values, $isSeries: isSeries } = frame;
  if (columns.length === 0 || index.length === 0) return labelAlone(label);
  const data: DataFrameLike = { columns, index, values: isSeries ? values.map((value) => [value]) : values };
  return labelledTable(label, table(data, { columns: shownColumns(frame), maxRows: 20 }));
}

/** With the index, where it says more than the rows' numbers. */
function shownColumns({ columns, index }: FrameLike): string[] | undefined {
  if (columns.length <= mostColumns) return undefined;
  return [...(index.some((label, at) => label !== at) ? [''] : []), ...columns.slice(0, mostColumns)];
}
