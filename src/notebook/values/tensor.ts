import type { MimeBundle } from '../displayable';
import { labelAlone, labelledText } from './labelled';

/** What is read of a tensor, of TensorFlow.js or a handle of ours; known by its parts, so that nothing needs to be loaded. */
interface TensorLike {
  readonly shape: readonly number[];
  /** Handles without one are of 64-bit floats. */
  readonly dtype?: string;
  readonly isDisposed: boolean;
  /** Of a variable. */
  readonly name?: string;
  readonly trainable?: boolean;
  dispose(): void;
  slice?(begin: readonly number[], size: readonly number[]): TensorLike;
  dataSync?(): ArrayLike<unknown>;
}

const handle = Symbol.for('tfjs-lowrank.handle');

export function isTensor(value: object): value is TensorLike {
  const { shape, isDisposed, dispose } = value as Partial<TensorLike>;
  const looksLikeOne = Array.isArray(shape) && typeof isDisposed === 'boolean' && typeof dispose === 'function';
  return looksLikeOne && ('dataId' in value || handle in value);
}

/** `Tensor float32 [784, 20]`, and whether it is disposed. */
export function tensorLabel({ shape, dtype = 'float64', isDisposed, name, trainable }: TensorLike): string {
  const kind = typeof trainable === 'boolean' && name ? `Variable '${name}'` : 'Tensor';
  return `${kind} ${dtype} [${shape.join(', ')}]${isDisposed ? ', disposed' : ''}`;
}

/** A tensor's shape, its type and its first values: at most 192 are read. What is made for that is disposed. */
export function tensorView(tensor: TensorLike): MimeBundle {
  const label = tensorLabel(tensor);
  const values = preview(tensor);
  return values === undefined ? labelAlone(label) : labelledText(label, values);
}

function preview(tensor: TensorLike): string | undefined {
  // Of complex numbers TensorFlow.js reads the two parts one after the other.
  if (tensor.isDisposed || tensor.dataSync === undefined || tensor.dtype === 'complex64') return undefined;
  const shown = shownShape(tensor.shape);
  let texts: readonly string[];
  try {
    texts = elements(firstValues(tensor, shown), tensor.dtype);
  } catch {
    // A type that cannot be sliced or read, or a rank that the backend does not know: the label has to do.
    return undefined;
  }
  const width = tensor.shape.length > 1 ? Math.max(0, ...texts.map((text) => text.length)) : 0;
  return brackets(texts.map((text) => text.padStart(width)), tensor.shape, shown);
}

/** So many of each axis: of the last, of the last but one, and so on towards the first. */
const leading = [8, 6, 2, 2];

function shownShape(shape: readonly number[]): number[] {
  const fewest = shape.length === 1 ? [16] : leading;
  return shape.map((extent, axis) => Math.min(extent, fewest[shape.length - 1 - axis] ?? 1));
}

function firstValues(tensor: TensorLike, shown: readonly number[]): ArrayLike<unknown> {
  if (shown.some((extent) => extent === 0)) return [];
  if (shown.every((extent, axis) => extent === tensor.shape[axis])) return tensor.dataSync!();
  const part = tensor.slice!(shown.map(() => 0), shown);
  try {
    return part.dataSync!();
  } finally {
    part.dispose();
  }
}

function elements(values: ArrayLike<unknown>, dtype: string | undefined): string[] {
  return Array.from(values, (value) => {
    if (dtype === 'bool') return String(Boolean(value));
    if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
    return JSON.stringify(String(value).slice(0, 40));
  });
}

/** As nested arrays; a row a line. */
function brackets(texts: readonly string[], shape: readonly number[], shown: readonly number[], from = 0, axis = 0): string {
  if (axis === shape.length) return texts[from]!;
  const step = shown.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  const parts = Array.from({ length: shown[axis]! }, (_, i) => brackets(texts, shape, shown, from + i * step, axis + 1));
  if (shape[axis]! > shown[axis]!) parts.push('…');
  const between = axis === shape.length - 1 ? ', ' : `,\n${' '.repeat(axis + 1)}`;
  return `[${parts.join(between)}]`;
}
