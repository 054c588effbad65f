import { CompileError } from './errors';
import type { ConstantEntry, Entry, LoopEntry, Trace, UpdateEntry } from './recorder';

/**
 * Compares two executions of a step on different batches: what differs comes from JavaScript, and one recording cannot
 * stand for all steps.
 *
 * @throws CompileError that names the first operation that differs, and its line
 */
export function compareTraces(first: Trace, second: Trace): void {
  for (let i = 0; i < Math.max(first.entries.length, second.entries.length); i++) {
    const [a, b] = [first.entries[i], second.entries[i]];
    if (a === undefined || b === undefined) {
      throw changed(`${describe((a ?? b)!)} runs in one execution only`, (a ?? b)!);
    }
    compareEntries(a, b);
  }
}

function compareEntries(a: Entry, b: Entry): void {
  if (a.kind !== b.kind || describe(a) !== describe(b)) throw changed(`${describe(a)} runs once and ${describe(b)} another time`, a);
  if (a.kind === 'constant') return compareConstants(a, b as ConstantEntry);
  if (a.kind === 'loop') return compareLoops(a, b as LoopEntry);
  const other = b as Exclude<Entry, ConstantEntry | LoopEntry>;
  if (JSON.stringify(a.attributes) !== JSON.stringify(other.attributes)) {
    throw changed(`${a.op} has the attributes ${JSON.stringify(a.attributes)} once and ${JSON.stringify(other.attributes)} another time`, a);
  }
  if (a.kind === 'operation' && other.kind === 'operation') {
    const shapes = (entry: typeof a) => entry.outputs.map(({ shape }) => `[${shape}]`).join(', ');
    if (shapes(a) !== shapes(other)) throw changed(`the result of ${a.op} has the shape ${shapes(a)} once and ${shapes(other)} another time`, a);
  }
  compareInputs(a, other);
}

function compareLoops(a: LoopEntry, b: LoopEntry): void {
  compareTraces(a.body, b.body);
  if (JSON.stringify(a.next) !== JSON.stringify(b.next)) throw changed('a loop goes on with something else in another execution', a);
  compareInputs(a, b);
}

function compareInputs(a: Exclude<Entry, ConstantEntry>, b: Exclude<Entry, ConstantEntry>): void {
  const key = (input: UpdateEntry['inputs'][number]) => ('dataId' in input ? `variable ${input.id}` : JSON.stringify(input));
  a.inputs.forEach((input, i) => {
    const other = b.inputs[i];
    if (other !== undefined && key(input) === key(other)) return;
    const kept = 'captured' in input && 'captured' in (other ?? {});
    throw changed(
      kept
        ? `${a.op} uses a tensor that was made anew since the last execution`
        : `${a.op} computes with something else in another execution`,
      a,
    );
  });
}

function compareConstants(a: ConstantEntry, b: ConstantEntry): void {
  if (a.dtype !== b.dtype || String(a.shape) !== String(b.shape)) {
    throw changed(`numbers of shape [${a.shape}] are made once and of shape [${b.shape}] another time`, a);
  }
  const at = a.bytes.findIndex((byte, i) => byte !== b.bytes[i]);
  if (at < 0) return;
  throw changed(`a number made in JavaScript is ${numberAt(a, at)} once and ${numberAt(b, at)} another time`, a);
}

function numberAt({ dtype, bytes }: ConstantEntry, byte: number): number {
  const word = byte - (byte % 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 1) return view.getFloat32(word, true);
  return dtype === 3 ? view.getInt32(word, true) : bytes[byte]!;
}

const describe = (entry: Entry): string => (entry.kind === 'constant' ? 'a constant' : entry.op);

function changed(what: string, entry: Entry): CompileError {
  return new CompileError(
    `the step is not the same in every execution: ${what}${entry.where()}. Compiled, it would be repeated as it was recorded; ` +
      'keep what changes in a tf.variable, pass it in as data, or allow eager execution (execution: "compiled-or-eager")',
  );
}

