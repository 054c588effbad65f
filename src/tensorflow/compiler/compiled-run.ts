import type * as tf from '@tensorflow/tfjs';
import { shape, type } from '../native/attributes';
import { nativeBackend, type TensorDescription } from '../native/binding';
import type { SessionThreads } from '../native/session-config';
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
import type { GraphFunction } from './xla/function-definition';
import { isUntranslatable } from './xla/untranslatable';
import { capacityOf, writeXlaLoop, type XlaLoop } from './xla/xla-loop';

/** A step as a loop in TensorFlow's own graph, one for each size of batch that it meets. */
export class CompiledRun<R extends StepResult> {
  readonly #step: (...batch: tf.Tensor[]) => R;
  readonly #seed: number;
  readonly #threads: number | undefined;
  /** Whether XLA translates the loops over full batches. */
  #jitCompile: boolean;
  #fullBatchSizes = new Set<number>();
  /** For which batch sizes and numbers of examples it has done so. */
  #translated = new Set<string>();
  readonly #recorded = new Map<number, RecordedStep<R>>();
  #signature: string | undefined;
  #graph: { session: GraphSession; variables: SharedVariables; loops: ReadonlyMap<number, Loop | XlaLoop> } | undefined;

  constructor(step: (...batch: tf.Tensor[]) => R, { seed, threads, jitCompile }: { seed: number; threads?: number; jitCompile: boolean }) {
    this.#step = step;
    this.#seed = seed;
    this.#threads = threads;
    this.#jitCompile = jitCompile;
  }

  /** Whether XLA translates, or would translate, the loops. */
  get jitCompiled(): boolean {
    return this.#jitCompile;
  }

  /** The most steps that one native call can do. */
  mostSteps(batchSize: number): number {
    const loop = this.#graph!.loops.get(batchSize)!;
    return 'capacity' in loop ? loop.capacity : Infinity;
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
      this.#recorded.set(batchSize, recordStep({ step: this.#step, data, rows, seed: this.#seed, wasExecuted: this.#recorded.size > 0 }));
    }
    const full = parts.filter(({ short, batchSize }) => !short && !this.#fullBatchSizes.has(batchSize));
    full.forEach(({ batchSize }) => this.#fullBatchSizes.add(batchSize));
    if (missing.length === 0 && (full.length === 0 || !this.#jitCompile)) return;
    this.#graph?.session.dispose();
    this.#graph = this.#load(data);
  }

  /** Copies variables that changed in TensorFlow.js to the session, and has XLA translate what it has not yet. */
  begin(data: readonly tf.Tensor[], { parts }: Pass): void {
    this.#graph!.variables.load();
    try {
      for (const { batchSize } of parts) this.#translate(data, batchSize);
    } catch {
      // XLA lacks an operation: TensorFlow's own loop has them all.
      this.#jitCompile = false;
      this.#graph!.session.dispose();
      this.#graph = this.#load(data);
      this.#graph.variables.load();
    }
  }

  #translate(data: readonly tf.Tensor[], batchSize: number): void {
    if (this.mostSteps(batchSize) === Infinity) return;
    const signature = `${batchSize} of ${data[0]?.shape[0]}`;
    if (this.#translated.has(signature)) return;
    this.#call(data, batchSize, new Int32Array(0), 0, 0).forEach(({ id }) => nativeBackend().binding.deleteTensor(id));
    this.#translated.add(signature);
  }

  /** Copies what the steps changed to the variables of TensorFlow.js. */
  end(): void {
    this.#graph!.variables.store();
  }

  /** Some steps over batches of one size, in one native call. */
  run(data: readonly tf.Tensor[], order: Int32Array, batches: Batches, firstStep: number): { structure: Structure<R>; values: StepValues[] } {
    const { batchSize, start, steps } = batches;
    const { structure, results, applications } = this.#recorded.get(batchSize)!;
    const outputs = this.#call(data, batchSize, order.subarray(start, start + steps * batchSize), steps, firstStep);
    try {
      advanceIterations(applications, steps);
      return { structure, values: results.map((_, i) => read(outputs[i]!)) };
    } finally {
      outputs.forEach(({ id }) => nativeBackend().binding.deleteTensor(id));
    }
  }

  /** @param rows the examples of the steps, one after the other */
  #call(data: readonly tf.Tensor[], batchSize: number, rows: Int32Array, steps: number, firstStep: number): TensorDescription[] {
    const { session, loops } = this.#graph!;
    const loop = loops.get(batchSize)!;
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
      if (loop.order !== undefined) {
        const all = new Int32Array(('capacity' in loop ? loop.capacity : steps) * batchSize);
        all.set(rows);
        feeds.set(loop.order, make([all.length / batchSize, batchSize], 'int32', all));
      }
      return session.run(feeds, loop.outputs);
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
    if (steps.some(({ trace }) => isUntranslatable(trace))) this.#jitCompile = false;
    const functions: GraphFunction[] = [];
    const loops = new Map(steps.map((step) => [
      step.batchSize,
      this.#jitCompile && this.#fullBatchSizes.has(step.batchSize)
        ? writeXlaLoop(nodes, functions, step, data, capacityOf(step))
        : writeLoop(nodes, step, data),
    ]));
    this.#translated.clear();
    const changed = new Set(steps.flatMap(({ assigned, trace }) => [
      ...assigned.keys(),
      ...trace.entries.flatMap((entry) => (entry.kind === 'update' ? entry.updated : [])),
    ]));
    const byRule = threadsFor({
      largestOperation: Math.max(...steps.map(({ trace }) => largestOperation(trace))),
      changedElements: [...changed].reduce((sum, { size }) => sum + size, 0),
      jitCompiled: this.#jitCompile,
    });
    const threads = this.#threads === undefined ? byRule : { intraOp: this.#threads, interOp: this.#threads };
    const session = load(nodes, threads, functions);
    return { session, variables: new SharedVariables(session, variables, [...changed]), loops };
  }

  #forget(): void {
    this.#graph?.session.dispose();
    this.#graph = undefined;
    this.#recorded.clear();
  }
}

function load(nodes: readonly GraphNode[], threads: SessionThreads, functions: readonly GraphFunction[]): GraphSession {
  try {
    return new GraphSession(nodes, threads, functions);
  } catch (error) {
    throw new CompileError(`TensorFlow refuses the step's graph: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function read({ id, shape }: TensorDescription): StepValues {
  return { data: nativeBackend().binding.tensorDataSync(id) as Float32Array | Int32Array | Uint8Array, shape };
}
