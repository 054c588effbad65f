import type { Trace } from '../recorder';

/** Whether a trace draws random numbers: XLA's generator makes others of the same seed than TensorFlow's kernels. */
export function drawsOtherwise({ entries }: Trace): boolean {
  return entries.some((entry) => entry.kind === 'operation' && /Random|Multinomial|TruncatedNormal/.test(entry.op));
}
