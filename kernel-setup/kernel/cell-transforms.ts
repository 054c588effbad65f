import { ts, type typescript } from './typescript';

/** The name under which compiled cells find the function that gives what each `await` passes its value through. */
export const guardName = '__suspended';

/**
 * Rewrites a cell's `await x` to `__suspended()(await x)`, and calls what `__suspended()` gave before a `for await` at the
 * start of its body: the code of a cell that was ended by an interrupt stops there instead of running on unseen, and what is
 * shown after an `await` belongs to the cell that ran before it, also in a function that an earlier cell declared.
 */
export const stopWhenCellEnded: typescript.TransformerFactory<typescript.SourceFile> = (context) => {
  const { factory } = context;
  const call = (callee: typescript.Expression, ...values: typescript.Expression[]) =>
    factory.createCallExpression(callee, undefined, values);
  const guard = () => call(factory.createIdentifier(guardName));

  const visit = (node: typescript.Node): typescript.Node => {
    if (ts.isStatement(node) && isForAwait(unlabelled(node))) return guardedLoop(node);
    const visited = ts.visitEachChild(node, visit, context);
    return ts.isAwaitExpression(visited) ? ts.setTextRange(call(guard(), visited), visited) : visited;
  };

  /** The loop, with its labels, in a block with the guard that it was begun under. */
  const guardedLoop = (statement: typescript.Statement): typescript.Statement => {
    const begun = factory.createUniqueName('begun');
    const declaration = factory.createVariableDeclaration(begun, undefined, undefined, guard());
    const rewrite = (node: typescript.Statement): typescript.Statement => {
      if (ts.isLabeledStatement(node)) return factory.updateLabeledStatement(node, node.label, rewrite(node.statement));
      const loop = ts.visitEachChild(node as typescript.ForOfStatement, visit, context);
      const body = factory.createBlock([factory.createExpressionStatement(call(begun)), loop.statement], true);
      return factory.updateForOfStatement(loop, loop.awaitModifier, loop.initializer, loop.expression, body);
    };
    const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
    return factory.createBlock([factory.createVariableStatement(undefined, list), rewrite(statement)], true);
  };
  return (file) => ts.visitNode(file, visit) as typescript.SourceFile;
};

/**
 * Removes the `exports.a = exports.b = void 0` that the compiler puts before a CommonJS module: a cell that is run
 * again and does not get far must not wipe out what it had declared.
 */
export const keepEarlierValues: typescript.TransformerFactory<typescript.SourceFile> = ({ factory }) => {
  const clearsExports = (node: typescript.Expression): boolean =>
    ts.isVoidExpression(node) || (ts.isBinaryExpression(node) && isExport(node.left) && clearsExports(node.right));
  // What the cell itself says has a place in its text.
  const isMade = (node: typescript.Node) => ts.getOriginalNode(node).pos < 0;
  return (file) =>
    factory.updateSourceFile(
      file,
      file.statements.filter(
        (line) => !(isMade(line) && ts.isExpressionStatement(line) && clearsExports(line.expression)),
      ),
    );
};

/**
 * Calls functions of earlier cells as functions, `(0, exports.f)()`, not as methods of `exports`: `this` is what it
 * would be in a module, and a stack trace says `f`.
 */
export const callAsFunctions: typescript.TransformerFactory<typescript.SourceFile> = (context) => {
  const { factory } = context;
  const visit = (node: typescript.Node): typescript.Node => {
    const visited = ts.visitEachChild(node, visit, context);
    if (!ts.isCallExpression(visited) || !isExport(visited.expression)) return visited;
    const callee = factory.createParenthesizedExpression(
      factory.createComma(factory.createNumericLiteral(0), visited.expression),
    );
    return factory.updateCallExpression(visited, callee, visited.typeArguments, visited.arguments);
  };
  return (file) => ts.visitNode(file, visit) as typescript.SourceFile;
};

/**
 * Mends two things that tslab gets wrong where an earlier cell declared `x`: `{ x }` must become
 * `{ x: exports.x }`, and the first `x` of `const { x: y } = value` must stay as it is.
 */
export function spellOutEarlierNames(
  program: typescript.Program,
  isEarlier: (declaration: typescript.Declaration) => boolean,
): typescript.TransformerFactory<typescript.SourceFile> {
  const checker = program.getTypeChecker();
  return (context) => {
    const { factory } = context;
    const visit = (node: typescript.Node): typescript.Node => {
      if (ts.isShorthandPropertyAssignment(node)) {
        const symbol = checker.getShorthandAssignmentValueSymbol(node);
        if (!symbol?.declarations?.some(isEarlier)) return node;
        const earlier = factory.createPropertyAccessExpression(factory.createIdentifier('exports'), node.name.text);
        const fallback = node.objectAssignmentInitializer;
        return factory.createPropertyAssignment(
          factory.createIdentifier(node.name.text),
          fallback
            ? factory.createAssignment(earlier, ts.visitNode(fallback, visit) as typescript.Expression)
            : earlier,
        );
      }
      if (ts.isBindingElement(node) && node.propertyName && ts.isIdentifier(node.propertyName)) {
        const visited = ts.visitEachChild(node, visit, context);
        const property = factory.createIdentifier(node.propertyName.text);
        return factory.updateBindingElement(
          visited,
          visited.dotDotDotToken,
          property,
          visited.name,
          visited.initializer,
        );
      }
      return ts.visitEachChild(node, visit, context);
    };
    return (file) => ts.visitNode(file, visit) as typescript.SourceFile;
  };
}

function unlabelled(node: typescript.Statement): typescript.Statement {
  return ts.isLabeledStatement(node) ? unlabelled(node.statement) : node;
}

function isForAwait(node: typescript.Statement): boolean {
  return ts.isForOfStatement(node) && node.awaitModifier !== undefined;
}

function isExport(node: typescript.Expression): boolean {
  return ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'exports';
}
