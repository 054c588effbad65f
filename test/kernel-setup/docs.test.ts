import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';
import * as library from '../../src/library';
import * as notebookEntry from '../../src/notebook-entry';
import { projectRoot } from '../support/project';
import { load, temporaryFolder } from './bootstrap-support';

const home = join(projectRoot, 'kernel-setup', 'docs');
const quiet = Object.assign(() => undefined, { progress: () => undefined });

test('the API reference', async (t) => {
  const folder = join(temporaryFolder(t), 'api');
  const { createContext } = await load('context');
  const { buildDocs } = (await import(pathToFileURL(join(home, 'build-docs.mjs')).href)) as typeof import('../../kernel-setup/docs/build-docs.mjs');
  await buildDocs(createContext({ say: quiet }), folder);
  const pages = (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.html'));
  const page = (name: string) => readFileSync(join(folder, name), 'utf8');

  await t.test('has a page for every export, and lists them by the folder that they come from', () => {
    for (const [module, exports] of [['tfjs-lowrank', library], ['tfjs-lowrank_notebook', notebookEntry]] as const) {
      const names = Object.keys(exports);
      assert.ok(names.length > 30, module);
      for (const name of names) assert.ok(pages.some((each) => each.endsWith(`/${module}.${name}.html`)), `${module}: ${name}`);
    }
    const titles = (module: string) => [...page(`modules/${module}.html`).matchAll(/<h2[^>]*>([^<]+)/g)].map(([, title]) => title);
    assert.deepEqual(titles('tfjs-lowrank'), ['TensorFlow', 'Linear algebra', 'Layers', 'Compression', 'Training']);
    assert.deepEqual(titles('tfjs-lowrank_notebook'), ['Data', 'Plots', 'Notebook', 'Comparison']);
  });

  await t.test('links what a docstring names, and the guides to each other', () => {
    assert.match(page('functions/tfjs-lowrank.compress.html'), /href="tfjs-lowrank\.rebuildModel\.html"/);
    assert.match(page('index.html'), /href="documents\/How_the_code_fits_together\.html"/);
  });

  await t.test('needs no network', () => {
    for (const name of pages) assert.doesNotMatch(page(name), /<(script|img|iframe)[^>]* src="(https?:)?\/\/|<link[^>]* href="(https?:)?\/\//, name);
  });
});

test('an export without a docstring, or one that leads to a type that is not exported, stops the reference', (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'entry.ts'), "interface Hidden { readonly x: number }\nexport const bare = 1;\n/** Has one. */\nexport const told: Hidden = { x: 1 };\n");
  writeFileSync(join(folder, 'package.json'), '{ "name": "entry", "version": "1.0.0" }');
  writeFileSync(join(folder, 'README.md'), '# entry\n');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true, types: [] }, files: ['entry.ts'] }));
  const options = { extends: join(home, 'typedoc.json'), entryPoints: ['entry.ts'], tsconfig: 'tsconfig.json', readme: 'README.md', projectDocuments: [] };
  writeFileSync(join(folder, 'typedoc.json'), JSON.stringify(options));
  const typedoc = join(home, 'node_modules', 'typedoc', 'bin', 'typedoc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [typedoc, '--options', join(folder, 'typedoc.json'), '--out', join(folder, 'api')], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  assert.notEqual(status, 0);
  assert.match(stdout + stderr, /bare \(Variable\).* does not have any documentation/);
  assert.match(stdout + stderr, /Hidden.* is referenced by .*told but not included in the documentation/);
  assert.equal(existsSync(join(folder, 'api')), false);
});
