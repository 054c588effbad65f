import type { SourceExcerpt } from './source-excerpt';
import type { typescript } from './typescript';

/** What the compiler knows of a name. */
export interface Inspection {
  readonly info: typescript.QuickInfo;
  /** Where it is declared, if in a file; `length` is that of the declaration. */
  readonly declarations: readonly SourceExcerpt[];
}

/** At most so many lines of a declaration are shown, and so many declarations. */
const longest = { lines: 60, declarations: 3 };

/** A name's signature and documentation, with `detail` also where and how it is declared, as a MIME bundle. */
export function inspectionBundle({ info, declarations }: Inspection, detail: number): Record<string, string> {
  const code = signature(info);
  const sources = detail > 0 ? declarations.slice(0, longest.declarations) : [];
  const plain = [
    code,
    documentation(info.documentation, (name) => name),
    (info.tags ?? []).map((tag) => tagText(tag, (name) => name)).join('\n'),
    ...sources.map((place) => `${place.name}:${place.line + 1}\n${declarationText(place)}`),
  ];
  const quote = (name: string) => `\`${name}\``;
  const markdown = [
    fenced(code),
    documentation(info.documentation, quote),
    (info.tags ?? []).map((tag) => tagMarkdown(tag, quote)).join('\n'),
    ...sources.map((place) => `\`${place.name}:${place.line + 1}\`\n\n${fenced(declarationText(place))}`),
  ];
  return { 'text/plain': joined(plain), 'text/markdown': joined(markdown) };
}

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');

const fenced = (code: string): string => `\`\`\`typescript\n${code}\n\`\`\``;

/** As an editor shows it, without the line that says by what name it is imported or exported. */
function signature({ displayParts = [] }: typescript.QuickInfo): string {
  return displayParts
    .map(({ text }) => text)
    .join('')
    .replace(/\n(\(alias\) module .*\n)?(import|export) [^\n]*$/, '');
}

/** @param link what shows a name that `{@link name}` refers to */
function documentation(parts: readonly typescript.SymbolDisplayPart[] = [], link: (name: string) => string): string {
  return parts
    .map(({ kind, text }) => {
      if (kind === 'linkName' || kind === 'linkText') return text.trim() === '' ? '' : link(text.trim());
      return kind === 'link' ? '' : text;
    })
    .join('')
    .trim();
}

function tagText({ name, text }: typescript.JSDocTagInfo, link: (name: string) => string): string {
  return `@${name} ${documentation(text, link)}`.trim();
}

function tagMarkdown({ name, text = [] }: typescript.JSDocTagInfo, link: (name: string) => string): string {
  const [subject, ...rest] = text;
  if (name === 'example') return `*@example*\n\n${fenced(documentation(text, link))}\n`;
  if (subject?.kind === 'parameterName') return `- *@${name}* \`${subject.text}\` ${documentation(rest, link)}`.trim();
  return `- *@${name}* ${documentation(text, link)}`.trim();
}

function declarationText({ source, line, column, length }: SourceExcerpt): string {
  const lines = source.split('\n');
  const start = lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, column);
  const text = source.slice(start, start + length).split('\n');
  return text.length > longest.lines ? [...text.slice(0, longest.lines), '…'].join('\n') : text.join('\n');
}
