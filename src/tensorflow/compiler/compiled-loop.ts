import { operationThreads } from '../environment';
import { Handle, scope } from '../handles';
import { shape, type } from '../native/attributes';
import { nativeTensor, NativeTensor } from '../native/native-tensor';
import type { GraphNode } from './graph-definition';
import { batchName, dataName, writeLoop, type Loop } from './loop';
import { Recorder } from './recorder';
import { GraphSession } from './session';
import { simplify } from './simplify';
import { loadVariables, readVariables, variableName, writeVariable, type LoopVariable } from './variables';

/** One pass through a loop's body: what the state becomes, and what else it gives. */
export interface LoopStep {
  readonly state: readonly NativeTensor[];
  readonly results: readonly NativeTensor[];
}

/** Native operations, of any of TensorFlow's types, that are repeated on a state in one native call. */
export class CompiledLoop extends Handle {
  readonly #session: GraphSession;
  readonly #loop: Loop;
  readonly #state: readonly LoopVariable[];

  constructor(session: GraphSession, loop: Loop, state: readonly LoopVariable[]) {
    super();
    this.#session = session;
    this.#loop = loop;
    this.#state = state;
  }

  /**
   * The state after some steps, and for each result its values, [steps, …].
   *
   * @param state tensors like those that the loop was recorded with
   * @param table [steps, …]: what each step is given
   */
  run(state: readonly NativeTensor[], table: NativeTensor): LoopStep {
    const [steps] = table.shape;
    loadVariables(this.#session, new Map(this.#state.map((variable, i) => [variable, state[i]!.id])));
    const results = scope(() => {
      const order = nativeTensor(Array.from({ length: steps! }, (_, i) => i), [steps!, 1], 'int32');
      const feeds = new Map([
        [this.#loop.count, nativeTensor([steps!], [], 'int32').id],
        [this.#loop.firstStep, nativeTensor([0], [], 'int32').id],
        [this.#loop.order!, order.id],
        [dataName(0), table.id],
        ...this.#loop.captured.map(({ feed, id }) => [feed, id] as const),
      ]);
      const [...outputs] = this.#session.run(feeds, this.#loop.outputs).map((output) => new NativeTensor(output));
      return outputs.slice(0, -1);
    });
    return { state: readVariables(this.#session, this.#state).map((value) => new NativeTensor(value)), results };
  }

  protected override release(): void {
    this.#session.dispose();
  }
}

/**
 * Runs `body` once on the given state, records its operations, and makes a loop of them. Tensors from outside that it uses
 * must live as long as the loop; numbers that it computes in JavaScript are frozen as they were.
 *
 * @param row [1, …], like the rows of the tables that the steps will be given
 */
export function compileLoop(state: readonly NativeTensor[], row: NativeTensor, body: () => LoopStep): CompiledLoop {
  return scope(() => {
    const recorder = new Recorder(new Map([[batchName(0), row], ...state.map((tensor) => [variableName(tensor), tensor] as const)]));
    const { next, results } = recorder.record(() => {
      const step = body();
      const referenceOf = ({ id, shape, dtype }: NativeTensor) => ({ reference: recorder.referenceOf(id), shape, dtype });
      return { next: step.state.map(referenceOf), results: step.results.map(referenceOf) };
    });
    const { trace, moved } = simplify(recorder.trace);
    const nodes: GraphNode[] = [
      { name: dataName(0), op: 'Placeholder', inputs: [], attributes: { dtype: type(row.dtype), shape: shape([-1, ...row.shape.slice(1)]) } },
    ];
    // The example tensors may be gone when the loop runs; their numbers stay the variables' own.
    const variables = state.map(({ id, dtype, shape }): LoopVariable => ({ id, dtype, shape }));
    variables.forEach((variable) => writeVariable(nodes, variable));
    const loop = writeLoop(nodes, {
      batchSize: 1,
      trace,
      results: results.map((result) => ({ ...result, reference: moved(result.reference) })),
      variables,
      assigned: new Map(variables.map((variable, i) => [variable, moved(next[i]!.reference)])),
    }, [row]);
    const threads = { intraOp: operationThreads(), interOp: operationThreads() };
    return new CompiledLoop(new GraphSession(nodes, threads), loop, variables);
  });
}
