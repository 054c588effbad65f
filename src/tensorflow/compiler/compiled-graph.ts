import { Handle, scope } from '../handles';
import { shape, type } from '../native/attributes';
import { dataTypeName } from '../native/data-types';
import { NativeTensor } from '../native/native-tensor';
import { operationThreads } from '../environment';
import type { GraphNode } from './graph-definition';
import { writeTrace } from './graph-writer';
import { Recorder } from './recorder';
import { GraphSession } from './session';

/** Operations recorded as one TensorFlow graph, which runs in a single native call, independent branches in parallel. */
export class CompiledGraph extends Handle {
  readonly #session: GraphSession;
  readonly #inputs: readonly Pick<NativeTensor, 'dtype' | 'shape'>[];
  readonly #captured: readonly number[];
  readonly #outputs: readonly string[];

  constructor(
    session: GraphSession,
    graph: { inputs: readonly Pick<NativeTensor, 'dtype' | 'shape'>[]; captured: readonly number[]; outputs: readonly string[] },
  ) {
    super();
    this.#session = session;
    this.#inputs = graph.inputs;
    this.#captured = graph.captured;
    this.#outputs = graph.outputs;
  }

  /**
   * The results for other inputs, of the same shapes and types as the ones that the graph was recorded with.
   *
   * @throws if an input, or a tensor that the recorded body used from outside, has been disposed.
   */
  run(inputs: readonly NativeTensor[]): NativeTensor[] {
    this.#inputs.forEach((expected, i) => {
      const given = inputs[i];
      if (given?.dtype !== expected.dtype || String(given.shape) !== String(expected.shape)) {
        const what = given === undefined ? 'missing' : `${given.dtype} [${given.shape}]`;
        throw new RangeError(`input ${i} of the graph is ${what}; it must be ${expected.dtype} [${expected.shape}]`);
      }
    });
    const feeds = [
      ...inputs.map((tensor, i) => [inputName(i), tensor.id] as const),
      ...this.#captured.map((id) => [capturedName(id), id] as const),
    ];
    return this.#session.run(new Map(feeds), this.#outputs).map((result) => new NativeTensor(result));
  }

  protected override release(): void {
    this.#session.dispose();
  }
}

/**
 * Runs `body` once, records the operations by which it gets from `inputs` to the tensors it returns, and makes one graph of
 * them. Tensors from outside that it uses are not copied: they must live as long as the graph. Numbers that it computes in
 * JavaScript are frozen as they were.
 */
export function compile(inputs: readonly NativeTensor[], body: () => readonly NativeTensor[]): CompiledGraph {
  return scope(() => {
    const recorder = new Recorder(new Map(inputs.map((tensor, i) => [inputName(i), tensor])));
    const outputs = recorder.record(body).map(({ id, dtype }) => ({ reference: recorder.referenceOf(id), dtype }));
    const { trace } = recorder;
    const placeholder = (name: string, dtype: NativeTensor['dtype'], extent: readonly number[]): GraphNode => ({
      name,
      op: 'Placeholder',
      inputs: [],
      attributes: { dtype: type(dtype), shape: shape(extent) },
    });
    const nodes = [
      ...inputs.map((tensor, i) => placeholder(inputName(i), tensor.dtype, tensor.shape)),
      ...[...trace.captured.values()].map((tensor) => placeholder(capturedName(tensor.id), dataTypeName(tensor.dtype), tensor.shape)),
    ];
    const nameOf = writeTrace(nodes, trace, outputs.map(({ reference }) => reference), {
      prefix: '',
      anchor: [],
      external: (reference) => ('given' in reference ? reference.given : capturedName(reference.captured)),
      update: (name) => {
        throw new Error(`${name} changes variables; only a step can`);
      },
    });
    outputs.forEach(({ reference, dtype }, i) => {
      nodes.push({ name: resultName(i), op: 'Identity', inputs: [nameOf(reference)], attributes: { T: type(dtype) } });
    });
    const threads = { intraOp: operationThreads(), interOp: operationThreads() };
    return new CompiledGraph(new GraphSession(nodes, threads), {
      inputs: inputs.map(({ dtype, shape }) => ({ dtype, shape })),
      captured: [...trace.captured.keys()],
      outputs: outputs.map((_, i) => resultName(i)),
    });
  });
}

const inputName = (i: number): string => `input${i}`;
const capturedName = (id: number): string => `captured${id}`;
const resultName = (i: number): string => `result${i}`;
