import type * as tf from '@tensorflow/tfjs';
import { nativeBackend } from '../native/binding';
import { withUndo } from '../recovery';
import { tensorFlowJs } from '../tensorflow-js';
import { compareTraces } from './compare-traces';
import { CompileError } from './errors';
import { executeStep } from './execute-step';
import { withFusedLosses } from './fused-losses';
import { batchName, stepNumberName, type LoopBody } from './loop';
import { countIterations, withFusedOptimizers, type Applications } from './optimizers';
import { Recorder, type Reference, type Trace } from './recorder';
import type { StepResult, Structure } from './results';
import { simplify } from './simplify';
import { liveVariables, Snapshot, variableName } from './variables';

/** A step as it was executed on a batch of one size. */
export interface RecordedStep<R extends StepResult> extends LoopBody {
  readonly structure: Structure<R>;
  readonly variables: readonly tf.Variable[];
  readonly assigned: ReadonlyMap<tf.Variable, Reference>;
  /** The optimizers that one step applies. */
  readonly applications: Applications;
}

export interface StepToRecord<R extends StepResult> {
  readonly step: (...batch: tf.Tensor[]) => R;
  readonly data: readonly tf.Tensor[];
  /** The examples of two batches of the same size, different ones if there are. */
  readonly rows: readonly [Int32Array, Int32Array];
  readonly seed: number;
  /** The step was executed before, so that all its variables are there; false by default. */
  readonly wasExecuted?: boolean;
}

/**
 * Executes a step twice to record it, and once before so that optimizers make their variables, and puts all variables back.
 * New variables stay, with the values that they were made with.
 *
 * @throws CompileError if one recording cannot stand for all steps
 */
export function recordStep<R extends StepResult>({ step, data, rows, seed, wasExecuted = false }: StepToRecord<R>): RecordedStep<R> {
  const tf = tensorFlowJs();
  const before = new Snapshot(liveVariables());
  const batches = rows.map((examples) => tf.tidy(() => data.map((tensor) => tf.gather(tensor, tf.tensor1d(examples, 'int32')))));
  const putBack = () => {
    before.restore();
    before.dispose();
    tf.dispose(batches);
  };
  return withUndo(putBack, () => {
    if (!wasExecuted) {
      const once = () => tf.dispose(tf.tidy(() => [...execute(step, batches[0]!, seed, 0).structure.tensors]));
      withNewVariables((variable) => before.add(variable), once);
      before.restore();
    }
    const first = recordOnce(step, batches[0]!, seed, 1);
    before.restore();
    const second = recordOnce(step, batches[1]!, seed, 2);
    compareTraces(first.trace, second.trace);
    return { ...simplified(second), batchSize: rows[0].length };
  });
}

function simplified<R extends StepResult>(step: Omit<RecordedStep<R>, 'batchSize'>): Omit<RecordedStep<R>, 'batchSize'> {
  const { trace, moved } = simplify(step.trace);
  return {
    ...step,
    trace,
    results: step.results.map((result) => ({ ...result, reference: moved(result.reference) })),
    assigned: new Map([...step.assigned].map(([variable, reference]) => [variable, moved(reference)])),
  };
}

function recordOnce<R extends StepResult>(
  step: (...batch: tf.Tensor[]) => R,
  batch: readonly tf.Tensor[],
  seed: number,
  number: number,
): Omit<RecordedStep<R>, 'batchSize'> {
  const tf = tensorFlowJs();
  const idOf = (tensor: tf.Tensor) => nativeBackend().getInputTensorIds([tensor])[0]!;
  const all = liveVariables();
  all.forEach(giveOwnNumber);
  const stepNumber = tf.scalar(number, 'int32');
  const atStart = new Map(all.map((variable) => [variable, idOf(variable)]));
  const given = new Map([
    [stepNumberName, { id: idOf(stepNumber), shape: [] as readonly number[] }],
    ...[...atStart].map(([variable, id]) => [variableName(variable), { id, shape: variable.shape }] as const),
    ...batch.map((tensor, i) => [batchName(i), { id: idOf(tensor), shape: tensor.shape }] as const),
  ]);
  const recorder = new Recorder(given);
  let structure: Structure<R> | undefined;
  let applications: Applications | undefined;
  try {
    return recorder.record(() => {
      tf.tidy(() => {
        const executed = withFusedOptimizers(recorder, () => withFusedLosses(() => execute(step, batch, seed, number, stepNumber)));
        ({ structure, applications } = executed);
        return [...structure.tensors];
      });
      const made = liveVariables().filter((variable) => !atStart.has(variable));
      if (made.length > 0 || all.some(({ isDisposed }) => isDisposed)) {
        made.forEach((variable) => variable.dispose());
        throw new CompileError('the step makes or disposes variables in every execution; make them once, outside');
      }
      const results = structure!.tensors.map((tensor) => ({ reference: recorder.reference(tensor), shape: tensor.shape, dtype: tensor.dtype }));
      const changed = all.filter((variable) => idOf(variable) !== atStart.get(variable));
      const ends = new Map(changed.map((variable) => [variable, recorder.reference(variable)]));
      return { trace: recorder.trace, structure: structure!, applications: applications!, results, ...variablesOf(recorder.trace, all, ends, results.map(({ reference }) => reference)) };
    });
  } finally {
    tf.dispose(structure === undefined ? [] : [...structure.tensors]);
    stepNumber.dispose();
  }
}

/**
 * A variable may share its memory, and so its native number, with another one or with a tensor that the step uses, as after
 * `setWeights`: told apart by their numbers, they would be taken for each other.
 */
function giveOwnNumber(variable: tf.Variable): void {
  const backend = nativeBackend();
  const value = backend.createOutputTensor(backend.binding.executeOp('Identity', [], backend.getInputTensorIds([variable]), 1)[0]!);
  variable.assign(value);
  value.dispose();
}

function execute<R extends StepResult>(
  step: (...batch: tf.Tensor[]) => R,
  batch: readonly tf.Tensor[],
  seed: number,
  number: number,
  stepTensor?: tf.Tensor,
): { structure: Structure<R>; applications: Applications } {
  const { result, applications } = countIterations(() => executeStep(step, batch, { seed, step: number, stepTensor }));
  return { structure: result, applications };
}

function variablesOf(
  trace: Trace,
  all: readonly tf.Variable[],
  ends: ReadonlyMap<tf.Variable, Reference>,
  results: readonly Reference[],
) {
  const used = new Set<string>();
  const use = (reference: Reference | tf.Variable) => {
    if ('dataId' in reference) used.add(variableName(reference));
    else if ('given' in reference) used.add(reference.given);
  };
  for (const entry of trace.entries) if (entry.kind !== 'constant') entry.inputs.forEach(use);
  results.forEach(use);
  const assigned = new Map([...ends].filter(([variable, end]) => !isUpdateOf(variable, end, trace)));
  return { variables: all.filter((variable) => ends.has(variable) || used.has(variableName(variable))), assigned };
}

function isUpdateOf(variable: tf.Variable, end: Reference, { entries }: Trace): boolean {
  const entry = 'entry' in end ? entries[end.entry] : undefined;
  return entry?.kind === 'update' && entry.updated[(end as { output: number }).output] === variable;
}

/** Calls `made` for each variable that is made while `body` runs, as soon as it has its first value. */
function withNewVariables<T>(made: (variable: tf.Variable) => void, body: () => T): T {
  const engine = tensorFlowJs().engine() as unknown as { makeVariable(...args: unknown[]): tf.Variable };
  const original = engine.makeVariable;
  engine.makeVariable = function (...args) {
    const variable = original.apply(this, args);
    made(variable);
    return variable;
  };
  return withUndo(() => delete (engine as { makeVariable?: unknown }).makeVariable, body);
}
