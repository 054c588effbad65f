import type * as tf from '@tensorflow/tfjs';
import { attributeTypes, type Attribute } from '../native/attributes';
import { nativeBackend, type Binding, type BindingAttribute, type TensorDescription } from '../native/binding';
import { withUndo } from '../recovery';
import { callSite, CompileError } from './errors';
import { liveVariables } from './variables';

/** A tensor by where it comes from: output `output` of the trace's entry `entry`, or something that the trace was given. */
export type Reference = { readonly entry: number; readonly output: number } | External;

/** A tensor that was there before the recording: the i-th of the named ones, or, by its number, any other. */
export type External = { readonly given: string } | { readonly captured: number };

export type Entry = OperationEntry | ConstantEntry | UpdateEntry | LoopEntry;

export interface OperationEntry {
  readonly kind: 'operation';
  readonly op: string;
  readonly attributes: readonly BindingAttribute[];
  readonly inputs: readonly Reference[];
  readonly inputShapes: readonly (readonly number[])[];
  readonly outputs: readonly TensorDescription[];
  readonly where: () => string;
}

/** Numbers put into a tensor. */
export interface ConstantEntry {
  readonly kind: 'constant';
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  readonly where: () => string;
}

/** An operation that changes variables in place. Its outputs are the variables' new values. */
export interface UpdateEntry {
  readonly kind: 'update';
  readonly op: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** A variable stands for its resource. */
  readonly inputs: readonly (Reference | tf.Variable)[];
  readonly updated: readonly tf.Variable[];
  readonly where: () => string;
}

/** Operations that are repeated on a state while its first tensor, a boolean, is true. Its outputs are the last state. */
export interface LoopEntry {
  readonly kind: 'loop';
  readonly op: 'While';
  /** The state at the start, then what the body uses from outside. */
  readonly inputs: readonly Reference[];
  readonly inputTypes: readonly number[];
  readonly outputs: readonly TensorDescription[];
  /** The body knows the inputs by the names that `loopInputName` gives them. */
  readonly body: Trace;
  /** The next state: references into the body. */
  readonly next: readonly Reference[];
  readonly where: () => string;
}

export const loopInputName = (i: number): string => `loop${i}`;

/** What happened on the native side while a recording ran, in order. */
export interface Trace {
  readonly entries: readonly Entry[];
  /** What is read anew from JavaScript at the start of each run. */
  readonly parameters: readonly Parameter[];
  /** The tensors from outside that have no name, by their numbers. They must live as long as the trace is used. */
  readonly captured: ReadonlyMap<number, TensorDescription>;
}

export interface Parameter {
  readonly name: string;
  read(): number;
}

let active: Recorder | undefined;

/** The recorder of the recording that is under way. */
export const activeRecorder = (): Recorder | undefined => active;

/**
 * Takes note of all that TensorFlow.js and this project do on the native side. Every operation goes through the binding, so
 * the backend is lent another one for the time, which writes down what it passes on.
 */
export class Recorder {
  readonly #backend = nativeBackend();
  readonly #binding: Binding;
  readonly #inLoop: boolean;
  readonly #entries: Entry[] = [];
  readonly #parameters: Parameter[] = [];
  readonly #captured = new Map<number, TensorDescription>();
  readonly #references: Map<number, Reference>;
  readonly #shapes = new Map<number, readonly number[]>();
  #paused = 0;

  /** @param given tensors from outside, by names of the caller's choice */
  constructor(
    given: ReadonlyMap<string, Pick<TensorDescription, 'id' | 'shape'>>,
    { binding = nativeBackend().binding, inLoop = false }: { binding?: Binding; inLoop?: boolean } = {},
  ) {
    this.#binding = binding;
    this.#inLoop = inLoop;
    this.#references = new Map([...given].map(([name, { id }]) => [id, { given: name }]));
    for (const { id, shape } of given.values()) this.#shapes.set(id, shape);
  }

  get trace(): Trace {
    return { entries: this.#entries, parameters: this.#parameters, captured: this.#captured };
  }

  /** Runs `body` and notes all that it does. */
  record<T>(body: () => T): T {
    if (active !== undefined) throw new CompileError('a step that is being compiled compiles another one; compile that one outside');
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 60;
    return withUndo(() => (Error.stackTraceLimit = stackTraceLimit), () => this.#listen(body));
  }

  #listen<T>(body: () => T): T {
    const [outer, { binding }] = [active, this.#backend];
    active = this;
    this.#backend.binding = this.#notingBinding();
    const stop = () => {
      this.#backend.binding = binding;
      active = outer;
    };
    return withUndo(stop, body);
  }

  /** Whether what happens now is noted. */
  get isListening(): boolean {
    return active === this && this.#paused === 0;
  }

  /**
   * Notes operations that are to be repeated while the first tensor of a state, a boolean scalar, is true. They run once, to
   * be recorded, whatever it says.
   *
   * @param body from a state, of whose tensors it becomes the owner, to the numbers of the next state's tensors
   * @returns The last state: new tensors, which have the values of the first repetition while the recording runs.
   */
  loop(start: readonly number[], body: (state: readonly TensorDescription[]) => readonly number[]): TensorDescription[] {
    const where = placeOfCall();
    const copy = (id: number) => this.#binding.executeOp('Identity', [], [id], 1)[0]!;
    const state = start.map(copy);
    const inner = new Recorder(new Map(state.map((tensor, i) => [loopInputName(i), tensor])), { binding: this.#binding, inLoop: true });
    const { outputs, next } = inner.#listen(() => {
      const before = variableIds();
      const ids = body(state);
      if (variableIds() !== before) throw changedInLoop(where());
      return { next: ids.map((id) => inner.referenceOf(id)), outputs: ids.map(copy) };
    });
    const outside = [...inner.#captured.values()];
    const named = new Map(outside.map(({ id }, i) => [id, { given: loopInputName(start.length + i) }]));
    const moved = (reference: Reference): Reference => ('captured' in reference ? named.get(reference.captured)! : reference);
    const entries = inner.#entries.map((entry) => withInputs(entry, moved));
    outputs.forEach(({ id, shape }, output) => {
      this.#references.set(id, { entry: this.#entries.length, output });
      this.#shapes.set(id, shape);
    });
    this.#entries.push({
      kind: 'loop', op: 'While', where, outputs,
      inputs: [...start, ...outside.map(({ id }) => id)].map((id) => this.referenceOf(id)),
      inputTypes: [...state, ...outside].map(({ dtype }) => dtype),
      body: { entries, parameters: [], captured: new Map() },
      next: next.map(moved),
    });
    return outputs;
  }

  /** Runs `body` without noting anything. */
  unrecorded<T>(body: () => T): T {
    this.#paused++;
    try {
      return body();
    } finally {
      this.#paused--;
    }
  }

  /**
   * Notes that an operation of TensorFlow changed variables in place, to the values that they have now.
   *
   * @param inputs the operation's inputs in order; a variable means its resource
   * @param updated the variables among them that it changes
   */
  update(
    op: string,
    inputs: readonly (tf.Variable | tf.Tensor)[],
    attributes: Readonly<Record<string, Attribute>>,
    updated: readonly tf.Variable[],
  ): void {
    const where = placeOfCall();
    if (active !== this) throw changedInLoop(where());
    const references = inputs.map((input) => (isVariable(input) ? input : this.reference(input)));
    updated.forEach((variable, output) => {
      const id = this.#idOf(variable);
      this.#references.set(id, { entry: this.#entries.length, output });
      this.#shapes.set(id, variable.shape);
    });
    this.#entries.push({ kind: 'update', op, attributes, inputs: references, updated, where });
  }

  /** A float32 scalar that is read anew from JavaScript at the start of each run. */
  parameter(read: () => number): tf.Tensor {
    return this.unrecorded(() => {
      const name = `parameter${this.#parameters.length}`;
      const id = this.#binding.createTensor([], 1, Float32Array.of(read()));
      this.#parameters.push({ name, read });
      this.#references.set(id, { given: name });
      this.#shapes.set(id, []);
      return this.#backend.createOutputTensor({ id, shape: [], dtype: 1 });
    });
  }

  /** Where a tensor comes from. */
  reference(tensor: tf.Tensor): Reference {
    return this.referenceOf(this.#idOf(tensor));
  }

  /** Where the tensor with this number comes from. */
  referenceOf(id: number): Reference {
    const known = this.#references.get(id);
    if (known !== undefined) return known;
    if (!this.#captured.has(id)) {
      const tensor = describeTensor(this.#binding, id);
      this.#captured.set(id, tensor);
      this.#shapes.set(id, tensor.shape);
    }
    return { captured: id };
  }

  #idOf(tensor: tf.Tensor): number {
    return this.#backend.getInputTensorIds([tensor])[0]!;
  }

  #notingBinding(): Binding {
    const binding = this.#binding;
    const recorder = this;
    // The binding's functions and numbers are its own properties; it cannot be inherited from, nor written to.
    const noting = Object.fromEntries(
      Object.getOwnPropertyNames(binding).map((name) => [name, (binding as unknown as Record<string, unknown>)[name]]),
    ) as unknown as Binding;
    return Object.assign(noting, {
      createTensor(...args: Parameters<Binding['createTensor']>) {
        if (recorder.isListening) refuseStrings(args[2]);
        const id = binding.createTensor(...args);
        recorder.#noteConstant(id, ...args);
        return id;
      },
      executeOp(...args: Parameters<Binding['executeOp']>) {
        if (recorder.isListening) refuseShapesByValue(args[0]);
        const outputs = recorder.#standIns(...args) ?? binding.executeOp(...args);
        recorder.#noteOperation(args, outputs);
        return outputs;
      },
      tensorDataSync(id: number) {
        if (recorder.isListening) recorder.#refuseReading(id);
        return binding.tensorDataSync(id);
      },
    });
  }

  /** For operations in a loop that would take long: the loop may never run, and what it computes here is not used. */
  #standIns(op: string, attributes: readonly BindingAttribute[], inputs: readonly number[], outputs: number): TensorDescription[] | undefined {
    if (!this.#inLoop || !this.isListening) return undefined;
    const shapes = standInShapes(op, attributes, inputs.map((id) => this.#shapeOf(id)));
    if (shapes === undefined || shapes.length !== outputs) return undefined;
    const dtype = attributes.find(({ name }) => name === 'T')!.value as number;
    return shapes.map((shape) => zeros(this.#binding, shape, dtype));
  }

  #shapeOf(id: number): readonly number[] {
    this.referenceOf(id);
    return this.#shapes.get(id)!;
  }

  #noteConstant(id: number, shape: readonly number[], dtype: number, data: Float32Array | Int32Array | Uint8Array): void {
    if (!this.isListening) return;
    const where = placeOfCall();
    this.#references.set(id, { entry: this.#entries.length, output: 0 });
    this.#shapes.set(id, [...shape]);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    this.#entries.push({ kind: 'constant', dtype, shape: [...shape], bytes, where });
  }

  #noteOperation([op, attributes, inputs]: Parameters<Binding['executeOp']>, outputs: readonly TensorDescription[]): void {
    if (!this.isListening) return;
    const where = placeOfCall();
    const references = inputs.map((id) => this.referenceOf(id));
    const inputShapes = inputs.map((id) => this.#shapes.get(id)!);
    outputs.forEach(({ id, shape }, output) => {
      this.#references.set(id, { entry: this.#entries.length, output });
      this.#shapes.set(id, shape);
    });
    this.#entries.push({ kind: 'operation', op, attributes, inputs: references, inputShapes, outputs, where });
  }

  #refuseReading(id: number): void {
    // tfjs-node reads a gather's indices to check them, which TensorFlow does itself.
    if (/kernels[\\/]GatherV2\.js/.test(new Error().stack ?? '')) return;
    const origin = this.referenceOf(id);
    const entry = 'entry' in origin ? this.#entries[origin.entry] : undefined;
    const what = entry === undefined ? 'a tensor' : entry.kind === 'constant' ? 'a constant' : `the result of ${entry.op}`;
    throw new CompileError(
      `${what} is read back into JavaScript${placeOfCall()()}; a compiled step runs without JavaScript, so return the ` +
        'tensor from the step instead, or allow eager execution (execution: "compiled-or-eager")',
    );
  }
}

// What is refused is refused before it is done: its results would belong to nobody.
function refuseStrings(data: unknown): void {
  if (ArrayBuffer.isView(data)) return;
  throw new CompileError(`a tensor of strings is made${placeOfCall()()}; a compiled step cannot hold strings`);
}

function refuseShapesByValue(op: string): void {
  if (!shapedByItsValues.has(op)) return;
  throw new CompileError(
    `${op} is used${placeOfCall()()}; the shape of its result hangs on values, and a compiled step's shapes are fixed`,
  );
}

const shapedByItsValues = new Set(['Where', 'Unique', 'UniqueV2', 'ListDiff', 'NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5']);

/** The shapes of the outputs of an operation for which zeros stand in. */
function standInShapes(op: string, attributes: readonly BindingAttribute[], [shape]: readonly (readonly number[])[]): number[][] | undefined {
  const isSet = (flag: string) => attributes.some(({ name, value }) => name === flag && value === true);
  if (op !== 'Svd' || !isSet('compute_uv') || isSet('full_matrices')) return undefined;
  const [rows, columns] = shape!.slice(-2) as [number, number];
  const [batch, rank] = [shape!.slice(0, -2), Math.min(rows, columns)];
  return [[...batch, rank], [...batch, rows, rank], [...batch, columns, rank]];
}

function zeros(binding: Binding, shape: readonly number[], dtype: number): TensorDescription {
  const dims = binding.createTensor([shape.length], 3, Int32Array.from(shape));
  const scalar = binding.createTensor([], 1, new Float32Array(1));
  const types = [{ name: 'SrcT', type: attributeTypes.type, value: 1 }, { name: 'DstT', type: attributeTypes.type, value: dtype }];
  const zero = binding.executeOp('Cast', types, [scalar], 1)[0]!;
  const [filled] = binding.executeOp('Fill', [], [dims, zero.id], 1);
  [dims, scalar, zero.id].forEach((id) => binding.deleteTensor(id));
  return filled!;
}

const changedInLoop = (place: string) => new CompileError(`a variable is changed inside a loop${place}; change it after the loop`);

/** The numbers of the variables' values: an assignment gives a variable another one. */
const variableIds = (): string => String(nativeBackend().getInputTensorIds(liveVariables()));

/** The same entry with other inputs. */
export function withInputs<E extends Entry>(entry: E, moved: (reference: Reference) => Reference): E {
  if (entry.kind === 'constant') return entry;
  const inputs = (entry as Exclude<Entry, ConstantEntry>).inputs;
  return { ...entry, inputs: inputs.map((input) => ('dataId' in input ? input : moved(input))) };
}

/** The place is worked out when it is asked for: few are. */
function placeOfCall(): () => string {
  const error = new Error();
  return () => callSite(error.stack);
}

/** The binding tells a tensor's type and shape only when it hands it out: so it is asked for another handle. */
function describeTensor(binding: Binding, id: number): TensorDescription {
  const [same] = binding.executeOp('Identity', [], [id], 1);
  binding.deleteTensor(same!.id);
  return { ...same!, id };
}

function isVariable(tensor: tf.Variable | tf.Tensor): tensor is tf.Variable {
  return 'assign' in tensor;
}
