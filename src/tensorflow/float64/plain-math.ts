import { scope } from '../handles';
import { standardNormal } from '../random/standard-normal';
import type { Float64Loop, Float64Math, Float64Step, Float64Tensor, Operand } from './float64-math';
import { plainMatMul, transposed } from './plain-mat-mul';
import { PlainTensor } from './plain-tensor';
import * as shapes from './shapes';

type Shape = readonly number[];

/** Float64 arithmetic in plain TypeScript, for where the native library is missing. */
export class PlainFloat64Math implements Float64Math {
  readonly name = 'plain';

  tensor(values: ArrayLike<number>, shape: Shape): Float64Tensor {
    shapes.checkValues('tensor', values.length, shape);
    return new PlainTensor(Float64Array.from(values), shape);
  }

  read(x: Float64Tensor): Float64Array {
    return elements(x).slice();
  }

  fill(shape: Shape, value: number): Float64Tensor {
    shapes.checkShape('fill', shape);
    return new PlainTensor(new Float64Array(shapes.sizeOf(shape)).fill(value), shape);
  }

  standardNormal(shape: Shape, { seed, seed2 }: { seed: number; seed2: number }): Float64Tensor {
    shapes.checkShape('standardNormal', shape);
    return new PlainTensor(standardNormal(shapes.sizeOf(shape), seed, seed2), shape);
  }

  matMul(a: Float64Tensor, b: Float64Tensor, { transposeA = false, transposeB = false } = {}): Float64Tensor {
    const [rows, inner, columns] = shapes.productShape(a.shape, b.shape, transposeA, transposeB);
    const left = { data: elements(a), transposed: transposeA };
    const right = { data: elements(b), transposed: transposeB };
    return new PlainTensor(plainMatMul(left, right, rows, inner, columns), [rows, columns]);
  }

  add(a: Operand, b: Operand): Float64Tensor {
    return binary('add', a, b, (x, y) => x + y);
  }

  sub(a: Operand, b: Operand): Float64Tensor {
    return binary('sub', a, b, (x, y) => x - y);
  }

  mul(a: Operand, b: Operand): Float64Tensor {
    return binary('mul', a, b, (x, y) => x * y);
  }

  div(a: Operand, b: Operand): Float64Tensor {
    return binary('div', a, b, (x, y) => x / y);
  }

  maximum(a: Operand, b: Operand): Float64Tensor {
    return binary('maximum', a, b, Math.max);
  }

  neg(x: Float64Tensor): Float64Tensor {
    return unary(x, (value) => -value);
  }

  exp(x: Float64Tensor): Float64Tensor {
    return unary(x, Math.exp);
  }

  log(x: Float64Tensor): Float64Tensor {
    return unary(x, Math.log);
  }

  sqrt(x: Float64Tensor): Float64Tensor {
    return unary(x, Math.sqrt);
  }

  square(x: Float64Tensor): Float64Tensor {
    return unary(x, (value) => value * value);
  }

  relu(x: Float64Tensor): Float64Tensor {
    return unary(x, (value) => (value < 0 ? 0 : value));
  }

  reluGradient(gradient: Float64Tensor, features: Float64Tensor): Float64Tensor {
    shapes.checkSameShape('reluGradient', gradient, features);
    return binary('reluGradient', gradient, features, (g, f) => (f > 0 ? g : 0));
  }

  biasAdd(x: Float64Tensor, bias: Float64Tensor): Float64Tensor {
    shapes.checkBias(x, bias);
    return this.add(x, bias);
  }

  softmaxCrossEntropy(logits: Float64Tensor, labels: Float64Tensor): { loss: Float64Tensor; gradient: Float64Tensor } {
    shapes.checkMatrix('softmaxCrossEntropy', logits);
    shapes.checkSameShape('softmaxCrossEntropy', logits, labels);
    const [rows, classes] = logits.shape as [number, number];
    const loss = new Float64Array(rows);
    const gradient = new Float64Array(rows * classes);
    const [z, y] = [elements(logits), elements(labels)];
    for (let i = 0; i < rows; i++) {
      const row = z.subarray(i * classes, (i + 1) * classes);
      const target = y.subarray(i * classes, (i + 1) * classes);
      const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
      const total = row.reduce((sum, value) => sum + Math.exp(value - largest), 0);
      for (let j = 0; j < classes; j++) {
        const shifted = row[j]! - largest;
        loss[i]! += target[j]! * (Math.log(total) - shifted);
        gradient[i * classes + j] = Math.exp(shifted) / total - target[j]!;
      }
    }
    return { loss: new PlainTensor(loss, [rows]), gradient: new PlainTensor(gradient, logits.shape) };
  }

  sum(x: Float64Tensor, axis?: number): Float64Tensor {
    return reduce('sum', x, axis, 0, (a, b) => a + b);
  }

  mean(x: Float64Tensor, axis?: number): Float64Tensor {
    const along = axis === undefined ? undefined : shapes.resolveAxis('mean', x, axis);
    shapes.checkNotEmpty('mean', x, along);
    const total = reduce('mean', x, along, 0, (a, b) => a + b);
    const count = along === undefined ? elements(x).length : x.shape[along]!;
    return replace(total, unary(total, (value) => value / count));
  }

  max(x: Float64Tensor, axis?: number): Float64Tensor {
    const along = axis === undefined ? undefined : shapes.resolveAxis('max', x, axis);
    shapes.checkNotEmpty('max', x, along);
    return reduce('max', x, along, -Infinity, Math.max);
  }

  argMax(x: Float64Tensor, axis: number): Int32Array {
    const along = shapes.resolveAxis('argMax', x, axis);
    shapes.checkNotEmpty('argMax', x, along);
    const [outer, extent, inner] = around(x.shape, along);
    const data = elements(x);
    return Int32Array.from({ length: outer * inner }, (_, position) => {
      const start = Math.floor(position / inner) * extent * inner + (position % inner);
      let best = 0;
      for (let k = 1; k < extent; k++) if (data[start + k * inner]! > data[start + best * inner]!) best = k;
      return best;
    });
  }

  reshape(x: Float64Tensor, shape: Shape): Float64Tensor {
    shapes.checkValues('reshape', shapes.sizeOf(x.shape), shape);
    return new PlainTensor(elements(x), shape);
  }

  transpose(x: Float64Tensor): Float64Tensor {
    shapes.checkMatrix('transpose', x);
    const [rows, columns] = x.shape as [number, number];
    return new PlainTensor(transposed(elements(x), rows, columns), [columns, rows]);
  }

  gather(x: Float64Tensor, indices: Int32Array, axis = 0): Float64Tensor {
    const along = shapes.resolveAxis('gather', x, axis);
    shapes.checkIndices('gather', indices, x.shape[along]!);
    const [outer, extent, inner] = around(x.shape, along);
    const data = elements(x);
    const out = new Float64Array(outer * indices.length * inner);
    for (let o = 0; o < outer; o++) {
      indices.forEach((index, k) => {
        const from = (o * extent + index) * inner;
        out.set(data.subarray(from, from + inner), (o * indices.length + k) * inner);
      });
    }
    return new PlainTensor(out, x.shape.map((extent, i) => (i === along ? indices.length : extent)));
  }

  slice(x: Float64Tensor, begin: Shape, size: Shape): Float64Tensor {
    shapes.checkSlice(x, begin, size);
    let part: Float64Tensor = new PlainTensor(elements(x), x.shape);
    begin.forEach((start, axis) => {
      const indices = Int32Array.from({ length: size[axis]! }, (_, k) => start + k);
      part = replace(part, this.gather(part, indices, axis));
    });
    return part;
  }

  concat(tensors: readonly Float64Tensor[], axis: number): Float64Tensor {
    const joined = shapes.joinedShape(tensors, axis);
    const out = new Float64Array(shapes.sizeOf(joined.shape));
    const outer = shapes.sizeOf(joined.shape.slice(0, joined.axis));
    let offset = 0;
    for (let o = 0; o < outer; o++) {
      for (const tensor of tensors) {
        const length = shapes.sizeOf(tensor.shape.slice(joined.axis));
        out.set(elements(tensor).subarray(o * length, (o + 1) * length), offset);
        offset += length;
      }
    }
    return new PlainTensor(out, joined.shape);
  }

  scatterSum(rows: number, parts: readonly { indices: Int32Array; values: Float64Tensor }[]): Float64Tensor {
    const shape = shapes.scatteredShape(rows, parts);
    const width = shapes.sizeOf(shape.slice(1));
    const out = new Float64Array(rows * width);
    for (const { indices, values } of parts) {
      const added = elements(values);
      indices.forEach((index, row) => {
        for (let j = 0; j < width; j++) out[index * width + j]! += added[row * width + j]!;
      });
    }
    return new PlainTensor(out, shape);
  }

  compileLoop(_state: readonly Float64Tensor[], _numbers: number, body: Float64Step): Float64Loop {
    return {
      run: (before, rows) =>
        scope(() => {
          let state = before;
          const values: number[][] = [];
          for (const row of rows) {
            const next = body(state, ...row.map((number) => this.tensor([number], [])));
            state = next.state;
            next.results.forEach((result, i) => (values[i] ??= []).push(...this.read(result)));
          }
          return { state, results: values.map((all) => Float64Array.from(all)) };
        }),
      dispose: () => {},
    };
  }
}

function elements(x: Float64Tensor): Float64Array {
  if (x instanceof PlainTensor || 'data' in x) return (x as PlainTensor).data;
  throw new TypeError('a plain float64 tensor was expected: tensors of native and plain arithmetic do not mix');
}

function replace(old: Float64Tensor, by: Float64Tensor): Float64Tensor {
  old.dispose();
  return by;
}

function unary(x: Float64Tensor, compute: (value: number) => number): Float64Tensor {
  const data = elements(x);
  const out = new Float64Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = compute(data[i]!);
  return new PlainTensor(out, x.shape);
}

function binary(name: string, a: Operand, b: Operand, compute: (x: number, y: number) => number): Float64Tensor {
  const [x, y] = [operand(a), operand(b)];
  const shape = shapes.broadcastShape(name, x.shape, y.shape);
  const out = new Float64Array(shapes.sizeOf(shape));
  const [fromX, fromY] = [positions(x.shape, shape), positions(y.shape, shape)];
  for (let i = 0; i < out.length; i++) out[i] = compute(x.data[fromX(i)]!, y.data[fromY(i)]!);
  return new PlainTensor(out, shape);
}

function operand(value: Operand): { data: Float64Array; shape: Shape } {
  return typeof value === 'number'
    ? { data: Float64Array.of(value), shape: [] }
    : { data: elements(value), shape: value.shape };
}

/** Where the element at a position of the broadcast shape lies in an operand. */
function positions(shape: Shape, broadcast: Shape): (position: number) => number {
  const size = shapes.sizeOf(shape);
  const missing = broadcast.length - shape.length;
  const trimmed = shape.slice(shape.findIndex((extent) => extent !== 1));
  if (size === 1) return () => 0;
  if (size === shapes.sizeOf(broadcast)) return (position) => position;
  if (trimmed.every((extent, i) => extent === broadcast[broadcast.length - trimmed.length + i])) {
    return (position) => position % size;
  }
  return (position) => {
    let [rest, at, stride] = [position, 0, 1];
    for (let i = broadcast.length - 1; i >= missing; i--) {
      const extent = shape[i - missing]!;
      if (extent !== 1) at += (rest % broadcast[i]!) * stride;
      rest = Math.floor(rest / broadcast[i]!);
      stride *= extent;
    }
    return at;
  };
}

/** The numbers of elements before, along and after an axis. */
function around(shape: Shape, axis: number): [outer: number, extent: number, inner: number] {
  return [shapes.sizeOf(shape.slice(0, axis)), shape[axis]!, shapes.sizeOf(shape.slice(axis + 1))];
}

function reduce(
  name: string,
  x: Float64Tensor,
  axis: number | undefined,
  start: number,
  combine: (total: number, value: number) => number,
): Float64Tensor {
  const data = elements(x);
  if (axis === undefined) return new PlainTensor(Float64Array.of(data.reduce((a, b) => combine(a, b), start)), []);
  const along = shapes.resolveAxis(name, x, axis);
  const [outer, extent, inner] = around(x.shape, along);
  const out = new Float64Array(outer * inner).fill(start);
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < extent; k++) {
      for (let i = 0; i < inner; i++) {
        out[o * inner + i] = combine(out[o * inner + i]!, data[(o * extent + k) * inner + i]!);
      }
    }
  }
  return new PlainTensor(out, x.shape.filter((_, i) => i !== along));
}
