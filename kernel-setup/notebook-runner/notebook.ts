import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** https://nbformat.readthedocs.io/en/stable/format_description.html, version 4.5. Texts are not split into lines. */
export interface Notebook {
  readonly cells: NotebookCell[];
  readonly metadata: Record<string, unknown>;
  readonly nbformat: number;
  readonly nbformat_minor: number;
}

export interface NotebookCell {
  readonly id: string;
  readonly cell_type: 'code' | 'markdown' | 'raw';
  readonly metadata: Record<string, unknown>;
  readonly source: string;
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}

export type MimeBundle = Record<string, unknown>;

export type Output =
  | { readonly output_type: 'stream'; readonly name: string; text: string }
  | { readonly output_type: 'display_data'; data: MimeBundle; metadata: MimeBundle }
  | { readonly output_type: 'execute_result'; data: MimeBundle; metadata: MimeBundle; readonly execution_count: number }
  | {
      readonly output_type: 'error';
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

/** Reads a notebook. Cells that have no id yet get one. */
export function readNotebook(file: string): Notebook {
  const { cells, metadata = {}, nbformat, nbformat_minor } = JSON.parse(readFileSync(file, 'utf8')) as Notebook;
  if (nbformat !== 4)
    throw new Error(`${file} is a notebook of format ${nbformat}, not 4: open and save it in JupyterLab`);
  return {
    cells: cells.map((cell) => ({
      ...cell,
      id: cell.id ?? randomBytes(4).toString('hex'),
      source: joined(cell.source),
    })),
    metadata,
    nbformat,
    nbformat_minor: Math.max(nbformat_minor, 5),
  };
}

/** Writes a notebook as JupyterLab would. A reader sees the old file or the new one, never a part. */
export function writeNotebook(file: string, notebook: Notebook): void {
  mkdirSync(dirname(file), { recursive: true });
  const aside = join(dirname(file), `.${basename(file)}.${process.pid}.new`);
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  try {
    writeFileSync(aside, formatNotebook(notebook), { mode });
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

export function formatNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: lines(cell.source),
    ...(cell.outputs && { outputs: cell.outputs.map(splitOutput) }),
  }));
  return `${pythonJson(sorted({ ...notebook, cells }))}\n`;
}

/** JSON as Python writes it, with which Jupyter saves notebooks: a number is a line of its own, and its text may differ. */
function pythonJson(value: unknown): string {
  const number = /^( *(?:"(?:[^"\\]|\\.)*": )?)(-?\d+(?:\.\d+)?(?:e[-+]\d+)?)(?=,?$)/gm;
  return JSON.stringify(value, undefined, 1).replace(number, (_, before: string, text: string) => before + pythonNumber(text));
}

/** Python writes a number that is not whole with an exponent below 1e-4 and from 1e16 on, and that with two digits. */
function pythonNumber(text: string): string {
  if (/^-?\d+$/.test(text)) return text;
  const [digits, exponent] = Number(text).toExponential().split('e') as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < 16) return text;
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function splitOutput(output: Output): unknown {
  if (output.output_type === 'stream') return { ...output, text: lines(output.text) };
  if (output.output_type === 'error') return output;
  const data = Object.entries(output.data).map(([type, value]) => [
    type,
    typeof value === 'string' && isSplit(type) ? lines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

function isSplit(type: string): boolean {
  return type.startsWith('text/') || type === 'application/javascript' || type === 'image/svg+xml';
}

function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function joined(text: string | readonly string[]): string {
  return typeof text === 'string' ? text : text.join('');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
