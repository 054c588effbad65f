import { bool, int, shape, type, type Attribute } from '../../native/attributes';
import { dataTypeName, type DataType } from '../../native/data-types';
import type { GraphNode } from '../graph-definition';
import { writeTrace } from '../graph-writer';
import { batchName, dataName, stepNumberName, type Loop, type LoopBody, type LoopData } from '../loop';
import type { External, UpdateEntry } from '../recorder';
import { variableName, type LoopVariable } from '../variables';
import type { Argument, GraphFunction } from './function-definition';

/** A loop whose native calls do a limited number of steps. */
export interface XlaLoop extends Loop {
  /** The most steps of one call: the order is fed as [capacity, batch], filled up with any examples. */
  readonly capacity: number;
}

/**
 * Writes a recorded step as a loop over batches that XLA, TensorFlow's just-in-time compiler, translates as a whole into
 * machine code, at its first call: what `tf.function(jit_compile=True)` writes. A call costs no less then, but a step has no
 * operations any more that would have to be started one by one.
 *
 * XLA translates for fixed shapes, so that results are collected in tensors of `capacity` rows.
 *
 * @param nodes the graph, in which the variables and the data are written already
 * @param functions the graph's library of functions, to which the loop's are added
 */
export function writeXlaLoop(nodes: GraphNode[], functions: GraphFunction[], body: LoopBody, data: readonly LoopData[], capacity: number): XlaLoop {
  return new XlaLoopWriter(nodes, functions, body, data, capacity).write();
}

/** As many steps as need no more than 4 MB for any result, or for the order, and at most 1024. */
export function capacityOf({ batchSize, results }: Pick<LoopBody, 'batchSize' | 'results'>): number {
  const numbers = Math.max(1, batchSize, ...results.map(({ shape }) => shape.reduce((product, extent) => product * extent, 1)));
  return Math.max(1, Math.min(1024, Math.floor(2 ** 20 / numbers)));
}

const T = (dtype: DataType): Record<string, Attribute> => ({ T: type(dtype) });

/** Something that does not change from step to step: what it is called in the functions and in the graph around them. */
interface Invariant extends Argument {
  readonly outside: string;
}

class XlaLoopWriter {
  readonly #nodes: GraphNode[];
  readonly #functions: GraphFunction[];
  readonly #loop: LoopBody;
  readonly #data: readonly LoopData[];
  readonly #capacity: number;
  readonly #prefix: string;
  readonly #invariants: Invariant[] = [];
  /** The nodes of the step's function. */
  readonly #body: GraphNode[] = [];
  /** Reads and changes of a variable, after which its next change may come. */
  readonly #touches = new Map<LoopVariable, string[]>();

  constructor(nodes: GraphNode[], functions: GraphFunction[], loop: LoopBody, data: readonly LoopData[], capacity: number) {
    this.#nodes = nodes;
    this.#functions = functions;
    this.#loop = loop;
    this.#data = data;
    this.#capacity = capacity;
    this.#prefix = `batch_of_${loop.batchSize}`;
  }

  write(): XlaLoop {
    const { batchSize, trace, variables } = this.#loop;
    const count = this.#placeholder('count', 'int32', []);
    const firstStep = this.#placeholder('first_step', 'int32', []);
    const order = this.#data.length === 0 ? undefined : this.#placeholder('order', 'int32', [this.#capacity, batchSize]);
    this.#data.forEach(({ dtype }, i) => this.#invariants.push({ name: dataName(i), dtype: dtype as DataType, outside: dataName(i) }));
    const parameters = trace.parameters.map(({ name, read }) => ({ feed: this.#placeholder(name, 'float32', []), read }));
    const captured = [...trace.captured].map(([id, tensor]) => ({
      feed: this.#placeholder(capturedName(id), dataTypeName(tensor.dtype), tensor.shape),
      id,
    }));
    for (const variable of variables) {
      this.#invariants.push({ name: variableName(variable), dtype: 'resource', outside: variableName(variable) });
    }
    this.#writeStep();
    return { count, firstStep, order, parameters, captured, outputs: this.#call(count), capacity: this.#capacity };
  }

  /** A function of one step: the step's number in this call, what does not change, and what is collected; the same again. */
  #writeStep(): void {
    const { results } = this.#loop;
    this.#gatherBatch();
    const one = this.#scalar('one', 1);
    const next = this.#node('next', 'AddV2', ['index', one], T('int32'));
    const zero = this.#scalar('zero', 0);
    this.#node('number', 'AddV2', ['index', 'first_step'], T('int32'));
    const nameOf = this.#writeBody();
    const collected = results.map(({ reference, dtype, shape: { length: rank } }, i) => {
      const row = this.#node(`row${i}`, 'ExpandDims', [nameOf(reference), zero], { ...T(dtype as DataType), Tdim: type('int32') });
      const at = this.#node(`at${i}`, 'Pack', ['index', ...Array<string>(rank).fill(zero)], { ...T('int32'), N: int(rank + 1), axis: int(0) });
      const attributes = { ...T(dtype as DataType), Tindices: type('int32') };
      return this.#node(`collect${i}`, 'XlaDynamicUpdateSlice', [collectedName(i), row, at], attributes);
    });
    const state = this.#state();
    const from = [next, ...this.#invariants.map(({ name }) => name), ...collected];
    const outputs = state.map(({ name, dtype }, i) => ({ name: `next_${name}`, dtype, from: from[i]! }));
    const more = { name: 'more', op: 'Less', inputs: ['index', 'count'], attributes: T('int32') };
    this.#functions.push(
      { name: this.#name('step'), inputs: state, outputs, nodes: this.#body },
      { name: this.#name('more'), inputs: state, outputs: [{ name: 'result', dtype: 'bool', from: more.name }], nodes: [more] },
    );
  }

  /** What the loop hands on from step to step. */
  #state(): Argument[] {
    const results = this.#loop.results.map(({ dtype }, i) => ({ name: collectedName(i), dtype: dtype as DataType }));
    return [{ name: 'index', dtype: 'int32' }, ...this.#invariants, ...results];
  }

  /** A function of all steps, and its call in the graph. Returns the names of the results, cut to the steps that were done. */
  #call(count: string): string[] {
    const { results } = this.#loop;
    const state = this.#state();
    const nodes: GraphNode[] = [scalar('start', 0)];
    const starts = results.map(({ dtype, shape: extent }, i) => {
      nodes.push(
        vector(`extent${i}`, [this.#capacity, ...extent]),
        { name: `zeros${i}`, op: 'Fill', inputs: [`extent${i}`, 'start'], attributes: { ...T('int32'), index_type: type('int32') } },
        { name: `start${i}`, op: 'Cast', inputs: [`zeros${i}`], attributes: { SrcT: type('int32'), DstT: type(dtype as DataType) } },
      );
      return `start${i}`;
    });
    const types = (all: readonly Argument[]): Attribute => ({ kind: 'type', value: all.map(({ dtype }) => Number(type(dtype).value)) });
    nodes.push({
      name: 'loop',
      op: 'While',
      inputs: ['start', ...this.#invariants.map(({ name }) => name), ...starts],
      attributes: { T: types(state), cond: { function: this.#name('more') }, body: { function: this.#name('step') } },
    });
    const last = state.length - results.length;
    const outputs = [
      ...results.map(({ dtype }, i) => ({ name: `all${i}`, dtype: dtype as DataType, from: `loop:${last + i}` })),
      { name: 'done', dtype: 'int32' as const, from: 'loop' },
    ];
    this.#functions.push({ name: this.#name('steps'), inputs: this.#invariants, outputs, nodes });
    const call = `${this.#prefix}/call`;
    this.#nodes.push({
      name: call,
      op: 'StatefulPartitionedCall',
      inputs: this.#invariants.map(({ outside }) => outside),
      attributes: { Tin: types(this.#invariants), Tout: types(outputs), f: { function: this.#name('steps') }, _XlaMustCompile: bool(true) },
    });
    return [...results.map((result, i) => this.#cut(`${call}:${i}`, i, result, count)), `${call}:${results.length}`];
  }

  /** The first `count` rows. */
  #cut(rows: string, i: number, { dtype, shape: { length: rank } }: LoopBody['results'][number], count: string): string {
    const name = (part: string) => `${this.#prefix}/${part}${i}`;
    this.#nodes.push(
      vector(name('from'), Array<number>(rank + 1).fill(0)),
      scalar(name('all'), -1),
      { name: name('size'), op: 'Pack', inputs: [count, ...Array<string>(rank).fill(name('all'))], attributes: { ...T('int32'), N: int(rank + 1), axis: int(0) } },
      { name: name('result'), op: 'Slice', inputs: [rows, name('from'), name('size')], attributes: { ...T(dtype as DataType), Index: type('int32') } },
    );
    return name('result');
  }

  #gatherBatch(): void {
    if (this.#data.length === 0) return;
    const axis = this.#scalar('axis', 0);
    const gather = (name: string, from: string, rows: string, dtype: DataType) =>
      this.#node(name, 'GatherV2', [from, rows, axis], { Tparams: type(dtype), Tindices: type('int32'), Taxis: type('int32'), batch_dims: int(0) });
    const rows = gather('rows', 'order', 'index', 'int32');
    this.#data.forEach(({ dtype }, i) => gather(batchName(i), dataName(i), rows, dtype as DataType));
  }

  #writeBody(): ReturnType<typeof writeTrace> {
    const { trace, variables, results, assigned } = this.#loop;
    for (const variable of variables) this.#read(variable, readName(variableName(variable)));
    const wanted = [...results.map(({ reference }) => reference), ...assigned.values()];
    const nameOf = writeTrace(this.#body, trace, wanted, {
      prefix: 'step/',
      anchor: [],
      external: (reference) => this.#external(reference),
      update: (name, entry, inputs) => this.#update(name, entry, inputs),
    });
    for (const [variable, reference] of assigned) {
      const inputs = [variableName(variable), nameOf(reference), ...this.#after([variable])];
      this.#node(`assign/${variableName(variable)}`, 'AssignVariableOp', inputs, { dtype: type(variable.dtype as DataType), validate_shape: bool(false) });
    }
    return nameOf;
  }

  #external(reference: External): string {
    if ('captured' in reference) return capturedName(reference.captured);
    const { given } = reference;
    if (given === stepNumberName) return 'number';
    return this.#loop.variables.some((variable) => variableName(variable) === given) ? readName(given) : given;
  }

  #update(name: string, entry: UpdateEntry, inputs: (string | undefined)[]): string[] {
    const all = entry.inputs.map((input, i) => inputs[i] ?? variableName(input as LoopVariable));
    this.#body.push({ name, op: entry.op, inputs: [...all, ...this.#after(entry.updated)], attributes: entry.attributes });
    return entry.updated.map((variable, output) => {
      this.#touch(variable, name);
      return this.#read(variable, `${name}/new${output}`, [`^${name}`]);
    });
  }

  #read(variable: LoopVariable, name: string, after: readonly string[] = []): string {
    this.#touch(variable, name);
    return this.#node(name, 'ReadVariableOp', [variableName(variable), ...after], { dtype: type(variable.dtype as DataType) });
  }

  #after(variables: readonly LoopVariable[]): string[] {
    return [...new Set(variables.flatMap((variable) => this.#touches.get(variable) ?? []))].map((name) => `^${name}`);
  }

  #touch(variable: LoopVariable, name: string): void {
    this.#touches.set(variable, [...(this.#touches.get(variable) ?? []), name]);
  }

  #placeholder(name: string, dtype: DataType, extent: readonly number[]): string {
    const outside = `${this.#prefix}/${name}`;
    this.#nodes.push({ name: outside, op: 'Placeholder', inputs: [], attributes: { dtype: type(dtype), shape: shape(extent) } });
    this.#invariants.push({ name, dtype, outside });
    return outside;
  }

  #node(name: string, op: string, inputs: readonly string[], attributes: GraphNode['attributes']): string {
    this.#body.push({ name, op, inputs, attributes });
    return name;
  }

  #scalar(name: string, value: number): string {
    this.#body.push(scalar(name, value));
    return name;
  }

  #name(part: string): string {
    return `${this.#prefix}_${part}`;
  }
}

const capturedName = (id: number): string => `captured${id}`;
const collectedName = (i: number): string => `collected${i}`;
const readName = (variable: string): string => `read/${variable}`;

const scalar = (name: string, value: number): GraphNode => constant(name, [value], []);
const vector = (name: string, values: readonly number[]): GraphNode => constant(name, values, [values.length]);

function constant(name: string, values: readonly number[], extent: readonly number[]): GraphNode {
  const bytes = new Uint8Array(Int32Array.from(values).buffer);
  return { name, op: 'Const', inputs: [], attributes: { dtype: type('int32'), value: { tensor: { dtype: 'int32', shape: extent, bytes } } } };
}
