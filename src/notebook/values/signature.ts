/** A function's first line: what it is called and what it takes. */
export function signatureLine(value: Function): string {
  const source = Function.prototype.toString.call(value);
  return shortened(/^class\b/.test(source) ? classLine(source, value.name) : functionLine(source, value.name)).replace(/\s+/g, ' ');
}

function classLine(source: string, name: string): string {
  const head = source.slice(0, source.indexOf('{')).trim();
  return head === 'class' && name ? `class ${name}` : head;
}

function functionLine(source: string, name: string): string {
  const open = source.indexOf('(');
  const arrow = source.indexOf('=>');
  // `x => …` has no parentheses before the arrow.
  if (open === -1 || (arrow !== -1 && arrow < open)) return named(`${source.slice(0, arrow).trimEnd()} => …`, name);
  const end = closing(source, open);
  const head = source.slice(0, end + 1);
  if (/^\s*=>/.test(source.slice(end + 1))) return named(`${head} => …`, name);
  return /^(async\s+)?function\b/.test(head) ? head : `function ${head}`;
}

function named(arrow: string, name: string): string {
  return name ? `${name} = ${arrow}` : arrow;
}

/** Where the parenthesis that opens at `open` is closed; texts in between do not count. */
function closing(source: string, open: number): number {
  let depth = 0;
  for (let at = open; at < source.length; at++) {
    const character = source[at]!;
    if ('\'"`'.includes(character)) at = endOfText(source, at);
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character) && --depth === 0) return at;
  }
  return source.length - 1;
}

function endOfText(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === source[start]) return at;
  }
  return source.length;
}

function shortened(line: string): string {
  return line.length <= 200 ? line : `${line.slice(0, 200)} …`;
}
