/** A question that is put in a cell's place. */
export interface PagedCode {
  /** What is to be explained, such as `tf.layers.dense`. */
  readonly name: string;
  /** Jupyter's `detail_level`. */
  readonly detail: 0 | 1;
}

const dottedName = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$]*(?:\.[\p{ID_Start}$_][\p{ID_Continue}$]*)*`;
const question = new RegExp(String.raw`^\s*(?:(\?\??)\s*(${dottedName})|(${dottedName})\s*(\?\??))\s*$`, 'u');

/** What `?name` and `name?` ask for, as in IPython, a second mark for more; `undefined` for a cell of TypeScript. */
export function pagedCode(code: string): PagedCode | undefined {
  const [, before, first, second, after] = question.exec(code) ?? [];
  const name = first ?? second;
  return name === undefined ? undefined : { name, detail: (before ?? after) === '??' ? 1 : 0 };
}
