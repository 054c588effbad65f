import type { CompletionMatch, Completions } from './completions';
import { ts, type typescript } from './typescript';

const { findPrecedingToken, Completions: { StringCompletions: { getStringLiteralCompletions } } } = ts as unknown as {
  findPrecedingToken(position: number, file: typescript.SourceFile): typescript.Node | undefined;
  Completions: {
    StringCompletions: {
      getStringLiteralCompletions(
        file: typescript.SourceFile,
        position: number,
        token: typescript.Node | undefined,
        options: typescript.CompilerOptions,
        host: typescript.ModuleResolutionHost,
        program: typescript.Program,
        log: (message: string) => void,
        preferences: typescript.UserPreferences,
      ): typescript.CompletionInfo | undefined;
    };
  };
};

/**
 * How a string that is being written may go on: the files, folders and packages that an import may name, elsewhere the
 * strings that its place allows. `undefined` where neither is known.
 */
export function completeString(
  program: typescript.Program,
  cell: typescript.SourceFile,
  position: number,
): Completions | undefined {
  const token = findPrecedingToken(position, cell);
  if (!token || !ts.isStringLiteralLike(token)) return undefined;
  const options = program.getCompilerOptions();
  const host = { ...ts.sys, useCaseSensitiveFileNames: () => true, getCompilationSettings: () => options };
  const info = getStringLiteralCompletions(cell, position, token, options, host, program, () => {}, {});
  if (!info) return undefined;

  // The name of a file or folder stands for the last part of a path, all else for the whole string.
  const start = token.getStart(cell) + 1;
  const lastPart = start + cell.text.slice(start, position).lastIndexOf('/') + 1;
  const isPart = (name: string) => !info.optionalReplacementSpan && !name.includes('/');
  const found = info.entries.map(({ name, kind, replacementSpan }) => ({
    name,
    kind,
    from: replacementSpan?.start ?? (isPart(name) ? lastPart : start),
  }));
  const from = Math.min(position, ...found.map((each) => each.from));
  const written = cell.text.slice(from, position);
  const matches = found
    .map(({ name, kind, from: own }): CompletionMatch => ({ text: cell.text.slice(from, own) + name, kind }))
    .filter(({ text }) => text.startsWith(written));
  return { start: from, end: token.isUnterminated ? position : token.end - 1, matches };
}
