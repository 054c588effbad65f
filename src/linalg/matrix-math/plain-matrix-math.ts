import { CholeskyDecomposition, EigenvalueDecomposition, Matrix as LibraryMatrix } from 'ml-matrix';
import { Handle, scope } from '../../tensorflow/handles';
import { PlainFloat64Math } from '../../tensorflow/float64/plain-math';
import { PlainTensor } from '../../tensorflow/float64/plain-tensor';
import { Philox } from '../../tensorflow/random/philox';
import { denseSVD } from '../dense/svd';
import { notFinite } from '../check-finite';
import type { Flag, Matrix, MatrixMath, MatrixOperand } from './matrix-math';

/** Matrices of 64-bit floats in JavaScript's own memory. Small decompositions are those of the library ml-matrix. */
export class PlainMatrixMath implements MatrixMath {
  readonly roundOff = 2 ** -53;
  readonly #math = new PlainFloat64Math();

  product(a: Matrix, b: Matrix, transposed: { a?: boolean; b?: boolean } = {}): Matrix {
    return this.#math.matMul(a, b, { transposeA: transposed.a, transposeB: transposed.b });
  }

  add(a: MatrixOperand, b: MatrixOperand): Matrix {
    return this.#math.add(a, b);
  }

  sub(a: MatrixOperand, b: MatrixOperand): Matrix {
    return this.#math.sub(a, b);
  }

  mul(a: MatrixOperand, b: MatrixOperand): Matrix {
    return this.#math.mul(a, b);
  }

  div(a: MatrixOperand, b: MatrixOperand): Matrix {
    const reciprocals = (divisor: number) => (divisor === 0 ? 0 : 1 / divisor);
    if (typeof b === 'number') return this.mul(a, reciprocals(b));
    return this.mul(a, new PlainTensor(elements(b).map(reciprocals), b.shape));
  }

  maximum(a: MatrixOperand, b: MatrixOperand): Matrix {
    return this.#math.maximum(a, b);
  }

  sqrt(a: Matrix): Matrix {
    return this.#math.sqrt(a);
  }

  positive(a: Matrix): Matrix {
    return new PlainTensor(elements(a).map((element) => Number(element > 0)), a.shape);
  }

  sum(a: Matrix, axis: 0 | 1): Matrix {
    const [rows, columns] = a.shape as [number, number];
    return scope(() => this.#math.reshape(this.#math.sum(a, axis), axis === 0 ? [1, columns] : [rows, 1]));
  }

  max(a: Matrix): Matrix {
    return scope(() => this.#math.reshape(this.#math.max(a), [1, 1]));
  }

  transpose(a: Matrix): Matrix {
    return this.#math.transpose(a);
  }

  reshape(a: Matrix, shape: readonly number[]): Matrix {
    return this.#math.reshape(a, shape);
  }

  slice(a: Matrix, begin: readonly [number, number], size: readonly [number, number]): Matrix {
    return this.#math.slice(a, begin, size);
  }

  concat(axis: 0 | 1, matrices: readonly Matrix[]): Matrix {
    return this.#math.concat(matrices, axis);
  }

  fill(shape: readonly [number, number], value: number): Matrix {
    return this.#math.fill(shape, value);
  }

  diagonal(extent: number, value: number): Matrix {
    return fromLibrary(LibraryMatrix.eye(extent, extent).mul(value));
  }

  random(shape: readonly [number, number], seed: number): Matrix {
    const philox = Philox.seeded(seed, 0);
    const words = new Uint32Array(4);
    const draws = new Float64Array(shape[0] * shape[1]);
    for (let i = 0; i < draws.length; i++) {
      if (i % 4 === 0) philox.next(words);
      draws[i] = words[i % 4]! / 2 ** 31 - 1;
    }
    return new PlainTensor(draws, shape);
  }

  checkFinite(a: Matrix, what: string): Matrix {
    const at = elements(a).findIndex((element) => !Number.isFinite(element));
    if (at >= 0) throw notFinite(what, String(elements(a)[at]));
    return a;
  }

  widen(a: Matrix): Matrix {
    return a;
  }

  narrow(a: Matrix): Matrix {
    return a;
  }

  inverseCholesky(a: Matrix): Matrix {
    const { lowerTriangularMatrix: l } = new CholeskyDecomposition(symmetric(toLibrary(a)));
    const extent = l.rows;
    const inverse = LibraryMatrix.eye(extent, extent);
    for (let i = 0; i < extent; i++) {
      for (let k = 0; k < i; k++) {
        for (let j = 0; j <= k; j++) inverse.set(i, j, inverse.get(i, j) - l.get(i, k) * inverse.get(k, j));
      }
      for (let j = 0; j <= i; j++) inverse.set(i, j, inverse.get(i, j) / l.get(i, i));
    }
    return fromLibrary(inverse);
  }

  eigen(a: Matrix): { values: Matrix; vectors: Matrix } {
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(toLibrary(a), { assumeSymmetric: true });
    const values = new PlainTensor(Float64Array.from(realEigenvalues).reverse(), [1, realEigenvalues.length]);
    return { values, vectors: fromLibrary(eigenvectorMatrix.flipRows()) };
  }

  svd(a: Matrix): { u: Matrix; s: Matrix; v: Matrix } {
    const [rows, columns] = a.shape as [number, number];
    const { u, s, v } = denseSVD(elements(a), rows, columns);
    const rank = Math.min(rows, columns);
    return { u: new PlainTensor(u!, [rows, rank]), s: new PlainTensor(s, [1, rank]), v: new PlainTensor(v!, [columns, rank]) };
  }

  less(a: MatrixOperand, b: MatrixOperand): Flag {
    return new PlainFlag(value(a) < value(b));
  }

  not(a: Flag): Flag {
    return new PlainFlag(!truth(a));
  }

  and(a: Flag, b: Flag): Flag {
    return new PlainFlag(truth(a) && truth(b));
  }

  or(a: Flag, b: Flag): Flag {
    return new PlainFlag(truth(a) || truth(b));
  }

  loop(flag: Flag, start: readonly Matrix[], body: (state: readonly Matrix[]) => { flag: Flag; state: readonly Matrix[] }): Matrix[] {
    let goesOn = truth(flag);
    let state = start;
    while (goesOn) {
      state = scope(() => {
        const next = body(state);
        goesOn = truth(next.flag);
        return next.state;
      });
    }
    return [...state];
  }
}

class PlainFlag extends Handle {
  constructor(readonly value: boolean) {
    super();
  }

  protected override release(): void {}
}

const truth = (flag: Flag): boolean => (flag as PlainFlag).value;
const elements = (matrix: Matrix): Float64Array => (matrix as PlainTensor).data;
const value = (operand: MatrixOperand): number => (typeof operand === 'number' ? operand : elements(operand)[0]!);

function toLibrary(matrix: Matrix): LibraryMatrix {
  const [rows, columns] = matrix.shape as [number, number];
  return LibraryMatrix.from1DArray(rows, columns, elements(matrix));
}

/** The lower triangle, mirrored: rounding may have made the upper one another, which the library refuses. */
function symmetric(matrix: LibraryMatrix): LibraryMatrix {
  for (let i = 0; i < matrix.rows; i++) for (let j = 0; j < i; j++) matrix.set(j, i, matrix.get(i, j));
  return matrix;
}

function fromLibrary(matrix: LibraryMatrix): Matrix {
  return new PlainTensor(Float64Array.from(matrix.to1DArray()), [matrix.rows, matrix.columns]);
}
