import type { CompletionInfo } from 'tslab/dist/converter';
import { ts, type typescript } from './typescript';

export interface Completions {
  /** The part of the code that a match replaces, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly matches: readonly CompletionMatch[];
}

export interface CompletionMatch {
  readonly text: string;
  /** 'function', 'const', 'class' and so on, as the compiler calls them. */
  readonly kind: string;
  /** Its type, or the signature of a function. */
  readonly type?: string;
}

/** The types of so many matches are looked up: more are not seen at once. */
const mostTypes = 200;

/**
 * tslab's completions with what each of them is.
 *
 * @param file the cell, in which `position` is where the completion was asked for
 */
export function describeCompletions(
  { start, end, candidates, original }: CompletionInfo,
  checker: typescript.TypeChecker,
  file: typescript.SourceFile,
  position: number,
): Completions {
  const kinds = new Map(original?.entries.map(({ name, kind }) => [name, kind]));
  const find = symbolFinder(checker, file, position);
  const matches = candidates.map((text, i): CompletionMatch => {
    const kind = kinds.get(text) ?? '';
    const symbol = i < mostTypes && kind !== 'keyword' ? find(text) : undefined;
    return symbol ? { text, ...describeSymbol(checker, symbol, file, kind) } : { text, kind };
  });
  return { start, end, matches };
}

/** Finds what a name means where the completion was asked for: behind a dot, a property of what stands before it. */
function symbolFinder(
  checker: typescript.TypeChecker,
  file: typescript.SourceFile,
  position: number,
): (name: string) => typescript.Symbol | undefined {
  const token = findPrecedingToken(position, file);
  const parent = token?.parent;
  if (parent && ts.isPropertyAccessExpression(parent) && token !== parent.expression) {
    const type = checker.getApparentType(checker.getNonNullableType(checker.getTypeAtLocation(parent.expression)));
    return (name) => checker.getPropertyOfType(type, name);
  }
  const { Value, Type, Namespace, Alias } = ts.SymbolFlags;
  const { resolveName } = checker as ResolvingChecker;
  return (name) => resolveName(name, token ?? file, Value | Type | Namespace | Alias, false);
}

function describeSymbol(
  checker: typescript.TypeChecker,
  symbol: typescript.Symbol,
  file: typescript.SourceFile,
  kind: string,
): Omit<CompletionMatch, 'text'> {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const own = kind === 'alias' ? getSymbolKind(checker, target, file) : kind;
  if (!(target.flags & ts.SymbolFlags.Value)) return { kind: own || kind };
  const type = checker.getTypeOfSymbolAtLocation(target, file);
  const [call] = type.getCallSignatures();
  return { kind: own || kind, type: call ? checker.signatureToString(call) : checker.typeToString(type) };
}

/** What the compiler has and does not declare. */
interface ResolvingChecker extends typescript.TypeChecker {
  resolveName(
    name: string,
    location: typescript.Node,
    meaning: typescript.SymbolFlags,
    excludeGlobals: boolean,
  ): typescript.Symbol | undefined;
}

const { findPrecedingToken, SymbolDisplay: { getSymbolKind } } = ts as unknown as {
  findPrecedingToken(position: number, file: typescript.SourceFile): typescript.Node | undefined;
  SymbolDisplay: {
    getSymbolKind(checker: typescript.TypeChecker, symbol: typescript.Symbol, location: typescript.Node): string;
  };
};
