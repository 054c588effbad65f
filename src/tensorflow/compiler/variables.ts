import type * as tf from '@tensorflow/tfjs';
import { nativeBackend } from '../native/binding';
import { bool, shape, string, type } from '../native/attributes';
import { tensorFlowJs } from '../tensorflow-js';
import type { GraphNode } from './graph-definition';
import type { GraphSession } from './session';

/** The name by which a variable is given to a recording, and under which its resource stands in the graph. */
export const variableName = ({ id }: tf.Variable): string => `variable${id}`;

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
export function writeVariable(nodes: GraphNode[], variable: tf.Variable): void {
  const name = variableName(variable);
  const dtype = type(variable.dtype as 'float32');
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
    const backend = nativeBackend();
    const feeds = new Map(stale.map((variable) => [`${variableName(variable)}/value`, backend.getInputTensorIds([variable])[0]!]));
    this.#session.run(feeds, stale.map((variable) => `${variableName(variable)}/loaded`)).forEach(({ id }) => backend.binding.deleteTensor(id));
    for (const variable of stale) this.#equalAt.set(variable, variable.dataId);
  }

  /** Copies into TensorFlow.js what the session's steps changed. */
  store(): void {
    if (this.#changed.length === 0) return;
    const backend = nativeBackend();
    const values = this.#session.run(new Map(), this.#changed.map((variable) => `${variableName(variable)}/read`));
    this.#changed.forEach((variable, i) => this.#take(variable, backend.createOutputTensor(values[i]!)));
  }

  #take(variable: tf.Variable, value: tf.Tensor): void {
    variable.assign(value);
    value.dispose();
    this.#equalAt.set(variable, variable.dataId);
  }
}

