import { nativeBinding, type TensorDescription } from '../native/binding';
import { loadGraph, type SessionThreads } from '../native/session-config';
import { savedModel, type GraphNode } from './graph-definition';
import { functionDefinition, type GraphFunction } from './xla/function-definition';

/** Native tensors by the names of the graph's nodes that they are fed to. */
export type Feeds = ReadonlyMap<string, number>;

/** A graph, loaded into a session of TensorFlow that keeps its variables until it is disposed. */
export class GraphSession {
  readonly #model: number;
  #disposed = false;

  constructor(nodes: readonly GraphNode[], threads: SessionThreads, functions: readonly GraphFunction[] = []) {
    this.#model = loadGraph(nativeBinding(), savedModel(nodes, functions.map(functionDefinition)), threads);
  }

  /** One native call: the outputs with these names (`node`, or `node:k`), of which the caller becomes the owner. */
  run(feeds: Feeds, outputs: readonly string[]): TensorDescription[] {
    if (this.#disposed) throw new Error('a disposed graph was run');
    const names = (all: Iterable<string>) => Array.from(all, (name) => (name.includes(':') ? name : `${name}:0`)).join(',');
    return nativeBinding().runSavedModel(this.#model, [...feeds.values()], names(feeds.keys()), names(outputs));
  }

  /** Frees the graph and its variables. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    nativeBinding().deleteSavedModel(this.#model);
  }
}
