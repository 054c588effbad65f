import { aliasTfjsNode } from '../tensorflow';
import type { Row } from './table';

type Danfo = typeof import('danfojs-node');

/**
 * A danfojs DataFrame of the rows; where a number is missing it has NaN, as danfojs and pandas do. danfojs is
 * loaded on the first call, which takes a second or two; it shares this project's TensorFlow.js, whichever backend runs.
 *
 * @throws RangeError if there are no rows, which have no columns either
 */
export function dataFrame(rows: readonly Row[]): import('danfojs-node').DataFrame {
  if (rows.length === 0) throw new RangeError('a DataFrame needs at least one row');
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const numeric = new Set(keys.filter((key) => rows.every((row) => typeof (row[key] ?? NaN) === 'number')));
  const complete = rows.map((row) => Object.fromEntries(keys.map((key) => [key, row[key] ?? (numeric.has(key) ? NaN : null)])));
  return new (loadDanfo().DataFrame)(complete);
}

function loadDanfo(): Danfo {
  aliasTfjsNode(require.resolve('danfojs-node'));
  return require('danfojs-node') as Danfo;
}
