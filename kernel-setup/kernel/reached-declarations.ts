import { ts, type typescript } from './typescript';

/** What a cell's declarations say of one name; overloads and merged declarations together. */
interface Declared {
  readonly texts: string[];
  /** Whether it stands for a value, which is there once the cell has got so far. */
  isValue: boolean;
  isImport: boolean;
}

/**
 * What later cells can see when a cell did not get to its end: what it declared until then, and for the rest what earlier
 * cells declared.
 * @param before the declarations of the cells before it
 * @param after those with the whole cell
 * @param reached the names that it has given values
 */
export function reachedDeclarations(before: string, after: string, reached: ReadonlySet<string>): string {
  const [earlier, later] = [declaredNames(before), declaredNames(after)];
  // Imports come first: where anything behind them was reached, they have been made, types among them.
  const madeImports = [...reached].some((name) => later.get(name)?.isImport === false);
  const isThere = (name: string, { isValue, isImport }: Declared) => !isValue || reached.has(name) || (isImport && madeImports);
  const kept = new Map(earlier);
  for (const [name, declared] of later) if (isThere(name, declared)) kept.set(name, declared);
  return [...kept.values()].flatMap(({ texts }) => texts).join('\n');
}

function declaredNames(declarations: string): Map<string, Declared> {
  const file = ts.createSourceFile('declarations.d.ts', declarations, ts.ScriptTarget.ES2022, true);
  const names = new Map<string, Declared>();
  const add = (name: string, text: string, isValue: boolean, isImport = false) => {
    const known = names.get(name) ?? { texts: [], isValue: false, isImport };
    known.texts.push(text);
    known.isValue ||= isValue;
    names.set(name, known);
  };
  for (const statement of file.statements) {
    const text = statement.getFullText().trim();
    if (ts.isVariableStatement(statement)) addVariables(statement, add);
    else if (ts.isImportDeclaration(statement)) addImports(statement, add);
    else add(nameOf(statement) ?? text, text, isValue(statement));
  }
  return names;
}

type Add = (name: string, text: string, isValue: boolean, isImport?: boolean) => void;

function addVariables(statement: typescript.VariableStatement, add: Add): void {
  const { declarationList } = statement;
  const comment = statement.getFullText().slice(0, statement.getLeadingTriviaWidth()).trim();
  const keyword = /^\w+/.exec(declarationList.getText())![0];
  for (const declaration of declarationList.declarations) {
    add(declaration.name.getText(), `${comment}\ndeclare ${keyword} ${declaration.getText()};`.trim(), true);
  }
}

function addImports(statement: typescript.ImportDeclaration, add: Add): void {
  const { importClause: clause, moduleSpecifier } = statement;
  if (!clause) return add(statement.getText(), statement.getText(), false);
  const from = moduleSpecifier.getText();
  const addOne = (name: string, what: string, isType: boolean) =>
    add(name, `import ${isType ? 'type ' : ''}${what} from ${from};`, !isType, true);
  if (clause.name) addOne(clause.name.text, clause.name.text, clause.isTypeOnly);
  const bindings = clause.namedBindings;
  if (!bindings) return;
  if (ts.isNamespaceImport(bindings)) return addOne(bindings.name.text, bindings.getText(), clause.isTypeOnly);
  for (const { name, propertyName, isTypeOnly } of bindings.elements) {
    addOne(name.text, `{ ${propertyName ? `${propertyName.text} as ` : ''}${name.text} }`, clause.isTypeOnly || isTypeOnly);
  }
}

function nameOf(statement: typescript.Statement): string | undefined {
  return (statement as { name?: typescript.Identifier }).name?.getText();
}

const isValue = (statement: typescript.Statement): boolean =>
  ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement) || ts.isModuleDeclaration(statement);
