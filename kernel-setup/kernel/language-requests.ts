import type { Content } from '../jupyter/message';
import type { CellExecutor } from './cell-executor';
import { completeness } from './completeness';
import { inspectionBundle } from './inspection';
import { kernelInfo } from './kernel-info';

interface LanguageContent {
  readonly code?: string;
  readonly cursor_pos?: number;
  readonly detail_level?: number;
}

/** The content of the reply to a request that runs no code; `undefined` for one that this kernel does not know. */
export function languageReply(type: string, content: Content, executor: CellExecutor): Content | undefined {
  const { code = '', cursor_pos = [...code].length, detail_level = 0 } = content as LanguageContent;
  switch (type) {
    case 'kernel_info_request':
      return kernelInfo();
    case 'complete_request': {
      const { start, end, matches } = executor.complete(code, utf16Length(code, cursor_pos));
      const [cursor_start, cursor_end] = [codePoints(code.slice(0, start)), codePoints(code.slice(0, end))];
      // IPython's name for it, by which JupyterLab shows what each match is.
      const types = matches.map(({ text, kind, type }) => ({
        start: cursor_start,
        end: cursor_end,
        text,
        type: kind,
        ...(type === undefined ? {} : { signature: type }),
      }));
      return {
        status: 'ok',
        matches: matches.map(({ text }) => text),
        cursor_start,
        cursor_end,
        metadata: { _jupyter_types_experimental: types },
      };
    }
    case 'inspect_request': {
      const found = executor.inspect(code, utf16Length(code, cursor_pos));
      const data = found ? inspectionBundle(found, detail_level) : {};
      return { status: 'ok', found: found !== undefined, data, metadata: {} };
    }
    case 'is_complete_request':
      return completeness(code);
    case 'comm_info_request':
      return { status: 'ok', comms: {} };
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
