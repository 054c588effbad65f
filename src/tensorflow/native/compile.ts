import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Handle, scope } from '../handles';
import { shape as shapeAttribute, type } from './attributes';
import { nativeBinding, type Binding } from './binding';
import { savedModel, type GraphNode } from './graph-definition';
import { NativeTensor } from './native-tensor';
import { record, type Recorded } from './recording';

/** Operations recorded as one TensorFlow graph, which runs in a single native call, independent branches in parallel. */
export class CompiledGraph extends Handle {
  readonly #binding: Binding;
  readonly #model: number;
  readonly #inputs: readonly NativeTensor[];
  readonly #captured: readonly NativeTensor[];
  readonly #inputNames: string;
  readonly #outputNames: string;

  constructor(
    binding: Binding,
    model: number,
    graph: { inputs: readonly NativeTensor[]; captured: readonly NativeTensor[]; inputNames: string[]; outputNames: string[] },
  ) {
    super();
    this.#binding = binding;
    this.#model = model;
    this.#inputs = graph.inputs;
    this.#captured = graph.captured;
    this.#inputNames = graph.inputNames.join(',');
    this.#outputNames = graph.outputNames.join(',');
  }

  /**
   * The results for other inputs, of the same shapes and types as the ones that the graph was recorded with.
   *
   * @throws if an input, or a tensor that the recorded body used from outside, has been disposed.
   */
  run(inputs: readonly NativeTensor[]): NativeTensor[] {
    if (this.isDisposed) throw new Error('a disposed graph was run');
    this.#inputs.forEach((expected, i) => {
      const given = inputs[i];
      if (given?.dtype !== expected.dtype || String(given.shape) !== String(expected.shape)) {
        const what = given === undefined ? 'missing' : `${given.dtype} [${given.shape}]`;
        throw new RangeError(`input ${i} of the graph is ${what}; it must be ${expected.dtype} [${expected.shape}]`);
      }
    });
    const ids = [...inputs, ...this.#captured].map((tensor) => tensor.id);
    const results = this.#binding.runSavedModel(this.#model, ids, this.#inputNames, this.#outputNames);
    return results.map((result) => new NativeTensor(this.#binding, result));
  }

  protected override release(): void {
    this.#binding.deleteSavedModel(this.#model);
  }
}

/**
 * Runs `body` once, records the operations by which it gets from `inputs` to the tensors it returns, and makes one graph of
 * them. Tensors from outside that it uses are not copied: they must live as long as the graph. Numbers that it computes in
 * JavaScript are frozen as they were.
 */
export function compile(inputs: readonly NativeTensor[], body: () => readonly NativeTensor[]): CompiledGraph {
  return scope(() => {
    const { result: outputs, recorded } = record(body);
    const graph = new GraphBuilder(inputs, recorded);
    const outputNames = outputs.map((tensor) => graph.output(tensor));
    const binding = nativeBinding();
    const model = load(binding, savedModel(graph.nodes));
    return new CompiledGraph(binding, model, { inputs, captured: graph.captured, inputNames: graph.inputNames, outputNames });
  });
}

/** Writes down what the outputs depend on, and nothing else. */
class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  readonly captured: NativeTensor[] = [];
  readonly inputNames: string[] = [];
  readonly #origins = new Map<NativeTensor, { recorded: Recorded; index: number }>();
  readonly #references = new Map<NativeTensor, string>();

  constructor(inputs: readonly NativeTensor[], recorded: readonly Recorded[]) {
    for (const origin of recorded) {
      origin.outputs.forEach((tensor, index) => this.#origins.set(tensor, { recorded: origin, index }));
    }
    for (const tensor of inputs) this.#placeholder(tensor);
  }

  output(tensor: NativeTensor): string {
    const name = `result${this.nodes.length}`;
    const inputs = [this.#reference(tensor)];
    this.nodes.push({ name, op: 'Identity', inputs, attributes: { T: type(tensor.dtype) } });
    return `${name}:0`;
  }

  #placeholder(tensor: NativeTensor): string {
    const name = `input${this.inputNames.length}`;
    const attributes = { dtype: type(tensor.dtype), shape: shapeAttribute(tensor.shape) };
    this.nodes.push({ name, op: 'Placeholder', inputs: [], attributes });
    this.inputNames.push(`${name}:0`);
    this.#references.set(tensor, name);
    return name;
  }

  #reference(tensor: NativeTensor): string {
    const known = this.#references.get(tensor);
    if (known !== undefined) return known;
    const origin = this.#origins.get(tensor);
    if (origin === undefined) {
      this.captured.push(tensor);
      return this.#placeholder(tensor);
    }
    const name = this.#write(origin.recorded);
    origin.recorded.outputs.forEach((output, index) => this.#references.set(output, index === 0 ? name : `${name}:${index}`));
    return this.#references.get(tensor)!;
  }

  #write(recorded: Recorded): string {
    if ('constant' in recorded) {
      const name = `constant${this.nodes.length}`;
      const attributes = { dtype: type(recorded.constant.dtype), value: { tensor: recorded.constant } };
      this.nodes.push({ name, op: 'Const', inputs: [], attributes });
      return name;
    }
    const inputs = recorded.inputs.map((input) => this.#reference(input));
    const name = `${recorded.op}${this.nodes.length}`;
    this.nodes.push({ name, op: recorded.op, inputs, attributes: recorded.attributes });
    return name;
  }
}

/** The binding loads graphs from a folder only. */
function load(binding: Binding, model: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'graph-'));
  try {
    mkdirSync(join(folder, 'variables'));
    writeFileSync(join(folder, 'saved_model.pb'), model);
    return binding.loadSavedModel(folder, 'serve');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
