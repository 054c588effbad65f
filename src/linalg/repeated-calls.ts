import { compile, type CompiledGraph } from '../tensorflow/compiler';
import { keep } from '../tensorflow/handles';
import type { NativeTensor } from '../tensorflow/native';

const mostGraphs = 8;

/**
 * Native computations that are called again and again: the first call with a key is executed operation by operation; at
 * the second one it becomes a TensorFlow graph, which takes a third of a second once and spares the cost of some two hundred calls
 * from JavaScript every time. The graphs that were used last are kept.
 */
export class RepeatedCalls {
  readonly #seen = new Set<string>();
  readonly #graphs = new Map<string, CompiledGraph>();

  /** @param key stands for all that decides what `body` does with the inputs, their shapes included */
  run(key: string, inputs: readonly NativeTensor[], body: () => readonly NativeTensor[]): readonly NativeTensor[] {
    if (!this.#seen.has(key)) {
      this.#seen.add(key);
      return body();
    }
    const graph = this.#graphs.get(key) ?? keep(compile(inputs, body));
    this.#graphs.delete(key);
    this.#graphs.set(key, graph);
    if (this.#graphs.size > mostGraphs) this.#forget(this.#graphs.keys().next().value!);
    return graph.run(inputs);
  }

  #forget(key: string): void {
    this.#graphs.get(key)!.dispose();
    this.#graphs.delete(key);
    this.#seen.delete(key);
  }
}
