import type { Trace } from '../recorder';

/**
 * Whether a trace must not be translated: XLA's generator makes other random numbers of the same seed than TensorFlow's
 * kernels, and a loop among the operations is written as the ordinary loop writes it.
 */
export function isUntranslatable({ entries }: Trace): boolean {
  return entries.some((entry) => entry.kind === 'loop' || (entry.kind === 'operation' && /Random|Multinomial|TruncatedNormal/.test(entry.op)));
}
