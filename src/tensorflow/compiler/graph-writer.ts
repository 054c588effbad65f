import { attributeTypes, type Attribute } from '../native/attributes';
import type { BindingAttribute } from '../native/binding';
import { dataTypeName } from '../native/data-types';
import { CompileError } from './errors';
import type { GraphNode } from './graph-definition';
import { writeInnerLoop } from './inner-loop';
import type { Entry, External, Reference, Trace, UpdateEntry } from './recorder';

/** What a trace needs from the graph around it. Names are those of nodes' outputs. */
export interface Surroundings {
  readonly prefix: string;
  external(reference: External): string;
  /** Control inputs of a node without other inputs: in a loop, what ties it to the loop's frame. */
  readonly anchor: readonly string[];
  /** Writes an operation that changes variables; returns the names of their new values. */
  update(name: string, entry: UpdateEntry, inputs: (string | undefined)[], at: number): string[];
  /** Told of a node that holds its input until another node is done. */
  held?(holder: string, until: string): void;
}

/** Writes those entries of a trace that `results` or updates of variables hang on, and returns the names of references. */
export function writeTrace(
  nodes: GraphNode[],
  trace: Trace,
  results: readonly Reference[],
  surroundings: Surroundings,
): (reference: Reference) => string {
  const outputs = new Map<number, string[]>();
  const nameOf = (reference: Reference): string =>
    'entry' in reference ? outputs.get(reference.entry)![reference.output]! : surroundings.external(reference);
  const needed = neededEntries(trace, results);
  trace.entries.forEach((entry, i) => {
    if (needed[i]) outputs.set(i, writeEntry(nodes, entry, `${surroundings.prefix}${describe(entry)}${i}`, nameOf, surroundings, i));
  });
  return nameOf;
}

/** For each entry whether the results or an update need it. */
export function neededEntries({ entries }: Trace, results: readonly Reference[]): boolean[] {
  const needed = entries.map(({ kind }) => kind === 'update');
  const need = (reference: object) => {
    if ('entry' in reference) needed[(reference as { entry: number }).entry] = true;
  };
  results.forEach(need);
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i]!;
    if (needed[i] && entry.kind !== 'constant') entry.inputs.forEach(need);
  }
  return needed;
}

function writeEntry(
  nodes: GraphNode[],
  entry: Entry,
  name: string,
  nameOf: (reference: Reference) => string,
  surroundings: Surroundings,
  at: number,
): string[] {
  const { anchor, update } = surroundings;
  switch (entry.kind) {
    case 'constant': {
      const dtype = dataTypeName(entry.dtype);
      const attributes = { dtype: typeAttribute(entry.dtype), value: { tensor: { dtype, shape: entry.shape, bytes: entry.bytes } } };
      nodes.push({ name, op: 'Const', inputs: anchor, attributes });
      return [name];
    }
    case 'operation': {
      const inputs = entry.inputs.map(nameOf);
      const attributes = Object.fromEntries(entry.attributes.map((attribute) => [attribute.name, graphAttribute(attribute, entry.op)]));
      nodes.push({ name, op: entry.op, inputs: inputs.length === 0 ? anchor : inputs, attributes });
      return entry.outputs.map((_, output) => (output === 0 ? name : `${name}:${output}`));
    }
    case 'loop':
      return writeInnerLoop(nodes, entry, name, entry.inputs.map(nameOf), surroundings);
    case 'update':
      return update(name, entry, entry.inputs.map((input) => ('dataId' in input ? undefined : nameOf(input))), at);
  }
}

const describe = (entry: Entry): string => (entry.kind === 'constant' ? 'constant' : entry.op);

const kinds = new Map(Object.entries(attributeTypes).map(([kind, code]) => [code as number, kind as Attribute['kind']]));

function graphAttribute({ name, type, value }: BindingAttribute, op: string): Attribute {
  const kind = kinds.get(type);
  if (kind === undefined) throw new CompileError(`${op} has an attribute ${name} of a kind (${type}) that a graph cannot be given`);
  return { kind, value } as Attribute;
}

const typeAttribute = (code: number): Attribute => ({ kind: 'type', value: code });
