import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Kernel } from './kernel-fixture';

let kernel: Kernel;
before(async () => {
  kernel = await Kernel.start({
    // `loads` counts how often each module ran.
    'src/index.ts':
      "export * from './chart';\nexport { backend } from './backend';\nexport type { Options } from './options';\n",
    'src/chart/index.ts': "import { line } from './line';\nexport const chart = () => line() + '!';\n",
    'src/chart/line.ts': `${counts('line')}export const line = () => 'first';\n`,
    'src/backend.ts': `${counts('backend')}import { flavour } from './options';\nexport const backend = { flavour };\n`,
    'src/options.ts': "export const flavour = 'plain';\nexport interface Options { a: number }\n",
  });
});
after(() => kernel.stop());

function counts(name: string): string {
  return `((globalThis as any).loads ??= {})['${name}'] = ((globalThis as any).loads['${name}'] ?? 0) + 1;\n`;
}
const importing = "import { backend, chart, type Options } from '../src';";
const loads = () => kernel.value('(globalThis as any).loads');

test('a cell imports a folder with an index.ts, and files by their relative path', async () => {
  assert.equal(await kernel.value(`${importing}\nchart()`), "'first!'");
  assert.equal(await kernel.value("import { line } from '../src/chart/line'; line()"), "'first'");
  assert.equal(await loads(), '{ line: 1, backend: 1 }');
});

test('an edit behind a re-export takes effect when the import is run again; the others keep their state', async () => {
  await kernel.value("(backend as any).loaded = 'once'");
  kernel.project.write('src/chart/line.ts', `${counts('line')}export const line = () => 'second';\n`);
  assert.equal(await kernel.value(`${importing}\nchart()`), "'second!'");
  assert.equal(await kernel.value('(backend as any).loaded'), "'once'");
  assert.equal(await loads(), '{ line: 2, backend: 1 }');
});

test('cells that are not run again keep what they imported', async () => {
  kernel.project.write('src/chart/line.ts', "export const line = () => 'third';\n");
  assert.equal(await kernel.value('chart()'), "'second!'");
  assert.equal(await kernel.value(`${importing}\nchart()`), "'third!'");
});

test('an edit of types alone runs nothing anew, but is known to the next cell', async () => {
  kernel.project.write(
    'src/options.ts',
    "export const flavour = 'plain';\nexport interface Options { a: number; b: string }\n",
  );
  assert.match(
    (await kernel.error(`${importing}\nconst options: Options = { a: 1 };`)).evalue,
    /Property 'b' is missing/,
  );
  await kernel.value(`${importing}\nconst options: Options = { a: 1, b: '' };`);
  assert.equal(await loads(), '{ line: 2, backend: 1 }');
});

test('what imports an edited module runs anew with it', async () => {
  kernel.project.write('src/options.ts', "export const flavour = 'sweet';\nexport interface Options { a: number }\n");
  assert.equal(await kernel.value(`${importing}\nbackend`), "{ flavour: 'sweet' }");
  assert.equal(await loads(), '{ line: 2, backend: 2 }');
});

test('a mistake in src is reported when it is made, and gone when it is mended', async () => {
  kernel.project.write('src/chart/line.ts', "export const line = (): number => 'fourth';\n");
  assert.match((await kernel.error(importing)).evalue, /^\.\.\/src\/chart\/line\.ts:1:35 - Type 'string'/);
  assert.equal(await kernel.value('1 + 1'), '2');
  kernel.project.write('src/chart/line.ts', "export const line = () => 'fifth';\n");
  assert.equal(await kernel.value(`${importing}\nchart()`), "'fifth!'");
});

test('a file that was missing is found as soon as it is there', async () => {
  const code = "import { fresh } from '../src/fresh'; fresh";
  assert.match((await kernel.error(code)).evalue, /Cannot find module '\.\.\/src\/fresh'/);
  kernel.project.write('src/fresh.ts', "export { made as fresh } from './made';\n");
  assert.match((await kernel.error(code)).evalue, /src\/fresh\.ts:1:31 - Cannot find module '\.\/made'/);
  kernel.project.write('src/made.ts', 'export const made = 1;\n');
  assert.equal(await kernel.value(code), '1');
});

test('a file may become a folder', async () => {
  kernel.project.write('src/shape.ts', "export const shape = 'file';\n");
  const code = "import { shape } from '../src/shape'; shape";
  assert.equal(await kernel.value(code), "'file'");
  kernel.project.write('src/shape/index.ts', "export const shape: string = 'folder';\n");
  kernel.project.delete('src/shape.ts');
  assert.equal(await kernel.value(code), "'folder'");
});

test('a module that throws is tried again', async () => {
  kernel.project.write(
    'src/moody.ts',
    "if (!(globalThis as any).happy) throw new Error('not yet');\nexport const mood = 'good';\n",
  );
  const code = "import { mood } from '../src/moody'; mood";
  assert.match((await kernel.error(code)).traceback, /not yet[^]*at .*\.\.\/src\/moody\.ts:1:/);
  await kernel.value('(globalThis as any).happy = true');
  assert.equal(await kernel.value(code), "'good'");
});

test('modules may import each other in a circle', async () => {
  kernel.project.write(
    'src/hen.ts',
    "import { egg } from './egg';\nexport const hen = () => 'hen';\nexport const both = () => hen() + egg();\n",
  );
  kernel.project.write('src/egg.ts', "import { hen } from './hen';\nexport const egg = () => 'egg of ' + hen();\n");
  assert.equal(await kernel.value("import { both } from '../src/hen'; both()"), "'henegg of hen'");
});

test('JSON, packages, Node’s modules, require and import()', async () => {
  kernel.project.write('notebooks/data.json', '{ "n": [1, 2] }');
  assert.equal(await kernel.value("import data from './data.json'; data.n"), '[ 1, 2 ]');
  kernel.project.write('notebooks/data.json', '{ "n": [3] }');
  assert.equal(await kernel.value("import data from './data.json'; data.n"), '[ 3 ]');
  assert.equal(await kernel.value("import * as zmq from 'zeromq'; typeof zmq.Dealer"), "'function'");
  assert.equal(await kernel.value("import { sep } from 'node:path'; sep"), "'/'");
  assert.equal(await kernel.value("(await import('../src/made')).made + require('../src/made').made"), '2');
  assert.match((await kernel.error("require('./nowhere')")).evalue, /Cannot find module '\.\/nowhere'/);
});

test('a function in src that requires lazily shares the modules of all others', async () => {
  kernel.project.write(
    'src/lazy.ts',
    "export function lazy(): object {\n  return (require('./backend') as typeof import('./backend')).backend;\n}\n",
  );
  assert.equal(await kernel.value("import { lazy } from '../src/lazy'; lazy() === backend"), 'true');
});

test('cells and src share packages, which Node loads once', async () => {
  kernel.project.write('src/tensor.ts', "import * as tf from '@tensorflow/tfjs';\nexport { tf };\n");
  assert.equal(
    await kernel.value(
      "import { tf } from '../src/tensor'; import * as own from '@tensorflow/tfjs'; tf.Tensor === own.Tensor",
    ),
    'true',
  );
});
