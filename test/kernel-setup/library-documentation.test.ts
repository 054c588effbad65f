import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isLibrary, restoreDocumentationWhenAsked, withoutDocumentation } from '../../kernel-setup/kernel/library-documentation';
import { ts, type typescript, typescriptPath } from '../../kernel-setup/kernel/typescript';
import { projectRoot } from '../support/project';

test('documentation becomes blanks; code, other comments, strings and lines stay in their places', () => {
  const declarations = [
    '/** Sets a trap.',
    ' * @param cheese grams */',
    'declare function trap(cheese: number): "/** bait */"; // /** not this */',
    '/* nor this */ /**/ declare const mice: `/** ${number} */`; /** Long.\r\n */',
    "/** @deprecated use 'trap' */ declare const poison: '\\'/** no */';",
  ].join('\n');
  assert.equal(withoutDocumentation(declarations), [
    '/*              ',
    '                       */',
    'declare function trap(cheese: number): "/** bait */"; // /** not this */',
    '/* nor this */ /**/ declare const mice: `/** ${number} */`; /*       \r\n */',
    "/** @deprecated use 'trap' */ declare const poison: '\\'/** no */';",
  ].join('\n'));
});

test('only the declarations of packages are libraries', () => {
  assert.ok(isLibrary('/p/node_modules/@types/node/fs.d.ts'));
  assert.ok(!isLibrary('/p/node_modules/pen/index.js'));
  assert.ok(!isLibrary('/p/src/pen.d.ts'));
});

/** A program that imports packages, whose files are read through `read`. */
function programOf(read: (path: string, text: string) => string) {
  const source = ['node:fs', 'node:stream', 'node:events', '@tensorflow/tfjs', 'jsdom']
    .map((name, i) => `import * as m${i} from '${name}';\nexport { m${i} };\n`)
    .join('');
  const options: typescript.CompilerOptions = { lib: ['lib.es2023.d.ts'], types: ['node'], strict: true, skipLibCheck: true };
  const host = ts.createCompilerHost(options);
  const { readFile, getSourceFile } = host;
  const main = join(projectRoot, 'main.ts');
  host.readFile = (path) => {
    const text = readFile.call(host, path);
    return text === undefined ? undefined : read(path, text);
  };
  host.getSourceFile = (path, ...rest) =>
    path === main
      ? ts.createSourceFile(main, source, ts.ScriptTarget.ES2022)
      : getSourceFile.call(host, path, ...rest);
  const program = ts.createProgram([main], options, host);
  return { program, checker: program.getTypeChecker(), main: program.getSourceFile(main)! };
}

/** What is documented of the exports of all modules that the program's main file imports, of their members and signatures. */
function documentation({ checker, main }: ReturnType<typeof programOf>): Map<string, string> {
  const found = new Map<string, string>();
  const note = (name: string, symbol: typescript.Symbol | typescript.Signature) =>
    // Members that a symbol names are called by a number, in which programs differ.
    found.set(name.replace(/@\d+$/, ''), JSON.stringify([symbol.getDocumentationComment(checker), symbol.getJsDocTags(checker)]));
  for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(main)!)) {
    for (const each of checker.getExportsOfModule(checker.getAliasedSymbol(exported))) {
      const symbol = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
      const name = `${exported.name}.${each.name}`;
      note(name, symbol);
      const type = checker.getTypeOfSymbolAtLocation(symbol, main);
      type.getCallSignatures().forEach((signature, i) => note(`${name}(${i})`, signature));
      const members = symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface) ? checker.getDeclaredTypeOfSymbol(symbol) : type;
      for (const member of checker.getPropertiesOfType(members)) note(`${name}.${member.name}`, member);
    }
  }
  return found;
}

describe('a program that reads libraries without their documentation', () => {
  restoreDocumentationWhenAsked();
  const whole = programOf((_, text) => text);
  const bare = programOf((path, text) => (isLibrary(path) ? withoutDocumentation(text) : text));

  test('has the same files, without a syntax error, and the same deprecations', () => {
    const files = (program: typescript.Program) => program.getSourceFiles().map(({ fileName }) => fileName);
    assert.deepEqual(files(bare.program), files(whole.program));
    assert.deepEqual(bare.program.getSyntacticDiagnostics().length, whole.program.getSyntacticDiagnostics().length);
    const deprecated = ({ program }: typeof bare) => {
      let count = 0;
      const visit = (node: typescript.Node): void => {
        if (node.flags & (ts.NodeFlags as unknown as { Deprecated: number }).Deprecated) count++;
        ts.forEachChild(node, visit);
      };
      program.getSourceFiles().forEach(visit);
      return count;
    };
    assert.ok(deprecated(whole) > 100);
    assert.equal(deprecated(bare), deprecated(whole));
  });

  test('tells the same of thousands of names, inherited descriptions too, as one that reads it', () => {
    const expected = documentation(whole);
    assert.ok(expected.size > 5000, `${expected.size}`);
    assert.ok([...expected.values()].filter((text) => text.includes('"text":')).length > 2000);
    const found = documentation(bare);
    assert.deepEqual([...found.keys()], [...expected.keys()]);
    for (const [name, text] of expected) assert.equal(found.get(name), text, name);
  });
});

test("the compiler's characters beyond ASCII are in comments, as the one that loads it takes for granted", () => {
  const text = readFileSync(typescriptPath, 'utf8');
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, false);
  let count = 0;
  for (const [line] of text.matchAll(/^.*[^\x00-\x7f].*$/gm)) {
    scanner.setText(line);
    for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
      const isComment = token === ts.SyntaxKind.SingleLineCommentTrivia || token === ts.SyntaxKind.MultiLineCommentTrivia;
      if (/[^\x00-\x7f]/.test(scanner.getTokenText())) assert.ok(isComment, line);
    }
    count++;
  }
  assert.ok(count > 0);
});
