import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Binding } from './binding';

/** How many threads a session has of its own. */
export interface SessionThreads {
  /** For the work of one operation. */
  readonly intraOp: number;
  /** For operations that do not depend on each other. */
  readonly interOp: number;
}

/**
 * Loads a serialized SavedModel, tagged `serve`, into a session with threads of its own, and returns the binding's number
 * for it, of which the caller becomes the owner.
 *
 * @throws RangeError if a number of threads is not a positive 32-bit integer; with TensorFlow's message if it refuses the model.
 */
export function loadGraph(binding: Binding, model: Uint8Array, threads: SessionThreads): number {
  const config = sessionConfig(threads);
  // The binding loads graphs from a folder only; it finds the session's configuration there too (sessions.h).
  const folder = mkdtempSync(join(tmpdir(), 'graph-'));
  try {
    for (const name of ['variables', 'assets.extra']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'saved_model.pb'), model);
    writeFileSync(join(folder, 'assets.extra', 'session_config.pb'), config);
    return binding.loadSavedModel(folder, 'serve');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The numbers of the fields in TensorFlow's `config.proto`. */
const fields = { intra_op_parallelism_threads: 2, inter_op_parallelism_threads: 5, use_per_session_threads: 9 } as const;

/** A serialized `ConfigProto`. */
function sessionConfig({ intraOp, interOp }: SessionThreads): Uint8Array {
  return Uint8Array.from([
    ...integer(fields.intra_op_parallelism_threads, checked('intraOp', intraOp)),
    ...integer(fields.inter_op_parallelism_threads, checked('interOp', interOp)),
    ...integer(fields.use_per_session_threads, 1),
  ]);
}

function checked(name: keyof SessionThreads, count: number): number {
  if (Number.isInteger(count) && count >= 1 && count < 2 ** 31) return count;
  throw new RangeError(`${name} is ${count}; a session needs a whole number of threads, at least 1`);
}

/** A field of protocol-buffer wire type 0: its number, then seven bits of the value in each byte, the lowest first. */
function integer(field: number, value: number): number[] {
  const bytes = [field << 3];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}
