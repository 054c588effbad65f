/** A place in a text, counted from zero. */
export interface SourceExcerpt {
  /** What the reader knows the text by. */
  readonly name: string;
  readonly source: string;
  readonly line: number;
  readonly column: number;
  /** Of what is to be underlined. */
  readonly length: number;
}

/** The line of an excerpt with its number, one line before and after, and carets under the place. */
export function drawExcerpt({ source, line, column, length }: SourceExcerpt): string[] {
  const lines = source.split('\n');
  const width = String(line + 2).length;
  const drawn: string[] = [];
  for (let i = Math.max(0, line - 1); i <= Math.min(lines.length - 1, line + 1); i++) {
    drawn.push(`${i === line ? '>' : ' '} ${String(i + 1).padStart(width)} | ${lines[i]}`);
    if (i !== line) continue;
    const indent = lines[i]!.slice(0, column).replace(/[^\t]/g, ' ');
    const carets = '^'.repeat(Math.max(1, Math.min(length, lines[i]!.length - column)));
    drawn.push(`  ${' '.repeat(width)} | ${indent}${carets}`);
  }
  return drawn;
}

/** `name:line:column`, counted from one. */
export function placeName({ name, line, column }: SourceExcerpt): string {
  return `${name}:${line + 1}:${column + 1}`;
}
