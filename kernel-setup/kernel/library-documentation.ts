/**
 * Most of what the declarations of Node.js and of packages say is documentation. To parse it takes the compiler as long
 * as all the rest, and no cell needs it to run. So the compiler is given declarations without documentation, and parses
 * that of a file when it is asked for something in it.
 */
import { isProjectFile } from './project-files';
import { ts, type typescript } from './typescript';

/** Whether a file's documentation is read only when somebody asks for it: all but the project's own. */
export function isLibrary(path: string): boolean {
  return path.endsWith('.d.ts') && !isProjectFile(path);
}

/** Strings, and comments of all kinds. */
const stringOrComment = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[^])*`|\/\/.*|\/\*[^]*?\*\//g;

/** A library's declarations with blanks for documentation, so that all is in its place; what is deprecated stays marked. */
export function withoutDocumentation(declarations: string): string {
  return declarations.replace(stringOrComment, (found) => {
    if (!found.startsWith('/**') || found.length < '/***/'.length || found.includes('@deprecated')) return found;
    return `/*${found.slice(2, -2).replace(/[^\r\n]+/g, (line) => ' '.repeat(line.length))}*/`;
  });
}

interface DocumentedNode extends typescript.Node {
  jsDoc?: readonly { parent: typescript.Node }[];
}

const complete = new WeakSet<typescript.SourceFile>();

/** Gives a file back the documentation that it was read without. */
export function restoreDocumentation(file: typescript.SourceFile): void {
  if (complete.has(file) || !isLibrary(file.fileName)) return;
  complete.add(file);
  const text = ts.sys.readFile(file.fileName);
  // Nothing was taken, or it is no longer the file that the compiler has read.
  if (text === undefined || text === file.text || withoutDocumentation(text) !== file.text) return;
  copyDocumentation(ts.createSourceFile(file.fileName, text, file.languageVersion, true), file);
  file.text = text;
}

/** @param to has the same nodes as `from`, since its text is the same but for documentation */
function copyDocumentation(from: DocumentedNode, to: DocumentedNode): void {
  if (from.jsDoc) {
    to.jsDoc = from.jsDoc;
    for (const comment of from.jsDoc) comment.parent = to;
  }
  const children: typescript.Node[] = [];
  ts.forEachChild(from, (child) => void children.push(child));
  ts.forEachChild(to, (child) => copyDocumentation(children.shift()!, child));
}

type Declared = Partial<Record<'declarations' | 'declaration', typescript.Declaration | typescript.Declaration[]>>;
type Methods = Record<string, (this: Declared, ...rest: unknown[]) => unknown>;

/** The compiler's symbols and signatures say what is documented of them: before they do, their files are completed. */
export function restoreDocumentationWhenAsked(): void {
  const { objectAllocator } = ts as unknown as {
    objectAllocator: Record<'getSymbolConstructor' | 'getSignatureConstructor', () => { prototype: Methods }>;
  };
  const symbols = objectAllocator.getSymbolConstructor().prototype;
  const signatures = objectAllocator.getSignatureConstructor().prototype;
  for (const methods of [symbols, signatures]) {
    for (const name of ['getDocumentationComment', 'getContextualDocumentationComment', 'getJsDocTags', 'getContextualJsDocTags']) {
      const method = methods[name];
      if (!method) continue;
      methods[name] = function (...rest) {
        for (const node of [this.declarations ?? this.declaration ?? []].flat()) restoreDocumentation(node.getSourceFile());
        return method.apply(this, rest);
      };
    }
  }
}
