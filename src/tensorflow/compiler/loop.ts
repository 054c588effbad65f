import { bool, int, shape, string, type, type Attribute } from '../native/attributes';
import { dataTypeName, type DataType } from '../native/data-types';
import type { GraphNode } from './graph-definition';
import { neededEntries, writeTrace } from './graph-writer';
import type { External, Reference, Trace, UpdateEntry } from './recorder';
import { variableName, type LoopVariable } from './variables';

/** What a loop repeats. */
export interface LoopBody {
  readonly batchSize: number;
  readonly trace: Trace;
  readonly results: readonly { readonly reference: Reference; readonly shape: readonly number[]; readonly dtype: string }[];
  /** The variables that the body reads or changes. */
  readonly variables: readonly LoopVariable[];
  /** The variables that it assigns, and what; those that fused operations update are not among them. */
  readonly assigned: ReadonlyMap<LoopVariable, Reference>;
}

/** A tensor whose first axis counts the examples. */
export type LoopData = Pick<LoopVariable, 'dtype' | 'shape'>;

/** The names by which a recording knows the rows of the i-th data tensor, and the step's number. */
export const batchName = (i: number): string => `batch${i}`;
export const stepNumberName = 'step';

/** The names of what a loop is fed and of what it gives. */
export interface Loop {
  /** int32 scalar: how many steps. */
  readonly count: string;
  /** int32 scalar: the number of the first step, for random operations. */
  readonly firstStep: string;
  /** int32, [steps, batch]: the examples of each step; absent without data. */
  readonly order: string | undefined;
  readonly parameters: readonly { readonly feed: string; read(): number }[];
  readonly captured: readonly { readonly feed: string; readonly id: number }[];
  /** One for each of the step's results, [steps, …]; and last one that only says that all steps are done. */
  readonly outputs: readonly string[];
}

/** The name by which the i-th data tensor is fed to all loops of a graph. */
export const dataName = (i: number): string => `data${i}`;

const T = (dtype: DataType): Record<string, Attribute> => ({ T: type(dtype) });

/**
 * Writes a recorded step as the body of a loop over batches.
 *
 * The loop is TensorFlow's first form of control flow (Yu et al., "Dynamic control flow in large-scale machine learning",
 * EuroSys 2018): `Enter` brings a value into the loop's frame, `Merge` and `Switch` start and end an iteration, `NextIteration`
 * hands a value on. Only the step's number and the collected results travel so; variables are resources, changed in place,
 * and control inputs keep reads before writes and iterations apart.
 */
export function writeLoop(nodes: GraphNode[], body: LoopBody, data: readonly LoopData[]): Loop {
  return new LoopWriter(nodes, body, data).write();
}

class LoopWriter {
  readonly #nodes: GraphNode[];
  readonly #body: LoopBody;
  readonly #data: readonly LoopData[];
  readonly #prefix: string;
  readonly #entered = new Map<string, string>();
  readonly #batch: string[] = [];
  /** Operations after which a variable's next change may come. */
  readonly #touches = new Map<LoopVariable, string[]>();
  /** Values of variables as they were when the step began, and after updates. */
  readonly #reads = new Map<string, LoopVariable>();
  readonly #writes: string[] = [];
  /** Nodes that hold their input until another node is done. */
  readonly #holders = new Map<string, string>();

  constructor(nodes: GraphNode[], body: LoopBody, data: readonly LoopData[]) {
    this.#nodes = nodes;
    this.#body = body;
    this.#data = data;
    this.#prefix = `batch_of_${body.batchSize}/`;
  }

  write(): Loop {
    const { results, trace } = this.#body;
    const count = this.#node('count', 'Placeholder', [], { dtype: type('int32'), shape: shape([]) });
    const firstStep = this.#node('first_step', 'Placeholder', [], { dtype: type('int32'), shape: shape([]) });
    const arrays = results.map((result, i) => this.#array(i, count, result));
    const flows = arrays.map(({ flow }, i) => this.#enterLoop(`flow${i}`, flow, 'float32'));
    const counter = this.#enterLoop('counter', this.#scalar('zero', 0), 'int32');
    const more = this.#node('more', 'Less', [counter.merge, this.#enter(count, 'int32')], T('int32'));
    const go = this.#node('go', 'LoopCond', [more], {});
    const index = this.#iteration('counter', counter, go, 'int32');
    const flowsIn = flows.map((flow, i) => this.#iteration(`flow${i}`, flow, go, 'float32'));
    const anchor = [`^${index.body}`];

    const order = this.#gatherBatch(index.body, anchor);
    const number = this.#node('number', 'AddV2', [index.body, this.#enter(firstStep, 'int32')], T('int32'));
    const nameOf = this.#writeBody(anchor, number);

    const written = results.map(({ reference, dtype }, i) =>
      this.#node(`write${i}`, 'TensorArrayWriteV3', [this.#enter(arrays[i]!.handle, 'resource'), index.body, nameOf(reference), flowsIn[i]!.body], T(dtype as DataType)),
    );
    written.forEach((flow, i) => this.#node(`flow${i}/next`, 'NextIteration', [flow], T('float32')));
    const one = this.#scalar('one', 1, anchor);
    const next = this.#node('next', 'AddV2', [index.body, one, ...this.#writes.map((name) => `^${name}`)], T('int32'));
    this.#node('counter/next', 'NextIteration', [next], T('int32'));

    const range = this.#node('range', 'Range', [this.#scalar('from', 0), count, this.#scalar('by', 1)], { Tidx: type('int32') });
    const outputs = results.map((result, i) =>
      this.#node(`result${i}`, 'TensorArrayGatherV3', [arrays[i]!.handle, range, flowsIn[i]!.exit], {
        dtype: type(result.dtype as DataType),
        element_shape: shape(result.shape),
      }),
    );
    return {
      count,
      firstStep,
      order,
      parameters: trace.parameters.map(({ name, read }) => ({ feed: this.#prefix + name, read })),
      captured: [...trace.captured].map(([id]) => ({ feed: `${this.#prefix}captured${id}`, id })),
      outputs: [...outputs, index.exit],
    };
  }

  /** The rows of this step's batch, out of all data. Returns the feed that says which. */
  #gatherBatch(index: string, anchor: readonly string[]): string | undefined {
    if (this.#data.length === 0) return undefined;
    const order = this.#node('order', 'Placeholder', [], { dtype: type('int32'), shape: shape([-1, this.#body.batchSize]) });
    const axis = this.#scalar('axis', 0, anchor);
    const gather = (name: string, from: string, rows: string, dtype: DataType) =>
      this.#node(name, 'GatherV2', [from, rows, axis], { Tparams: type(dtype), Tindices: type('int32'), Taxis: type('int32'), batch_dims: int(0) });
    const rows = gather('rows', this.#enter(order, 'int32'), index, 'int32');
    this.#data.forEach(({ dtype }, i) => this.#batch.push(gather(batchName(i), this.#enter(dataName(i), dtype as DataType), rows, dtype as DataType)));
    return order;
  }

  #writeBody(anchor: readonly string[], number: string): (reference: Reference) => string {
    const { trace, variables, results, assigned } = this.#body;
    const wanted = [...results.map(({ reference }) => reference), ...assigned.values()];
    const byName = new Map(variables.map((variable) => [variableName(variable), variable]));
    const needed = neededEntries(trace, wanted);
    const used = new Set<string>();
    const use = (reference: object) => used.add(JSON.stringify(reference));
    trace.entries.forEach((entry, i) => {
      if (needed[i] && entry.kind !== 'constant') entry.inputs.forEach((input) => 'dataId' in input || use(input));
    });
    wanted.forEach(use);
    for (const [name, variable] of byName) if (used.has(JSON.stringify({ given: name }))) this.#read(variable, anchor);

    const nameOf = writeTrace(this.#nodes, trace, wanted, {
      prefix: this.#prefix,
      anchor,
      external: (reference) => this.#external(reference, byName, number),
      held: (holder, until) => this.#holders.set(holder, until),
      update: (name, entry, inputs, at) => this.#update(name, entry, inputs, (output) => used.has(JSON.stringify({ entry: at, output })), anchor),
    });
    for (const [variable, reference] of assigned) {
      const inputs = [this.#resource(variable), nameOf(reference), ...this.#after([variable], anchor)];
      this.#writes.push(this.#node(`assign/${variableName(variable)}`, 'AssignVariableOp', inputs, { dtype: type(variable.dtype as DataType), validate_shape: bool(false) }));
    }
    return nameOf;
  }

  #external(reference: External, variables: ReadonlyMap<string, LoopVariable>, number: string): string {
    if ('captured' in reference) return this.#captured(reference.captured);
    const { given } = reference;
    if (given === stepNumberName) return number;
    const variable = variables.get(given);
    if (variable !== undefined) return `${this.#prefix}read/${given}`;
    const batch = this.#data.findIndex((_, i) => batchName(i) === given);
    return batch >= 0 ? this.#batch[batch]! : this.#parameter(given);
  }

  #captured(id: number): string {
    const { dtype, shape: extent } = this.#body.trace.captured.get(id)!;
    const name = dataTypeName(dtype);
    return this.#placeholder(`captured${id}`, name, extent);
  }

  #parameter(name: string): string {
    return this.#placeholder(name, 'float32', []);
  }

  #placeholder(name: string, dtype: DataType, extent: readonly number[]): string {
    const full = this.#prefix + name;
    if (!this.#entered.has(full)) this.#node(name, 'Placeholder', [], { dtype: type(dtype), shape: shape(extent) });
    return this.#enter(full, dtype);
  }

  #read(variable: LoopVariable, after: readonly string[], suffix = ''): string {
    const name = this.#node(`read/${variableName(variable)}${suffix}`, 'ReadVariableOp', [this.#resource(variable), ...after], {
      dtype: type(variable.dtype as DataType),
    });
    this.#touch(variable, name);
    this.#reads.set(name, variable);
    return name;
  }

  #update(name: string, entry: UpdateEntry, inputs: (string | undefined)[], isUsed: (output: number) => boolean, anchor: readonly string[]): string[] {
    const resources = entry.inputs.map((input, i) => inputs[i] ?? this.#resource(input as LoopVariable));
    this.#nodes.push({ name, op: entry.op, inputs: [...resources, ...this.#after(entry.updated, anchor)], attributes: entry.attributes });
    this.#writes.push(name);
    entry.updated.forEach((variable) => this.#touch(variable, name));
    return entry.updated.map((variable, output) => (isUsed(output) ? this.#read(variable, [`^${name}`], `/after/${name.slice(this.#prefix.length)}`) : name));
  }

  /** Control inputs that keep a change of variables behind all that used or changed them before. */
  #after(variables: readonly LoopVariable[], anchor: readonly string[]): string[] {
    const names = new Set(variables.flatMap((variable) => this.#touches.get(variable) ?? []));
    // An operation that still holds a variable's old value would make TensorFlow copy it before the change.
    for (const { name, inputs, op } of this.#nodes) {
      if (!name.startsWith(this.#prefix) || inOtherFrame.has(op)) continue;
      if (inputs.some((input) => variables.includes(this.#reads.get(input)!))) names.add(this.#holders.get(name) ?? name);
    }
    return names.size === 0 ? [...anchor] : [...names].map((name) => `^${name}`);
  }

  #touch(variable: LoopVariable, name: string): void {
    this.#touches.set(variable, [...(this.#touches.get(variable) ?? []), name]);
  }

  #resource(variable: LoopVariable): string {
    return this.#enter(variableName(variable), 'resource');
  }

  #array(i: number, count: string, { dtype, shape: extent }: { dtype: string; shape: readonly number[] }) {
    const handle = this.#node(`array${i}`, 'TensorArrayV3', [count], {
      dtype: type(dtype as DataType),
      element_shape: shape(extent),
      dynamic_size: bool(false),
      clear_after_read: bool(true),
      identical_element_shapes: bool(true),
      tensor_array_name: string(''),
    });
    return { handle, flow: `${handle}:1` };
  }

  /** Brings something constant into the loop's frame. */
  #enter(name: string, dtype: DataType): string {
    let entered = this.#entered.get(name);
    if (entered === undefined) {
      entered = this.#node(`enter/${name.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : name}`, 'Enter', [name], this.#frame(dtype, true));
      this.#entered.set(name, entered);
    }
    return entered;
  }

  #enterLoop(name: string, initial: string, dtype: DataType): { merge: string } {
    const start = this.#node(`${name}/start`, 'Enter', [initial], this.#frame(dtype, false));
    return { merge: this.#node(`${name}/merge`, 'Merge', [start, `${this.#prefix}${name}/next`], { ...T(dtype), N: int(2) }) };
  }

  #iteration(name: string, { merge }: { merge: string }, go: string, dtype: DataType): { body: string; exit: string } {
    const either = this.#node(`${name}/switch`, 'Switch', [merge, go], T(dtype));
    return {
      body: this.#node(`${name}/body`, 'Identity', [`${either}:1`], T(dtype)),
      exit: this.#node(`${name}/exit`, 'Exit', [either], T(dtype)),
    };
  }

  #frame(dtype: DataType, constant: boolean): Record<string, Attribute> {
    return { ...T(dtype), frame_name: string(this.#prefix), is_constant: bool(constant), parallel_iterations: int(1) };
  }

  #scalar(name: string, value: number, inputs: readonly string[] = []): string {
    const bytes = new Uint8Array(Int32Array.of(value).buffer);
    return this.#node(name, 'Const', inputs, { dtype: type('int32'), value: { tensor: { dtype: 'int32', shape: [], bytes } } });
  }

  #node(name: string, op: string, inputs: readonly string[], attributes: GraphNode['attributes']): string {
    const full = this.#prefix + name;
    this.#nodes.push({ name: full, op, inputs, attributes });
    return full;
  }
}

const inOtherFrame = new Set(['NextIteration', 'Exit']);
