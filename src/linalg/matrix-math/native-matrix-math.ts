import { whileLoop } from '../../tensorflow/compiler';
import { attribute, NativeTensor, nativeTensor, runOp, type Attribute } from '../../tensorflow/native';
import { checkedFinite } from '../check-finite';
import type { Flag, Matrix, MatrixMath, MatrixOperand } from './matrix-math';

const { bool, int, type } = attribute;
const int32 = type('int32');

/** Matrices in TensorFlow's native library, by its own operations; also inside compiled steps. */
export class NativeMatrixMath implements MatrixMath {
  readonly roundOff: number;
  readonly #dtype: 'float32' | 'float64';

  constructor(dtype: 'float32' | 'float64') {
    this.#dtype = dtype;
    this.roundOff = dtype === 'float32' ? 2 ** -24 : 2 ** -53;
  }

  product(a: Matrix, b: Matrix, transposed: { a?: boolean; b?: boolean } = {}): Matrix {
    const attributes = { transpose_a: bool(transposed.a ?? false), transpose_b: bool(transposed.b ?? false) };
    return run('MatMul', [a, b], attributes);
  }

  add(a: MatrixOperand, b: MatrixOperand): Matrix {
    return this.#binary('AddV2', a, b);
  }

  sub(a: MatrixOperand, b: MatrixOperand): Matrix {
    return this.#binary('Sub', a, b);
  }

  mul(a: MatrixOperand, b: MatrixOperand): Matrix {
    return this.#binary('Mul', a, b);
  }

  div(a: MatrixOperand, b: MatrixOperand): Matrix {
    return this.#binary('DivNoNan', a, b);
  }

  maximum(a: MatrixOperand, b: MatrixOperand): Matrix {
    return this.#binary('Maximum', a, b);
  }

  sqrt(a: Matrix): Matrix {
    return run('Sqrt', [a]);
  }

  positive(a: Matrix): Matrix {
    const flags = this.#binary('Greater', a, 0);
    return runOp('Cast', { inputs: [flags], attributes: { SrcT: type('bool'), DstT: typeOf(a) } });
  }

  sum(a: Matrix, axis: 0 | 1): Matrix {
    return run('Sum', [a, vector([axis])], { Tidx: int32, keep_dims: bool(true) });
  }

  max(a: Matrix): Matrix {
    return run('Max', [a, vector([0, 1])], { Tidx: int32, keep_dims: bool(true) });
  }

  transpose(a: Matrix): Matrix {
    const [rows, columns] = a.shape;
    if (rows === 1 || columns === 1) return this.reshape(a, [columns!, rows!]);
    return run('Transpose', [a, vector([1, 0])], { Tperm: int32 });
  }

  reshape(a: Matrix | Flag, shape: readonly number[]): Matrix {
    return run('Reshape', [a as Matrix, vector(shape)], { Tshape: int32 });
  }

  slice(a: Matrix, begin: readonly [number, number], size: readonly [number, number]): Matrix {
    return run('Slice', [a, vector(begin), vector(size)], { Index: int32 });
  }

  concat(axis: 0 | 1, matrices: readonly Matrix[]): Matrix {
    const inputs = [...matrices.map(native), nativeTensor([axis], [], 'int32')];
    return runOp('ConcatV2', { inputs, attributes: { T: typeOf(matrices[0]!), N: int(matrices.length), Tidx: int32 } });
  }

  fill(shape: readonly [number, number], value: number): Matrix {
    const scalar = native(this.reshape(this.#operand(value, this.#dtype), []));
    return runOp('Fill', { inputs: [vector(shape), scalar], attributes: { T: type(this.#dtype), index_type: int32 } });
  }

  diagonal(extent: number, value: number): Matrix {
    return this.mul(cast(identity(extent), 'float64'), value);
  }

  random(shape: readonly [number, number], seed: number): Matrix {
    const uint64 = (words: readonly number[]) =>
      runOp('Cast', { inputs: [nativeTensor(words, [words.length], 'int64')], attributes: { SrcT: type('int64'), DstT: type('uint64') } });
    const philox = 1;
    const inputs = [vector(shape), uint64([seed]), uint64([0, 0]), nativeTensor([philox], [], 'int32')];
    const uniform = runOp('StatelessRandomUniformV2', { inputs, attributes: { dtype: type(this.#dtype), Tshape: int32 } });
    return this.sub(this.mul(uniform, 2), 1);
  }

  checkFinite(a: Matrix, what: string): Matrix {
    return new NativeTensor(checkedFinite(native(a), what));
  }

  widen(a: Matrix): Matrix {
    return cast(a, 'float64');
  }

  narrow(a: Matrix): Matrix {
    return cast(a, this.#dtype);
  }

  inverseCholesky(a: Matrix): Matrix {
    const l = run('Cholesky', [a]);
    return run('MatrixTriangularSolve', [l, cast(identity(a.shape[0]!), 'float64')], { lower: bool(true), adjoint: bool(false) });
  }

  eigen(a: Matrix): { values: Matrix; vectors: Matrix } {
    const attributes = { T: typeOf(a), compute_v: bool(true) };
    const [values, vectors] = runOp('SelfAdjointEigV2', { inputs: [native(a)], attributes, outputs: 2 });
    return { values: reversed(asRow(values!)), vectors: reversed(vectors!) };
  }

  svd(a: Matrix): { u: Matrix; s: Matrix; v: Matrix } {
    const attributes = { T: typeOf(a), compute_uv: bool(true), full_matrices: bool(false) };
    const [s, u, v] = runOp('Svd', { inputs: [native(a)], attributes, outputs: 3 });
    return { u: u!, s: asRow(s!), v: v! };
  }

  less(a: MatrixOperand, b: MatrixOperand): Flag {
    return this.reshape(this.#binary('Less', a, b), []);
  }

  not(a: Flag): Flag {
    return runOp('LogicalNot', { inputs: [native(a)] });
  }

  and(a: Flag, b: Flag): Flag {
    return runOp('LogicalAnd', { inputs: [native(a), native(b)] });
  }

  or(a: Flag, b: Flag): Flag {
    return runOp('LogicalOr', { inputs: [native(a), native(b)] });
  }

  loop(flag: Flag, start: readonly Matrix[], body: (state: readonly Matrix[]) => { flag: Flag; state: readonly Matrix[] }): Matrix[] {
    const [, ...last] = whileLoop([native(flag), ...start.map(native)], ([, ...state]) => {
      const next = body(state);
      return [native(next.flag), ...next.state.map(native)];
    });
    return last;
  }

  #binary(op: string, a: MatrixOperand, b: MatrixOperand): NativeTensor {
    const { dtype } = native((typeof a === 'number' ? b : a) as Matrix);
    const inputs = [a, b].map((operand) => this.#operand(operand, dtype as 'float32' | 'float64'));
    return runOp(op, { inputs, attributes: { T: type(dtype) } });
  }

  #operand(value: MatrixOperand, dtype: 'float32' | 'float64'): NativeTensor {
    if (typeof value !== 'number') return native(value);
    if (dtype === 'float32') return nativeTensor([value], [1, 1], 'float32');
    const words = nativeTensor(new Int32Array(Float64Array.of(value).buffer), [1, 1, 2], 'int32');
    return runOp('Bitcast', { inputs: [words], attributes: { T: int32, type: type('float64') } });
  }
}

/** What this arithmetic is given was made by it: a native tensor. */
const native = (matrix: Matrix | Flag): NativeTensor => matrix as unknown as NativeTensor;
const typeOf = (matrix: Matrix): Attribute => type(native(matrix).dtype);

function run(op: string, inputs: readonly (Matrix | NativeTensor)[], attributes: Record<string, Attribute> = {}): NativeTensor {
  return runOp(op, { inputs: inputs.map(native), attributes: { T: typeOf(inputs[0]!), ...attributes } });
}

function cast(a: Matrix, dtype: 'float32' | 'float64'): Matrix {
  if (native(a).dtype === dtype) return a;
  return runOp('Cast', { inputs: [native(a)], attributes: { SrcT: typeOf(a), DstT: type(dtype) } });
}

function identity(extent: number): Matrix {
  const values = new Float32Array(extent * extent);
  for (let i = 0; i < extent; i++) values[i * (extent + 1)] = 1;
  return nativeTensor(values, [extent, extent], 'float32');
}

/** The columns from the last to the first. */
const reversed = (a: NativeTensor): NativeTensor =>
  runOp('ReverseV2', { inputs: [a, vector([1])], attributes: { T: typeOf(a), Tidx: int32 } });

const vector = (values: readonly number[]): NativeTensor => nativeTensor(values, [values.length], 'int32');
const asRow = (values: NativeTensor): NativeTensor => run('Reshape', [values, vector([1, values.size])], { Tshape: int32 });
