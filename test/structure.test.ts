import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from './support/project';

interface Import {
  readonly file: string;
  /** A package, or a path from the project's folder. */
  readonly target: string;
  readonly typesOnly: boolean;
}

/** What the TypeScript files below a folder import. */
function importsBelow(folder: string): Import[] {
  const names = (readdirSync(join(projectRoot, folder), { recursive: true }) as string[]).filter((name) => name.endsWith('.ts'));
  return names.flatMap((name) => importsOf(join(folder, name)));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(projectRoot, file), 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s(type\s)?[^;'"]*?from\s'([^']+)'|^import\s'([^']+)'|(typeof\s)?\b(?:import|require(?:\.resolve)?)\('([^']+)'\)/gm);
  return Array.from(statements, ([, type, from, bare, typeOf, called]) => {
    const id = (from ?? bare ?? called)!;
    return { file, target: id.startsWith('.') ? normalize(join(dirname(file), id)) : id, typesOnly: (type ?? typeOf) !== undefined };
  });
}

/** The folder of src that a path lies in, if it lies in one. */
function folderOf(path: string): string | undefined {
  const [top, folder] = path.split(sep);
  return top === 'src' && folders.includes(folder!) ? folder : undefined;
}

const folders = readdirSync(join(projectRoot, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
const imports = importsBelow('src');

/** 'from → to', and ' (types)' after it where no code is imported. */
function actualEdges(): string[] {
  const code = new Map<string, boolean>();
  for (const { file, target, typesOnly } of imports) {
    const [from, to] = [folderOf(file), folderOf(target)];
    if (from === undefined || to === undefined || from === to) continue;
    const edge = `${from} → ${to}`;
    code.set(edge, (code.get(edge) ?? false) || !typesOnly);
  }
  return Array.from(code, ([edge, isCode]) => (isCode ? edge : `${edge} (types)`)).sort();
}

function writtenEdges(): string[] {
  const guide = readFileSync(join(projectRoot, 'src', 'README.md'), 'utf8');
  const rows = [...guide.matchAll(/^\| `(\w+)` \|[^|]*\|([^|]*)\|$/gm)].map(([, folder, uses]) => ({ folder: folder!, uses: uses! }));
  assert.deepEqual(rows.map(({ folder }) => folder).sort(), [...folders].sort(), "the guide's table has every folder of src once");
  return rows.flatMap(({ folder, uses }) =>
    [...uses.matchAll(/(types of )?`(\w+)`/g)].map(([, types, used]) => `${folder} → ${used}${types ? ' (types)' : ''}`)).sort();
}

test('the folders of src import from each other as src/README.md says, and no more', () => {
  assert.deepEqual(actualEdges(), writtenEdges());
});

test('no folder needs the code of one that needs its own', () => {
  const edges = actualEdges().filter((edge) => !edge.endsWith('(types)')).map((edge) => edge.split(' → ') as [string, string]);
  for (const folder of folders) {
    const needed = new Set<string>();
    const add = (from: string) => {
      for (const [a, b] of edges) if (a === from && !needed.has(b)) add((needed.add(b), b));
    };
    add(folder);
    assert.ok(!needed.has(folder), `${folder} needs ${[...needed].join(', ')}`);
  }
});

test('data, linalg and plots know nothing of each other', () => {
  const apart = ['data', 'linalg', 'plots'];
  const known = imports.filter(({ file, target }) => {
    const [from, to] = [folderOf(file), folderOf(target)];
    return from !== to && apart.includes(from!) && apart.includes(to!);
  });
  assert.deepEqual(known, []);
});

test('which backend runs is decided in tensorflow, and asked for by linalg alone', () => {
  const packages = imports.filter(({ target }) => /^@tensorflow\/tfjs-(node|backend)/.test(target)).map(({ file }) => folderOf(file));
  assert.deepEqual([...new Set(packages)], ['tensorflow']);
  const parts = [join('src', 'tensorflow', 'backend'), join('src', 'tensorflow', 'native')];
  const askers = imports.filter(({ target }) => parts.some((part) => target === part || target.startsWith(join(part, sep)))).map(({ file }) => folderOf(file));
  assert.deepEqual([...new Set(askers)].filter((folder) => folder !== undefined).sort(), ['linalg', 'tensorflow']);
});

test('src does not know what runs it', () => {
  assert.deepEqual(imports.filter(({ target }) => /^(kernel-setup|test|notebooks)\b/.test(target) || target === 'tslab').map(({ file }) => file), []);
});
