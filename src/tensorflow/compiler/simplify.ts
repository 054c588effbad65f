import { attributeTypes } from '../native/attributes';
import type { BindingAttribute } from '../native/binding';
import { dataTypes } from '../native/data-types';
import { withInputs, type Entry, type OperationEntry, type Reference, type Trace } from './recorder';

/** A trace that computes the same with fewer and faster operations, and where its references have gone. */
export interface Simplified {
  readonly trace: Trace;
  moved(reference: Reference): Reference;
}

/**
 * Replaces what TensorFlow.js does in small or general operations by TensorFlow's own: products of two matrices, biases,
 * the gradient of ReLU; and leaves out operations that change nothing. Values stay as they were, up to rounding. The rest
 * (folding constants, fusing products with biases and ReLU) is left to TensorFlow's own graph optimiser.
 */
export function simplify(trace: Trace): Simplified {
  const simplifier = new Simplifier();
  trace.entries.forEach((entry, i) => simplifier.add(entry, i));
  return { trace: { ...trace, entries: simplifier.entries }, moved: (reference) => simplifier.moved(reference) };
}

class Simplifier {
  readonly entries: Entry[] = [];
  /** For entries of the original trace what their first output has become; the other outputs stay beside it. */
  readonly #first = new Map<number, Reference>();
  readonly #others = new Map<number, number>();

  moved(reference: Reference): Reference {
    if (!('entry' in reference)) return reference;
    if (reference.output === 0) return this.#first.get(reference.entry)!;
    return { entry: this.#others.get(reference.entry)!, output: reference.output };
  }

  add(entry: Entry, at: number): void {
    const next = withSimpleBody(withInputs(entry, (reference) => this.moved(reference)));
    const replaced = next.kind === 'operation' && next.outputs.length === 1 ? this.#replacement(next) : undefined;
    this.#first.set(at, replaced ?? this.#push(next));
    this.#others.set(at, this.entries.length - 1);
  }

  #push(entry: Entry): Reference {
    this.entries.push(entry);
    return { entry: this.entries.length - 1, output: 0 };
  }

  #replacement(entry: OperationEntry): Reference | undefined {
    switch (entry.op) {
      case 'Identity':
        return entry.inputs[0];
      case 'Cast':
        return valueOf(entry, 'SrcT') === valueOf(entry, 'DstT') ? entry.inputs[0] : undefined;
      case 'Reshape':
        return this.#reshape(entry);
      case 'ExpandDims':
        return this.#withShape(entry.inputs[0]!, entry.inputShapes[0]!, shapeOf(entry), entry);
      case 'BatchMatMul':
      case 'BatchMatMulV2':
        return this.#product(entry);
      case 'Add':
      case 'AddV2':
        return this.#biasAdd(entry);
      case 'Mul':
        return this.#reluGradient(entry);
      default:
        return undefined;
    }
  }

  /** A reshape of a reshape is a reshape of the original, and none at all if that has the shape already. */
  #reshape(entry: OperationEntry): Reference | undefined {
    const { source, shape } = this.#beforeReshape(entry.inputs[0]!, entry.inputShapes[0]!);
    if (sameShape(shape, shapeOf(entry))) return source;
    return this.#push({ ...entry, inputs: [source, entry.inputs[1]!], inputShapes: [shape, entry.inputShapes[1]!] });
  }

  #beforeReshape(reference: Reference, shape: readonly number[]): { source: Reference; shape: readonly number[] } {
    const reshape = this.#operation('Reshape', reference);
    return reshape === undefined ? { source: reference, shape } : { source: reshape.inputs[0]!, shape: reshape.inputShapes[0]! };
  }

  /** A product of matrices; TensorFlow.js often makes them batches of one matrix. */
  #product(entry: OperationEntry): Reference | undefined {
    if (entry.inputShapes.some((shape) => shape.length < 2 || shape.slice(0, -2).some((extent) => extent !== 1))) return undefined;
    const matrices = entry.inputs.map((input, i) => this.#withShape(input, entry.inputShapes[i]!, entry.inputShapes[i]!.slice(-2), entry));
    const flag = (name: string, from: string) => ({ name, type: attributeTypes.bool, value: valueOf(entry, from) ?? false });
    const attributes = [typeOf(entry), flag('transpose_a', 'adj_x'), flag('transpose_b', 'adj_y')];
    const shape = shapeOf(entry).slice(-2);
    const inputShapes = entry.inputShapes.map((inputShape) => inputShape.slice(-2));
    const product = this.#push({ ...entry, op: 'MatMul', attributes, inputs: matrices, inputShapes, outputs: withShape(entry, shape) });
    return this.#withShape(product, shape, shapeOf(entry), entry);
  }

  /** The sum of a matrix and a row. */
  #biasAdd(entry: OperationEntry): Reference | undefined {
    const [shape, row] = entry.inputShapes;
    if (row!.length !== 1 || shape!.length < 2 || shape!.at(-1) !== row![0] || shape!.slice(0, -2).some((extent) => extent !== 1)) return undefined;
    const matrixShape = shape!.slice(-2);
    const matrix = this.#withShape(entry.inputs[0]!, shape!, matrixShape, entry);
    const attributes = [typeOf(entry), { name: 'data_format', type: attributeTypes.string, value: 'NHWC' }];
    const inputs = [matrix, entry.inputs[1]!];
    const sum = this.#push({ ...entry, op: 'BiasAdd', attributes, inputs, inputShapes: [matrixShape, row!], outputs: withShape(entry, matrixShape) });
    return this.#withShape(sum, matrixShape, shape!, entry);
  }

  #withShape(reference: Reference, from: readonly number[], to: readonly number[], like: OperationEntry): Reference {
    if (sameShape(from, to)) return reference;
    const { source, shape } = this.#beforeReshape(reference, from);
    if (sameShape(shape, to)) return source;
    const { where } = like;
    const bytes = new Uint8Array(Int32Array.from(to).buffer);
    const target = this.#push({ kind: 'constant', dtype: dataTypes.int32, shape: [to.length], bytes, where });
    const attributes = [typeOf(like), { name: 'Tshape', type: attributeTypes.type, value: dataTypes.int32 }];
    return this.#push({
      kind: 'operation', op: 'Reshape', attributes, inputs: [source, target], inputShapes: [shape, [to.length]], outputs: withShape(like, to), where,
    });
  }

  /**
   * TensorFlow.js multiplies with the step function of x: where(isNaN(x), x, where(x > 0, 1, 0)). If ReLU(x) is there too,
   * TensorFlow has the gradient in one operation.
   */
  #reluGradient(entry: OperationEntry): Reference | undefined {
    if (!sameShape(entry.inputShapes[0]!, entry.inputShapes[1]!)) return undefined;
    for (const [stepAt, gradientAt] of [[1, 0], [0, 1]] as const) {
      const x = this.#argumentOfStep(entry.inputs[stepAt]!);
      const relu = x === undefined ? -1 : this.entries.findIndex((other) => other.kind === 'operation' && other.op === 'Relu' && same(other.inputs[0]!, x));
      if (relu < 0) continue;
      return this.#push({ ...entry, op: 'ReluGrad', inputs: [entry.inputs[gradientAt]!, { entry: relu, output: 0 }], attributes: [typeOf(entry)] });
    }
    return undefined;
  }

  /** x, if the reference is to the step function of x. */
  #argumentOfStep(reference: Reference): Reference | undefined {
    const [isNaN, x, rest] = this.#operation('Select', reference)?.inputs ?? [];
    const [isPositive, one, below] = this.#operation('Select', rest)?.inputs ?? [];
    const [compared, threshold] = this.#operation('Greater', isPositive)?.inputs ?? [];
    const [nan] = this.#operation('IsNan', isNaN)?.inputs ?? [];
    if (x === undefined || compared === undefined || nan === undefined || !same(x, compared) || !same(x, nan)) return undefined;
    return this.#isFilled(threshold!, 0) && this.#isFilled(one!, 1) && this.#isFilled(below!, 0) ? x : undefined;
  }

  #operation(name: string, at: Reference | undefined): OperationEntry | undefined {
    const entry = at !== undefined && 'entry' in at ? this.entries[at.entry] : undefined;
    return entry?.kind === 'operation' && entry.op === name ? entry : undefined;
  }

  #isFilled(reference: Reference, value: number): boolean {
    const filled = this.#operation('Fill', reference);
    if (filled !== undefined) return this.#isFilled(filled.inputs[1]!, value);
    const entry = 'entry' in reference ? this.entries[reference.entry] : undefined;
    if (entry?.kind !== 'constant' || entry.dtype !== dataTypes.float32) return false;
    return new Float32Array(entry.bytes.slice().buffer).every((element) => element === value);
  }
}

function withSimpleBody(entry: Entry): Entry {
  if (entry.kind !== 'loop') return entry;
  const { trace, moved } = simplify(entry.body);
  return { ...entry, body: trace, next: entry.next.map(moved) };
}

const same = (a: Reference, b: Reference): boolean => JSON.stringify(a) === JSON.stringify(b);
const sameShape = (a: readonly number[], b: readonly number[]): boolean => String(a) === String(b);
const shapeOf = ({ outputs }: OperationEntry): readonly number[] => outputs[0]!.shape;
const withShape = ({ outputs }: OperationEntry, shape: readonly number[]) => [{ ...outputs[0]!, shape }];
const valueOf = ({ attributes }: OperationEntry, name: string): unknown => attributes.find((attribute) => attribute.name === name)?.value;
/** TensorFlow.js leaves some operations' types to the binding, which sees them in the inputs. */
const typeOf = ({ attributes, outputs }: OperationEntry): BindingAttribute =>
  attributes.find(({ name }) => name === 'T') ?? { name: 'T', type: attributeTypes.type, value: outputs[0]!.dtype };
