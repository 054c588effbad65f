import type * as tf from '@tensorflow/tfjs';
import { shape, type } from '../native/attributes';
import { nativeBackend, type TensorDescription } from '../native/binding';
import { dataTypes, type DataType } from '../native/data-types';
import type { Batches, Pass } from './batches';
import { CompileError } from './errors';
import type { GraphNode } from './graph-definition';
import { dataName, writeLoop, type Loop } from './loop';
import { recordStep, type RecordedStep } from './recorded-step';
import type { StepResult, StepValues, Structure } from './results';
import { GraphSession } from './session';
import { largestOperation } from './operations';
import { advanceIterations } from './optimizers';
import { threadsFor } from './threads';
import { SharedVariables, writeVariable } from './variables';

/** A step as a loop in TensorFlow's own graph, one for each size of batch that it meets. */
export class CompiledRun<R extends StepResult> {
  readonly #step: (...batch: tf.Tensor[]) => R;
  readonly #seed: number;
  readonly #threads: number | undefined;
  readonly #recorded = new Map<number, RecordedStep<R>>();
  #signature: string | undefined;
  #graph: { session: GraphSession; variables: SharedVariables; loops: ReadonlyMap<number, Loop> } | undefined;

  constructor(step: (...batch: tf.Tensor[]) => R, seed: number, threads: number | undefined) {
    this.#step = step;
    this.#seed = seed;
    this.#threads = threads;
  }

  /** Records and loads what a pass needs and is not there yet. @throws CompileError if the step cannot be compiled. */
  prepare(data: readonly tf.Tensor[], { order, parts }: Pass): void {
    const signature = JSON.stringify(data.map(({ dtype, shape }) => [dtype, shape.slice(1)]));
    if (signature !== this.#signature) this.#forget();
    this.#signature = signature;
    const missing = parts.filter(({ batchSize }) => !this.#recorded.has(batchSize));
    for (const { batchSize, start } of missing) {
      const at = (from: number) => order.subarray(from, from + batchSize);
      const rows = [at(start), at(start > 0 ? 0 : order.length - batchSize)] as const;
      this.#recorded.set(batchSize, recordStep({ step: this.#step, data, rows, seed: this.#seed }));
    }
    if (missing.length === 0) return;
    this.#graph?.session.dispose();
    this.#graph = this.#load(data);
  }

  /** Copies variables that changed in TensorFlow.js to the session. */
  begin(): void {
    this.#graph!.variables.load();
  }

  /** Copies what the steps changed to the variables of TensorFlow.js. */
  end(): void {
    this.#graph!.variables.store();
  }

  /** Some steps over batches of one size, in one native call. */
  run(data: readonly tf.Tensor[], order: Int32Array, batches: Batches, firstStep: number): { structure: Structure<R>; values: StepValues[] } {
    const { batchSize, start, steps } = batches;
    const { session, loops } = this.#graph!;
    const loop = loops.get(batchSize)!;
    const { structure, results, applications } = this.#recorded.get(batchSize)!;
    const backend = nativeBackend();
    const own: number[] = [];
    const make = (extent: readonly number[], dtype: 'float32' | 'int32', values: Float32Array | Int32Array) => {
      const id = backend.binding.createTensor(extent, dataTypes[dtype], values);
      own.push(id);
      return id;
    };
    try {
      const feeds = new Map<string, number>([
        [loop.count, make([], 'int32', Int32Array.of(steps))],
        [loop.firstStep, make([], 'int32', Int32Array.of(firstStep))],
        ...data.map((tensor, i) => [dataName(i), backend.getInputTensorIds([tensor])[0]!] as const),
        ...loop.parameters.map(({ feed, read }) => [feed, make([], 'float32', Float32Array.of(read()))] as const),
        ...loop.captured.map(({ feed, id }) => [feed, id] as const),
      ]);
      if (loop.order !== undefined) feeds.set(loop.order, make([steps, batchSize], 'int32', order.slice(start, start + steps * batchSize)));
      const outputs = session.run(feeds, loop.outputs);
      own.push(...outputs.map(({ id }) => id));
      advanceIterations(applications, steps);
      return { structure, values: results.map((_, i) => read(outputs[i]!)) };
    } finally {
      own.forEach((id) => backend.binding.deleteTensor(id));
    }
  }

  dispose(): void {
    this.#forget();
  }

  #load(data: readonly tf.Tensor[]) {
    const steps = [...this.#recorded.values()];
    const nodes: GraphNode[] = data.map(({ dtype, shape: [, ...inner] }, i) => ({
      name: dataName(i),
      op: 'Placeholder',
      inputs: [],
      attributes: { dtype: type(dtype as DataType), shape: shape([-1, ...inner]) },
    }));
    const variables = [...new Set(steps.flatMap((step) => step.variables))];
    variables.forEach((variable) => writeVariable(nodes, variable));
    const loops = new Map(steps.map((step) => [step.batchSize, writeLoop(nodes, step, data)]));
    const threads = this.#threads ?? threadsFor(Math.max(...steps.map(({ trace }) => largestOperation(trace))));
    const session = load(nodes, threads);
    const changed = new Set(steps.flatMap(({ assigned, trace }) => [
      ...assigned.keys(),
      ...trace.entries.flatMap((entry) => (entry.kind === 'update' ? entry.updated : [])),
    ]));
    return { session, variables: new SharedVariables(session, variables, [...changed]), loops };
  }

  #forget(): void {
    this.#graph?.session.dispose();
    this.#graph = undefined;
    this.#recorded.clear();
  }
}

function load(nodes: readonly GraphNode[], threads: number): GraphSession {
  try {
    return new GraphSession(nodes, { intraOp: threads, interOp: 1 });
  } catch (error) {
    throw new CompileError(`TensorFlow refuses the step's graph: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function read({ id, shape }: TensorDescription): StepValues {
  return { data: nativeBackend().binding.tensorDataSync(id) as Float32Array | Int32Array | Uint8Array, shape };
}
