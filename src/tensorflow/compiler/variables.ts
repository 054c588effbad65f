import type * as tf from '@tensorflow/tfjs';
import { nativeBackend, type TensorDescription } from '../native/binding';
import { bool, shape, string, type } from '../native/attributes';
import type { DataType } from '../native/data-types';
import { tensorFlowJs } from '../tensorflow-js';
import type { GraphNode } from './graph-definition';
import type { GraphSession } from './session';

/** A tensor that keeps its value from step to step. */
export interface LoopVariable {
  /** Its own among the variables of a graph. */
  readonly id: number;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** The name by which a variable is given to a recording, and under which its resource stands in the graph. */
export const variableName = ({ id }: LoopVariable): string => `variable${id}`;

/** All variables of TensorFlow.js that are alive. */
export function liveVariables(): tf.Variable[] {
  const engine = tensorFlowJs().engine() as unknown as { registeredVariables: Record<string, tf.Variable> };
  return Object.values(engine.registeredVariables);
}

/** The values that variables have now, to be put back. Costs no copies. */
export class Snapshot {
  readonly #values: Map<tf.Variable, tf.Tensor>;

  constructor(variables: readonly tf.Variable[]) {
    const tf = tensorFlowJs();
    this.#values = new Map(variables.map((variable) => [variable, tf.keep(tf.clone(variable))]));
  }

  /** Adds a variable that was made later, with the value that it has now. */
  add(variable: tf.Variable): void {
    const tf = tensorFlowJs();
    this.#values.set(variable, tf.keep(tf.clone(variable)));
  }

  restore(): void {
    for (const [variable, value] of this.#values) if (!variable.isDisposed) variable.assign(value);
  }

  dispose(): void {
    for (const value of this.#values.values()) value.dispose();
  }
}

/** Writes a variable's resource, and the ways to load and to read it. */
export function writeVariable(nodes: GraphNode[], variable: LoopVariable): void {
  const name = variableName(variable);
  const dtype = type(variable.dtype as DataType);
  const extent = shape(variable.shape);
  const resource = { dtype, shape: extent, shared_name: string(name), container: string('') };
  nodes.push(
    { name, op: 'VarHandleOp', inputs: [], attributes: resource },
    { name: `${name}/value`, op: 'Placeholder', inputs: [], attributes: { dtype, shape: extent } },
    { name: `${name}/load`, op: 'AssignVariableOp', inputs: [name, `${name}/value`], attributes: { dtype, validate_shape: bool(false) } },
    { name: `${name}/loaded`, op: 'Identity', inputs: [`${name}/value`, `^${name}/load`], attributes: { T: dtype } },
    { name: `${name}/read`, op: 'ReadVariableOp', inputs: [name], attributes: { dtype } },
  );
}

/** Gives variables of a session new values: native tensors by their numbers. */
export function loadVariables(session: GraphSession, values: ReadonlyMap<LoopVariable, number>): void {
  const named = [...values].map(([variable, id]) => [variableName(variable), id] as const);
  const loaded = session.run(new Map(named.map(([name, id]) => [`${name}/value`, id])), named.map(([name]) => `${name}/loaded`));
  loaded.forEach(({ id }) => nativeBackend().binding.deleteTensor(id));
}

/** The values that variables have in a session; the caller becomes their owner. */
export function readVariables(session: GraphSession, variables: readonly LoopVariable[]): TensorDescription[] {
  return session.run(new Map(), variables.map((variable) => `${variableName(variable)}/read`));
}

/** Variables of TensorFlow.js and their counterparts in a session, kept equal: each side is copied only when the other changed. */
export class SharedVariables {
  readonly #session: GraphSession;
  readonly #variables: readonly tf.Variable[];
  readonly #changed: readonly tf.Variable[];
  /** What a variable held when both sides were equal. */
  readonly #equalAt = new Map<tf.Variable, object>();

  /** @param changed those of the variables that the session changes */
  constructor(session: GraphSession, variables: readonly tf.Variable[], changed: readonly tf.Variable[]) {
    this.#session = session;
    this.#variables = variables;
    this.#changed = changed;
  }

  /** Copies into the session what changed in TensorFlow.js. @throws Error if a variable has been disposed. */
  load(): void {
    const stale = this.#variables.filter((variable) => this.#equalAt.get(variable) !== variable.dataId);
    if (stale.length === 0) return;
    const disposed = stale.find((variable) => variable.isDisposed);
    if (disposed !== undefined) throw new Error(`the variable '${disposed.name}' of the compiled step has been disposed`);
    loadVariables(this.#session, new Map(stale.map((variable) => [variable, nativeBackend().getInputTensorIds([variable])[0]!])));
    for (const variable of stale) this.#equalAt.set(variable, variable.dataId);
  }

  /** Copies into TensorFlow.js what the session's steps changed. */
  store(): void {
    if (this.#changed.length === 0) return;
    const backend = nativeBackend();
    const values = readVariables(this.#session, this.#changed);
    this.#changed.forEach((variable, i) => this.#take(variable, backend.createOutputTensor(values[i]!)));
  }

  #take(variable: tf.Variable, value: tf.Tensor): void {
    variable.assign(value);
    value.dispose();
    this.#equalAt.set(variable, variable.dataId);
  }
}

