import { printQuickInfo } from 'tslab/dist/inspect';
import type { Content } from '../jupyter/message';
import type { CellExecutor } from './cell-executor';
import { kernelInfo } from './kernel-info';
import { isCompleteCode } from './tslab-converter';

/** The content of the reply to a request that runs no code; `undefined` for one that this kernel does not know. */
export function languageReply(type: string, content: Content, executor: CellExecutor): Content | undefined {
  const { code = '', cursor_pos = 0 } = content as { code?: string; cursor_pos?: number };
  switch (type) {
    case 'kernel_info_request':
      return kernelInfo();
    case 'complete_request': {
      const { start, end, candidates } = executor.complete(code, utf16Length(code, cursor_pos));
      return {
        status: 'ok',
        matches: candidates,
        cursor_start: codePoints(code.slice(0, start)),
        cursor_end: codePoints(code.slice(0, end)),
        metadata: {},
      };
    }
    case 'inspect_request': {
      const found = executor.inspect(code, utf16Length(code, cursor_pos));
      const data = found ? { 'text/plain': printQuickInfo(found) } : {};
      return { status: 'ok', found: found !== undefined, data, metadata: {} };
    }
    case 'is_complete_request': {
      const { completed, indent = '' } = isCompleteCode(code);
      return completed ? { status: 'complete' } : { status: 'incomplete', indent };
    }
    case 'comm_info_request':
      return { status: 'ok', comms: {} };
    case 'history_request':
      return { status: 'ok', history: [] };
    default:
      return undefined;
  }
}

/** Jupyter counts a cursor's position in code points, JavaScript in UTF-16 units. */
function utf16Length(text: string, codePointCount: number): number {
  return [...text].slice(0, codePointCount).join('').length;
}

function codePoints(text: string): number {
  return [...text].length;
}
