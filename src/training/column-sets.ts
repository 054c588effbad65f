/** Sets of a matrix's columns, as bits in 32-bit words. */
export interface ColumnSet {
  readonly words: Int32Array;
  readonly size: number;
}

/** Which columns each row of a matrix uses, that is, has a value other than zero in. */
export class UsedColumns {
  readonly rows: number;
  readonly columns: number;
  /** How many rows use each column. */
  readonly counts: Int32Array;
  readonly #words: Int32Array;
  readonly #wordsPerRow: number;

  /** @param data the matrix in row-major order */
  constructor(data: Float64Array, rows: number, columns: number) {
    this.rows = rows;
    this.columns = columns;
    this.counts = new Int32Array(columns);
    this.#wordsPerRow = (columns + 31) >>> 5;
    this.#words = new Int32Array(rows * this.#wordsPerRow);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        if (data[row * columns + column] === 0) continue;
        this.#words[row * this.#wordsPerRow + (column >>> 5)]! |= 1 << (column & 31);
        this.counts[column]!++;
      }
    }
  }

  /** The columns of which a predicate holds. */
  setWhere(holds: (column: number) => boolean): ColumnSet {
    const words = new Int32Array(this.#wordsPerRow);
    let size = 0;
    for (let column = 0; column < this.columns; column++) {
      if (!holds(column)) continue;
      words[column >>> 5]! |= 1 << (column & 31);
      size++;
    }
    return { words, size };
  }

  /** The columns that a row uses, ascending. */
  ofRow(row: number): Int32Array {
    const start = row * this.#wordsPerRow;
    return this.listed(this.#words.subarray(start, start + this.#wordsPerRow));
  }

  /** The columns that any of the rows uses. */
  union(rows: Iterable<number>): ColumnSet {
    const words = new Int32Array(this.#wordsPerRow);
    for (const row of rows) {
      for (let w = 0; w < words.length; w++) words[w]! |= this.#words[row * this.#wordsPerRow + w]!;
    }
    return this.setWhere((column) => contains(words, column));
  }

  /** For each of the sets the rows, ascending, that use only columns in it and in no smaller one of the sets. */
  assign(sets: readonly ColumnSet[]): { set: ColumnSet; rows: number[] }[] {
    const groups = [...sets].sort((a, b) => a.size - b.size).map((set) => ({ set, rows: [] as number[] }));
    for (let row = 0; row < this.rows; row++) groups.find(({ set }) => this.#covers(set, row))?.rows.push(row);
    return groups.filter(({ rows }) => rows.length > 0);
  }

  /** A set's columns, ascending. */
  listed(words: Int32Array): Int32Array {
    const columns: number[] = [];
    for (let column = 0; column < this.columns; column++) if (contains(words, column)) columns.push(column);
    return Int32Array.from(columns);
  }

  #covers({ words }: ColumnSet, row: number): boolean {
    const start = row * this.#wordsPerRow;
    for (let w = 0; w < words.length; w++) if ((this.#words[start + w]! & ~words[w]!) !== 0) return false;
    return true;
  }
}

function contains(words: Int32Array, column: number): boolean {
  return ((words[column >>> 5]! >>> (column & 31)) & 1) === 1;
}
