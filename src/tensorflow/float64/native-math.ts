import { compileLoop } from '../compiler/compiled-loop';
import { keep, scope } from '../handles';
import { attribute, nativeTensor, runOp, type Attribute, type NativeTensor } from '../native';
import type { Float64Loop, Float64Math, Float64Step, Float64Tensor, Operand } from './float64-math';
import * as shapes from './shapes';

const { bool, int, string, type } = attribute;
const T = type('float64');
const int32 = type('int32');

/** Float64 arithmetic by TensorFlow's own operations in the native library. */
export class NativeFloat64Math implements Float64Math {
  readonly name = 'native';

  /** tfjs-node's binding takes no 64-bit floats: they go in as pairs of 32-bit words and are reinterpreted there. */
  tensor(values: ArrayLike<number>, shape: readonly number[]): Float64Tensor {
    shapes.checkValues('tensor', values.length, shape);
    const words = new Int32Array(Float64Array.from(values).buffer);
    return scope(() => {
      const pairs = nativeTensor(words, [...shape, 2], 'int32');
      return runOp('Bitcast', { inputs: [pairs], attributes: { T: int32, type: T } });
    });
  }

  read(x: Float64Tensor): Float64Array {
    return scope(() => {
      const words = runOp('Bitcast', { inputs: [native(x)], attributes: { T, type: int32 } }).read() as Int32Array;
      return new Float64Array(words.buffer, words.byteOffset, words.length / 2);
    });
  }

  fill(shape: readonly number[], value: number): Float64Tensor {
    shapes.checkShape('fill', shape);
    return scope(() =>
      runOp('Fill', { inputs: [vector(shape), this.#operand(value)], attributes: { T, index_type: int32 } }),
    );
  }

  standardNormal(shape: readonly number[], { seed, seed2 }: { seed: number; seed2: number }): Float64Tensor {
    shapes.checkShape('standardNormal', shape);
    const philox = 1;
    return scope(() =>
      runOp('StatelessRandomNormalV2', {
        inputs: [vector(shape), uint64([seed]), uint64([0, seed2]), nativeTensor([philox], [], 'int32')],
        attributes: { dtype: T, Tshape: int32 },
      }),
    );
  }

  matMul(a: Float64Tensor, b: Float64Tensor, { transposeA = false, transposeB = false } = {}): Float64Tensor {
    shapes.productShape(a.shape, b.shape, transposeA, transposeB);
    return this.#run('MatMul', [a, b], { transpose_a: bool(transposeA), transpose_b: bool(transposeB) });
  }

  add(a: Operand, b: Operand): Float64Tensor {
    return this.#binary('add', 'AddV2', a, b);
  }

  sub(a: Operand, b: Operand): Float64Tensor {
    return this.#binary('sub', 'Sub', a, b);
  }

  mul(a: Operand, b: Operand): Float64Tensor {
    return this.#binary('mul', 'Mul', a, b);
  }

  div(a: Operand, b: Operand): Float64Tensor {
    return this.#binary('div', 'RealDiv', a, b);
  }

  maximum(a: Operand, b: Operand): Float64Tensor {
    return this.#binary('maximum', 'Maximum', a, b);
  }

  neg(x: Float64Tensor): Float64Tensor {
    return this.#run('Neg', [x]);
  }

  exp(x: Float64Tensor): Float64Tensor {
    return this.#run('Exp', [x]);
  }

  log(x: Float64Tensor): Float64Tensor {
    return this.#run('Log', [x]);
  }

  sqrt(x: Float64Tensor): Float64Tensor {
    return this.#run('Sqrt', [x]);
  }

  square(x: Float64Tensor): Float64Tensor {
    return this.#run('Square', [x]);
  }

  relu(x: Float64Tensor): Float64Tensor {
    return this.#run('Relu', [x]);
  }

  reluGradient(gradient: Float64Tensor, features: Float64Tensor): Float64Tensor {
    shapes.checkSameShape('reluGradient', gradient, features);
    return this.#run('ReluGrad', [gradient, features]);
  }

  biasAdd(x: Float64Tensor, bias: Float64Tensor): Float64Tensor {
    shapes.checkBias(x, bias);
    return this.#run('BiasAdd', [x, bias], { data_format: string('NHWC') });
  }

  softmaxCrossEntropy(logits: Float64Tensor, labels: Float64Tensor): { loss: Float64Tensor; gradient: Float64Tensor } {
    shapes.checkMatrix('softmaxCrossEntropy', logits);
    shapes.checkSameShape('softmaxCrossEntropy', logits, labels);
    const inputs = [native(logits), native(labels)];
    const [loss, gradient] = runOp('SoftmaxCrossEntropyWithLogits', { inputs, attributes: { T }, outputs: 2 });
    return { loss: loss!, gradient: gradient! };
  }

  sum(x: Float64Tensor, axis?: number): Float64Tensor {
    return this.#reduce('sum', 'Sum', x, axis);
  }

  mean(x: Float64Tensor, axis?: number): Float64Tensor {
    return this.#reduce('mean', 'Mean', x, axis);
  }

  max(x: Float64Tensor, axis?: number): Float64Tensor {
    return this.#reduce('max', 'Max', x, axis);
  }

  argMax(x: Float64Tensor, axis: number): Int32Array {
    const along = shapes.resolveAxis('argMax', x, axis);
    shapes.checkNotEmpty('argMax', x, along);
    return scope(() => {
      const inputs = [native(x), nativeTensor([along], [], 'int32')];
      return runOp('ArgMax', { inputs, attributes: { T, Tidx: int32, output_type: int32 } }).read() as Int32Array;
    });
  }

  reshape(x: Float64Tensor, shape: readonly number[]): Float64Tensor {
    shapes.checkValues('reshape', shapes.sizeOf(x.shape), shape);
    return scope(() => runOp('Reshape', { inputs: [native(x), vector(shape)], attributes: { T, Tshape: int32 } }));
  }

  transpose(x: Float64Tensor): Float64Tensor {
    shapes.checkMatrix('transpose', x);
    return scope(() => runOp('Transpose', { inputs: [native(x), vector([1, 0])], attributes: { T, Tperm: int32 } }));
  }

  gather(x: Float64Tensor, indices: Int32Array, axis = 0): Float64Tensor {
    const along = shapes.resolveAxis('gather', x, axis);
    shapes.checkIndices('gather', indices, x.shape[along]!);
    return scope(() => {
      const inputs = [native(x), vector(indices), nativeTensor([along], [], 'int32')];
      return runOp('GatherV2', {
        inputs,
        attributes: { Tparams: T, Tindices: int32, Taxis: int32, batch_dims: int(0) },
      });
    });
  }

  slice(x: Float64Tensor, begin: readonly number[], size: readonly number[]): Float64Tensor {
    shapes.checkSlice(x, begin, size);
    return scope(() =>
      runOp('Slice', { inputs: [native(x), vector(begin), vector(size)], attributes: { T, Index: int32 } }),
    );
  }

  concat(tensors: readonly Float64Tensor[], axis: number): Float64Tensor {
    const { axis: along, shape } = shapes.joinedShape(tensors, axis);
    if (tensors.length === 1) return this.reshape(tensors[0]!, shape);
    return scope(() => {
      const inputs = [...tensors.map(native), nativeTensor([along], [], 'int32')];
      return runOp('ConcatV2', { inputs, attributes: { T, N: int(tensors.length), Tidx: int32 } });
    });
  }

  scatterSum(rows: number, parts: readonly { indices: Int32Array; values: Float64Tensor }[]): Float64Tensor {
    shapes.scatteredShape(rows, parts);
    return scope(() => {
      const values = this.concat(parts.map((part) => part.values), 0);
      const indices = new Int32Array(values.shape[0]!);
      let offset = 0;
      for (const part of parts) {
        indices.set(part.indices, offset);
        offset += part.indices.length;
      }
      const inputs = [native(values), vector(indices), nativeTensor([rows], [], 'int32')];
      return runOp('UnsortedSegmentSum', { inputs, attributes: { T, Tindices: int32, Tnumsegments: int32 } });
    });
  }

  compileLoop(state: readonly Float64Tensor[], numbers: number, body: Float64Step): Float64Loop {
    // A table must have a column: steps without numbers are given a zero.
    const table = (rows: readonly (readonly number[])[]) =>
      native(this.tensor(rows.flatMap((row) => (numbers === 0 ? [0] : row)), [rows.length, Math.max(1, numbers)]));
    return scope(() => {
      const row = table([new Array<number>(numbers).fill(0)]);
      const loop = keep(compileLoop(state.map(native), row, () => {
        const scalars = Array.from({ length: numbers }, (_, i) => this.reshape(this.slice(row, [0, i], [1, 1]), []));
        const next = body(state, ...scalars);
        return { state: next.state.map(native), results: next.results.map(native) };
      }));
      const run: Float64Loop['run'] = (before, rows) =>
        scope(() => {
          const after = loop.run(before.map(native), table(rows));
          return { state: after.state, results: after.results.map((result) => this.read(result)) };
        });
      return { run, dispose: () => loop.dispose() };
    });
  }

  #run(op: string, inputs: readonly Float64Tensor[], attributes: Record<string, Attribute> = {}): NativeTensor {
    return runOp(op, { inputs: inputs.map(native), attributes: { T, ...attributes } });
  }

  #binary(name: string, op: string, a: Operand, b: Operand): Float64Tensor {
    shapes.broadcastShape(name, typeof a === 'number' ? [] : a.shape, typeof b === 'number' ? [] : b.shape);
    return scope(() => runOp(op, { inputs: [this.#operand(a), this.#operand(b)], attributes: { T } }));
  }

  #operand(value: Operand): NativeTensor {
    return native(typeof value === 'number' ? this.tensor([value], []) : value);
  }

  #reduce(name: string, op: string, x: Float64Tensor, axis: number | undefined): Float64Tensor {
    const along = axis === undefined ? undefined : shapes.resolveAxis(name, x, axis);
    if (name !== 'sum') shapes.checkNotEmpty(name, x, along);
    const axes = along === undefined ? x.shape.map((_, i) => i) : [along];
    return scope(() =>
      runOp(op, { inputs: [native(x), vector(axes)], attributes: { T, Tidx: int32, keep_dims: bool(false) } }),
    );
  }
}

function native(x: Float64Tensor | NativeTensor): NativeTensor {
  if ('dtype' in x && x.dtype === 'float64') return x;
  throw new TypeError('a native float64 tensor was expected: tensors of native and plain arithmetic do not mix');
}

function vector(values: ArrayLike<number>): NativeTensor {
  return nativeTensor(values, [values.length], 'int32');
}

function uint64(values: readonly number[]): NativeTensor {
  const signed = nativeTensor(values, [values.length], 'int64');
  return runOp('Bitcast', { inputs: [signed], attributes: { T: type('int64'), type: type('uint64') } });
}
