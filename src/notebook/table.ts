import { jupyterDisplay, type Displayable, type MimeBundle } from './displayable';
import { columnFormat, missing } from './format';
import { escapeHtml } from '../escape-html';
import { sortScript } from './sortable';

/** A row: values by column. */
export type Row = Readonly<Record<string, unknown>>;

/** What a table reads of a danfojs DataFrame. */
export interface DataFrameLike {
  readonly columns: readonly string[];
  readonly values: unknown;
  readonly index?: readonly (string | number)[];
}

/** How a column of a table looks. */
export interface TableColumn {
  /** Name of the values in a row or DataFrame. */
  readonly key: string;
  /** Heading; the key by default. */
  readonly title?: string;
  /** Digits after the decimal point; by default six significant digits, as many decimals in each row of the column. */
  readonly decimals?: number;
  /** Turns a value that is not missing into text. */
  readonly format?: (value: unknown, row: Row) => string;
  /** By default numbers to the right, all else to the left. */
  readonly align?: 'left' | 'right';
}

/** Which columns and rows a table shows. */
export interface TableOptions {
  readonly caption?: string;
  /** The columns to show, in order; by default all of them. */
  readonly columns?: readonly (string | TableColumn)[];
  /** Of a longer table the first and the last rows are shown, and it says so; 60 by default. */
  readonly maxRows?: number;
  /** Whether a click on a heading sorts the rows, where a page lets scripts run: in a trusted notebook; false by default. */
  readonly sortable?: boolean;
}

/** A table as HTML, and as aligned text. */
export interface Table extends Displayable {
  readonly html: string;
  readonly text: string;
  /** `html` and `text` by their MIME types. */
  [jupyterDisplay](): MimeBundle;
}

/**
 * A table from rows or from a danfojs DataFrame. Missing values (null, undefined, NaN) are dashes; texts are shown as
 * they are, never as HTML. A DataFrame's index is shown where it is more than row numbers.
 *
 * @throws TypeError if the data are neither; RangeError if a column is asked for that the data do not have, or if there are no columns
 */
export function table(data: DataFrameLike | readonly object[], options: TableOptions = {}): Table {
  const source = sourceOf(data);
  const columns = chosenColumns(source.keys, options.columns);
  const { shown, omitted } = shorten(source, options.maxRows ?? 60);
  const cells = columns.map((column) => cellsOf(column, shown));
  const gap = omitted > 0 ? { after: shown.length / 2, text: `${omitted.toLocaleString('en-US')} rows not shown` } : undefined;
  const html = toHtml(cells, shown.length, options, gap);
  const text = toText(cells, shown.length, options.caption, gap);
  return { html, text, [jupyterDisplay]: () => ({ 'text/html': html, 'text/plain': text }) };
}

interface Cells {
  readonly title: string;
  readonly align: 'left' | 'right';
  readonly texts: readonly string[];
  /** What each cell is sorted by. */
  readonly values: readonly unknown[];
}

interface Gap {
  readonly after: number;
  readonly text: string;
}

const indexKey = '';

/** Rows are made when they are asked for: a DataFrame may have many more than are shown. */
interface Source {
  readonly keys: readonly string[];
  readonly length: number;
  row(at: number): Row;
}

function sourceOf(data: unknown): Source {
  const isRecord = (value: unknown): value is Row => typeof value === 'object' && value !== null;
  if (Array.isArray(data)) {
    const at = data.findIndex((row) => !isRecord(row));
    if (at < 0) return fromRows(data);
    throw new TypeError(`row ${at} of a table is ${data[at]}; it must be an object of values by column`);
  }
  if (isRecord(data) && Array.isArray(data.columns) && Array.isArray(data.values)) return fromDataFrame(data as unknown as DataFrameLike);
  throw new TypeError(`a table is of an array of rows, or of a DataFrame, and not of ${isRecord(data) ? `{ ${Object.keys(data).join(', ')} }` : data}`);
}

function fromDataFrame({ columns, values, index = [] }: DataFrameLike): Source {
  const hasIndex = index.some((label, at) => label !== at);
  const lines = values as readonly (readonly unknown[])[];
  return {
    keys: hasIndex ? [indexKey, ...columns] : columns,
    length: lines.length,
    row: (at) => Object.fromEntries([...(hasIndex ? [[indexKey, index[at]]] : []), ...columns.map((key, c) => [key, lines[at][c]])]),
  };
}

function fromRows(rows: readonly Row[]): Source {
  return { keys: [...new Set(rows.flatMap((row) => Object.keys(row)))], length: rows.length, row: (at) => rows[at] };
}

function chosenColumns(keys: readonly string[], chosen: TableOptions['columns']): TableColumn[] {
  const columns = (chosen ?? keys).map((column) => (typeof column === 'string' ? { key: column } : column));
  if (columns.length === 0) throw new RangeError('a table needs at least one column; the data have none');
  for (const { key } of columns) {
    if (keys.length > 0 && !keys.includes(key)) throw new RangeError(`there is no column '${key}'; the columns are ${keys.map((name) => `'${name}'`).join(', ')}`);
  }
  return columns;
}

function shorten({ length, row }: Source, maxRows: number): { shown: readonly Row[]; omitted: number } {
  if (!(maxRows >= 2)) throw new RangeError(`maxRows is ${maxRows}; it must be at least 2`);
  const rows = (count: number, from: number) => Array.from({ length: count }, (_, at) => row(from + at));
  if (length <= maxRows) return { shown: rows(length, 0), omitted: 0 };
  const half = Math.floor(maxRows / 2);
  return { shown: [...rows(half, 0), ...rows(half, length - half)], omitted: length - 2 * half };
}

function cellsOf({ key, title = key, decimals, format, align }: TableColumn, rows: readonly Row[]): Cells {
  const values = rows.map((row) => row[key]);
  const present = values.filter((value) => !missing(value));
  const text = columnFormat(present, decimals);
  const numeric = present.length > 0 && present.every((value) => typeof value === 'number' || typeof value === 'bigint');
  return {
    title,
    align: align ?? (numeric ? 'right' : 'left'),
    texts: values.map((value, at) => (missing(value) ? '—' : format === undefined ? text(value) : format(value, rows[at]))),
    values: values.map((value) => (missing(value) ? '' : value)),
  };
}

/** A longer table scrolls, where the front end lets it, so that a reader gets past it. */
const mostRowsInView = 25;
const scrolling = 'display: inline-block; max-width: 100%; max-height: 640px; overflow-y: auto';

/** A longer text may be broken into lines. */
const longestUnbroken = 40;

function toHtml(columns: readonly Cells[], rows: number, { caption, sortable = false }: TableOptions, gap: Gap | undefined): string {
  const unbroken = (tag: string, text: string) => tag === 'td' && text.length <= longestUnbroken && /[\s/-]/.test(text);
  const cell = (tag: 'th' | 'td', { align }: Cells, text: string, attributes = '') =>
    `<${tag} style="text-align: ${align}${unbroken(tag, text) ? '; white-space: nowrap' : ''}"${attributes}>${escapeHtml(text)}</${tag}>`;
  const sortedBy = ({ values }: Cells, r: number) => (sortable ? ` data-value="${escapeHtml(String(values[r]))}"` : '');
  const body = Array.from({ length: rows }, (_, r) =>
    `<tr>${columns.map((column) => cell('td', column, column.texts[r], sortedBy(column, r))).join('')}</tr>`);
  if (gap !== undefined) {
    body.splice(gap.after, 0, `<tr><td colspan="${columns.length}" style="text-align: center"><i>… ${escapeHtml(gap.text)} …</i></td></tr>`);
  }
  const scrolls = body.length > mostRowsInView;
  return [
    // A table's own caption would be no wider than the table.
    ...(caption ? [`<div><b>${escapeHtml(caption)}</b></div>`] : []),
    ...(scrolls ? [`<div style="${scrolling}">`] : []),
    '<table style="font-variant-numeric: tabular-nums">',
    `<thead><tr>${columns.map((column) => cell('th', column, column.title)).join('')}</tr></thead>`,
    `<tbody>${body.join('\n')}</tbody>`,
    sortable ? `</table>${sortScript}` : '</table>',
    ...(scrolls ? ['</div>'] : []),
  ].join('\n');
}

function toText(columns: readonly Cells[], rows: number, caption: string | undefined, gap: Gap | undefined): string {
  const widths = columns.map(({ title, texts }) => texts.reduce((width, text) => Math.max(width, text.length), title.length));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, c) => (columns[c].align === 'right' ? text.padStart(widths[c]) : text.padEnd(widths[c])))
      .join('  ')
      .trimEnd();
  const body = Array.from({ length: rows }, (_, r) => line(columns.map(({ texts }) => texts[r])));
  if (gap !== undefined) body.splice(gap.after, 0, `… ${gap.text} …`);
  return [
    ...(caption ? [caption] : []),
    line(columns.map(({ title }) => title)),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...body,
  ].join('\n');
}
