import type { Content } from '../jupyter/message';
import { pagedCode } from './paged-code';
import { isCompleteCode } from './tslab-converter';
import { ts, type typescript } from './typescript';

/** Makes what is parsed a module, where `await` may stand at the top level. */
const prefix = 'export {};';

/** What a line leaves open and no other can close: the quotes of a string, a regular expression. */
const endsWithItsLine = new Set([1002, 1161]);

/** The content of `is_complete_reply`: whether code can be run, goes on, or is wrong whatever follows. */
export function completeness(code: string): Content {
  if (pagedCode(code)) return { status: 'complete' };
  const file = ts.createSourceFile('cell.ts', prefix + code, ts.ScriptTarget.Latest) as typescript.SourceFile & {
    readonly parseDiagnostics: readonly typescript.DiagnosticWithLocation[];
  };
  const [first] = file.parseDiagnostics;
  if (!first) return { status: 'complete' };
  const goesOn = first.start >= prefix.length + code.trimEnd().length && !endsWithItsLine.has(first.code);
  // Two empty lines end an entry: what is wrong with it will then be said.
  if (!goesOn || /\n\s*\n\s*$/.test(code)) return { status: 'invalid' };
  return { status: 'incomplete', indent: isCompleteCode(code).indent ?? '' };
}
