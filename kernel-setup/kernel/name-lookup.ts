import { ts, type typescript } from './typescript';

const { getTouchingPropertyName } = ts as unknown as {
  getTouchingPropertyName(file: typescript.SourceFile, position: number): typescript.Node;
};

/** What a name stands for. */
export interface NamedThing {
  /** Its own, or that of the function of which it has the type. */
  readonly documentation: typescript.SymbolDisplayPart[];
  readonly tags: typescript.JSDocTagInfo[];
  readonly declarations: readonly typescript.Node[];
}

/** What the name at a position stands for, beyond imports; `undefined` where no name is known. */
export function lookUpName(
  checker: typescript.TypeChecker,
  file: typescript.SourceFile,
  position: number,
): NamedThing | undefined {
  const node = getTouchingPropertyName(file, position);
  const local = checker.getSymbolAtLocation(node);
  if (!local) return undefined;
  const symbol = local.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(local) : local;
  // TensorFlow.js documents `matMul_` and exports `const matMul: typeof matMul_`.
  const type = checker.getTypeOfSymbolAtLocation(symbol, node);
  const same = type.getCallSignatures().length > 0 ? (type.symbol as typescript.Symbol | undefined) : undefined;
  const isDocumented = (each: typescript.Symbol) => each.getDocumentationComment(checker).length > 0;
  const documented = !isDocumented(symbol) && same && isDocumented(same) ? same : symbol;
  const declarations = [...new Set([symbol, documented])]
    .flatMap((each) => each.declarations ?? [])
    .filter((declaration) => !ts.isSourceFile(declaration))
    // With `const`, and with what stands beside it.
    .map((declaration) => (ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration));
  return {
    documentation: documented.getDocumentationComment(checker),
    tags: documented.getJsDocTags(checker),
    declarations,
  };
}

/** The position of the name of the innermost function that is called with arguments around a position. */
export function calleeAround(file: typescript.SourceFile, position: number): number | undefined {
  let found: number | undefined;
  const visit = (node: typescript.Node): void => {
    if (position < node.pos || position > node.end) return;
    const isCall = ts.isCallExpression(node) || ts.isNewExpression(node);
    if (isCall && node.arguments && position >= node.arguments.pos) {
      const { expression } = node;
      found = (ts.isPropertyAccessExpression(expression) ? expression.name : expression).getStart(file);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
