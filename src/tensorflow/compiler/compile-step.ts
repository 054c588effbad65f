import type * as tf from '@tensorflow/tfjs';
import { setImmediate } from 'node:timers/promises';
import { cellHost } from '../../cell-host';
import { runsNatively } from '../backend';
import { Handle } from '../handles';
import { ifTerminated } from '../recovery';
import { plan, type Batches, type Pass, type PassOptions } from './batches';
import { CompiledRun } from './compiled-run';
import { runEagerly } from './eager-run';
import { CompileError } from './errors';
import { Pace } from './pace';
import { join, perExample, type Collected, type StepResult, type StepValues, type Structure } from './results';

/** A training step, or any other computation on a batch, in ordinary TensorFlow.js: a tensor for each data tensor, of the batch's rows. */
export type Step<R extends StepResult> = (...batch: tf.Tensor[]) => R;

/** How a step is compiled; all of it may be left out. */
export interface CompileOptions {
  /** Of the step's random operations, an integer from 0 to 2⁵³ − 1; a random one by default. */
  readonly seed?: number;
  /**
   * Default 'compiled': a step that cannot be compiled is refused. 'compiled-or-eager' executes such a step operation by
   * operation, 'eager' every step. Other backends than the native one always do.
   */
  readonly execution?: 'compiled' | 'compiled-or-eager' | 'eager';
  /**
   * Whether XLA, TensorFlow's just-in-time compiler, translates the loop over full batches into machine code, as
   * `tf.function(jit_compile=True)` does: it takes a second or two, once for each batch size and number of examples.
   * A step with operations that XLA lacks runs as without. Default: false.
   */
  readonly jitCompile?: boolean;
  /** How many threads the compiled step may use, for one operation and for operations beside each other; by default, what suits its size. */
  readonly threads?: number;
}

/** How a run goes through the data; all of it may be left out. */
export interface RunOptions<R extends StepResult> extends PassOptions {
  /** Examples in a batch; all of them by default. The last batch has what is left over. */
  readonly batchSize?: number;
  /** The examples to go through, by their rows in the data; by default all, from the first to the last. */
  readonly order?: Int32Array;
  /** Only for a step without data: how many times to execute it. */
  readonly steps?: number;
  /** The first axis of all results is the batch: they are joined to one of all examples. */
  readonly perExample?: boolean;
  /** Stops before the next native call; by default the running notebook cell's signal. The variables then hold the state after the last finished step. */
  readonly signal?: AbortSignal;
  /** Called after each native call; the variables are not brought up to date before the end of the run. */
  readonly onChunk?: (chunk: Chunk<R>) => void | Promise<void>;
}

/** What one native call did. */
export interface Chunk<R extends StepResult> {
  /** Number of the chunk's first step in this run, from 0. */
  readonly firstStep: number;
  /** Steps of the chunk. */
  readonly steps: number;
  /** Steps of the whole run. */
  readonly of: number;
  /** As those of the run's result. */
  readonly values: Collected<R>;
}

/** What a run gave. */
export interface RunResult<R extends StepResult> {
  /** For each result of the step its values, [steps, …]; with `perExample`, [examples, …]. */
  readonly values: Collected<R>;
  /** Steps that were executed. */
  readonly steps: number;
  /** Whether the signal ended it. */
  readonly interrupted: boolean;
}

/**
 * Makes a step ready to be repeated without JavaScript in between: what `jax.jit` with `lax.scan` and `tf.function` do in
 * Python, for an unmodified TensorFlow.js step. The first run records it and loads it as a TensorFlow graph with the loop over
 * batches inside; see README.md in this folder.
 *
 * The step may read and change variables (a model's weights, through `tf.train` optimizers or `assign`) and draw random
 * numbers, which are new ones in each step. It must do the same operations each time, not read tensors back, and keep its
 * state in variables alone.
 *
 * ```ts
 * const step = compileStep((x, y) => optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, model.predict(x)), true)!);
 * const { values } = await step.run([xs, ys], { batchSize: 32 }); // values.data: the loss of each step
 * ```
 *
 * @throws RangeError if seed or threads is no such number
 */
export function compileStep<R extends StepResult>(step: Step<R>, options: CompileOptions = {}): CompiledStep<R> {
  return new CompiledStep(step, options);
}

/** A training step, or another computation on a batch, that is ready to be repeated; `compileStep` makes it. */
export class CompiledStep<R extends StepResult> extends Handle {
  readonly #step: Step<R>;
  readonly #options: CompileOptions;
  readonly #seed: number;
  #compiled: CompiledRun<R> | undefined;
  #refusal: Error | undefined;
  #running = false;
  readonly #paces = new Map<number, Pace>();
  /** Steps so far: random operations draw from the stream with this number. To be set where a training is resumed. */
  stepsDone = 0;

  constructor(step: Step<R>, options: CompileOptions) {
    super();
    const { seed = Math.floor(Math.random() * 2 ** 32), execution = 'compiled', threads, jitCompile = false } = options;
    if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`seed is ${seed}; it must be an integer from 0 to 2^53 - 1`);
    if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
      throw new RangeError(`threads is ${threads}; it must be an integer above 0`);
    }
    this.#step = step;
    this.#options = { ...options, execution };
    this.#seed = seed;
    if (execution !== 'eager' && runsNatively()) this.#compiled = new CompiledRun(step, { seed, threads, jitCompile });
  }

  /** How it runs: in native calls, or operation by operation. */
  get execution(): 'compiled' | 'eager' {
    return this.#compiled === undefined ? 'eager' : 'compiled';
  }

  /** Whether XLA translates the step's loops: asked for, and not refused by it so far. */
  get jitCompiled(): boolean {
    return this.#compiled?.jitCompiled ?? false;
  }

  /** Why a step that was to be compiled runs eagerly. */
  get refusal(): Error | undefined {
    return this.#refusal;
  }

  /**
   * Executes the step for each batch of a pass through the data.
   *
   * @param data tensors whose first axes count the examples, as many in each
   * @throws RangeError if an option does not fit the data; CompileError if the step cannot be compiled; what the step throws.
   *   The variables are then as they were after the last native call that succeeded.
   */
  async run(data: readonly tf.Tensor[], options: RunOptions<R> = {}): Promise<RunResult<R>> {
    if (this.isDisposed) throw new Error('a disposed step was run');
    if (this.#running) throw new Error('the step is running already; await its run first');
    const pass = plan(data, options);
    this.#running = true;
    try {
      this.#prepare(data, pass);
      this.#compiled?.begin(data, pass);
      try {
        return await this.#runPass(data, pass, options);
      } finally {
        if (!this.isDisposed) this.#compiled?.end();
      }
    } finally {
      this.#running = false;
    }
  }

  protected override release(): void {
    this.#compiled?.dispose();
  }

  #prepare(data: readonly tf.Tensor[], pass: Pass): void {
    try {
      ifTerminated(() => (this.#running = false), () => this.#compiled?.prepare(data, pass));
    } catch (error) {
      if (!(error instanceof CompileError) || this.#options.execution !== 'compiled-or-eager') throw error;
      this.#refusal = error;
      this.#compiled!.dispose();
      this.#compiled = undefined;
    }
  }

  async #runPass(data: readonly tf.Tensor[], pass: Pass, options: RunOptions<R>): Promise<RunResult<R>> {
    const signal = options.signal ?? cellHost()?.signal;
    const chunks: StepValues[][] = [];
    let structure: Structure<R> | undefined;
    let done = 0;
    for (const part of pass.parts) {
      const pace = this.#paceOf(part.batchSize);
      for (let at = 0; at < part.steps; ) {
        if (signal?.aborted) return this.#result(structure, chunks, done, true);
        const steps = Math.min(pace.next(part.steps - at), this.#compiled?.mostSteps(part.batchSize) ?? Infinity);
        const start = performance.now();
        const chunk = this.#runChunk(data, pass.order, { ...part, start: part.start + at * part.batchSize, steps });
        pace.took(steps, performance.now() - start);
        structure = chunk.structure;
        const values = options.perExample ? chunk.values.map((value) => perExample(value, part.batchSize)) : chunk.values;
        chunks.push(values);
        await options.onChunk?.({ firstStep: done, steps, of: pass.steps, values: structure.rebuild(values) });
        at += steps;
        done += steps;
        await setImmediate();
        if (this.isDisposed) throw new Error('the step was disposed while it ran');
      }
    }
    return this.#result(structure, chunks, done, false);
  }

  #paceOf(batchSize: number): Pace {
    const pace = this.#paces.get(batchSize) ?? new Pace();
    this.#paces.set(batchSize, pace);
    return pace;
  }

  #runChunk(data: readonly tf.Tensor[], order: Int32Array, batches: Batches): { structure: Structure<R>; values: StepValues[] } {
    const firstStep = this.stepsDone;
    const terminated = () => {
      this.#running = false;
      this.#compiled?.end();
    };
    const chunk = ifTerminated(terminated, () =>
      this.#compiled === undefined
        ? runEagerly(this.#step, data, order, batches, { seed: this.#seed, firstStep })
        : this.#compiled.run(data, order, batches, firstStep),
    );
    this.stepsDone += batches.steps;
    return chunk;
  }

  #result(structure: Structure<R> | undefined, chunks: readonly StepValues[][], steps: number, interrupted: boolean): RunResult<R> {
    const outputs = structure?.tensors.map((_, i) => join(chunks.map((values) => values[i]!))) ?? [];
    return { values: structure?.rebuild(outputs) as Collected<R>, steps, interrupted };
  }
}
