import { Handle } from '../handles';
import { nativeBinding, type TensorDescription } from '../native/binding';
import { loadGraph, type SessionThreads } from '../native/session-config';
import { savedModel, type GraphNode } from './graph-definition';

/** Native tensors by the names of the graph's nodes that they are fed to. */
export type Feeds = ReadonlyMap<string, number>;

/** A graph, loaded into a session of TensorFlow that keeps its variables until it is disposed. */
export class GraphSession extends Handle {
  readonly #model: number;

  constructor(nodes: readonly GraphNode[], threads: SessionThreads) {
    super();
    this.#model = loadGraph(nativeBinding(), savedModel(nodes), threads);
  }

  /** One native call: the outputs with these names (`node`, or `node:k`), of which the caller becomes the owner. */
  run(feeds: Feeds, outputs: readonly string[]): TensorDescription[] {
    if (this.isDisposed) throw new Error('a disposed graph was run');
    const names = (all: Iterable<string>) => Array.from(all, (name) => (name.includes(':') ? name : `${name}:0`)).join(',');
    return nativeBinding().runSavedModel(this.#model, [...feeds.values()], names(feeds.keys()), names(outputs));
  }

  protected override release(): void {
    nativeBinding().deleteSavedModel(this.#model);
  }
}
