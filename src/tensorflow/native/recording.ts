import type { Attribute } from './attributes';
import type { DataType } from './data-types';
import type { NativeTensor } from './native-tensor';

/** One thing that happened to native tensors: an operation, or numbers put into a tensor. */
export type Recorded = RecordedOp | RecordedConstant;

export interface RecordedOp {
  readonly op: string;
  readonly inputs: readonly NativeTensor[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly NativeTensor[];
}

export interface RecordedConstant {
  readonly constant: { readonly dtype: DataType; readonly shape: readonly number[]; readonly bytes: Uint8Array };
  readonly outputs: readonly [NativeTensor];
}

let recording: Recorded[] | undefined;

/** Takes note of something if a recording is under way. */
export function note(make: () => Recorded): void {
  recording?.push(make());
}

/** Runs `body` and returns its result with all that it did to native tensors, in order. */
export function record<T>(body: () => T): { result: T; recorded: readonly Recorded[] } {
  if (recording !== undefined) throw new Error('a recording is under way already');
  const recorded: Recorded[] = (recording = []);
  try {
    return { result: body(), recorded };
  } finally {
    recording = undefined;
  }
}
