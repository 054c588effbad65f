import { bool, int, string, type, type Attribute } from '../native/attributes';
import { dataTypeName, type DataType } from '../native/data-types';
import type { GraphNode } from './graph-definition';
import { writeTrace, type Surroundings } from './graph-writer';
import { loopInputName, type LoopEntry } from './recorder';

/**
 * Writes a loop that stands among a step's operations: a frame of its own, as in `loop.ts`, whose whole state travels from
 * iteration to iteration. The condition is the state's first tensor.
 *
 * @param inputs the names of the state at the start, then of what the body uses from outside
 * @returns The names of the last state.
 */
export function writeInnerLoop(
  nodes: GraphNode[],
  { body, next, inputTypes }: LoopEntry,
  name: string,
  inputs: readonly string[],
  surroundings: Surroundings,
): string[] {
  const types = inputTypes.map(dataTypeName);
  const node = (local: string, op: string, from: readonly string[], attributes: GraphNode['attributes']): string => {
    const full = `${name}/${local}`;
    nodes.push({ name: full, op, inputs: from, attributes });
    return full;
  };
  const T = (dtype: DataType): Record<string, Attribute> => ({ T: type(dtype) });
  const enter = (i: number, constant: boolean): string =>
    node(`enter${i}`, 'Enter', [inputs[i]!], { ...T(types[i]!), frame_name: string(name), is_constant: bool(constant), parallel_iterations: int(1) });

  const merged = next.map((_, i) => node(`merge${i}`, 'Merge', [enter(i, false), `${name}/next${i}`], { ...T(types[i]!), N: int(2) }));
  const go = node('go', 'LoopCond', [merged[0]!], {});
  const either = merged.map((merge, i) => node(`switch${i}`, 'Switch', [merge, go], T(types[i]!)));
  const state = either.map((both, i) => node(`state${i}`, 'Identity', [`${both}:1`], T(types[i]!)));
  const exits = either.map((both, i) => node(`exit${i}`, 'Exit', [both], T(types[i]!)));
  const outside = inputs.slice(next.length).map((_, i) => {
    const at = next.length + i;
    const entered = enter(at, true);
    surroundings.held?.(entered, exits[0]!);
    // Tied to the iteration: what hangs on nothing else would be computed even if the loop never runs.
    return node(`outside${at}`, 'Identity', [entered, `^${state[0]}`], T(types[at]!));
  });

  const given = new Map([...state, ...outside].map((node, i) => [loopInputName(i), node]));
  const nameOf = writeTrace(nodes, body, next, {
    prefix: `${name}/`,
    anchor: [`^${state[0]}`],
    external: (reference) => given.get((reference as { given: string }).given)!,
    update: (operation) => {
      throw new Error(`${operation} changes variables inside a loop`);
    },
  });
  next.forEach((reference, i) => node(`next${i}`, 'NextIteration', [nameOf(reference)], T(types[i]!)));
  return exits;
}
