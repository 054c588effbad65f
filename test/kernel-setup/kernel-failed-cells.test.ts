import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Kernel } from './kernel-fixture';

let kernel: Kernel;
before(async () => {
  kernel = await Kernel.start({
    'src/index.ts': 'export const one = 1; export interface Pair { a: number; b: number }\n',
    'src/broken.ts': "export const fails: number = (() => { throw new Error('broken') })();\n",
  });
});
after(() => kernel.stop());

const unknown = async (name: string) => assert.match((await kernel.error(name)).evalue, new RegExp(`Cannot find name '${name}'`));

test('what a cell declared before it failed is there, and what it did not get to is not', async () => {
  await kernel.error(`
    import { one, type Pair } from '../src';
    import { join as joined } from 'node:path';
    /** Said of it. */
    const first = one, [second, ...others] = [2, 3, 4];
    function twice(pair: Pair): number;
    function twice(pair: string): string;
    function twice(pair: unknown) { return pair }
    class Kept { readonly pair: Pair = { a: first, b: second } }
    enum Colour { Red, Green }
    interface Box { pair: Pair }
    const box: Box = { pair: new Kept().pair };
    throw new Error('stop');
    let late = 1;
    function later() {}`);
  assert.equal(await kernel.value("[first, second, others, twice('x'), box.pair, Colour.Green, joined('a', 'b')]"), "[ 1, 2, [ 3, 4 ], 'x', { a: 1, b: 2 }, 1, 'a/b' ]");
  assert.equal(await kernel.value('const other: Box = { pair: new Kept().pair }; const p: Pair = other.pair; p.b'), '2');
  assert.match((await kernel.error('first.length')).evalue, /'length' does not exist on type '1'/);
  await unknown('late');
  await unknown('later');
});

test('a name that a failed cell declares anew has its new type from where it was reached', async () => {
  await kernel.value("let x: number | string = 1; let y = 'y';");
  await kernel.error("let x = 'text'; throw new Error('stop'); let y = 5;");
  assert.equal(await kernel.value('x.toUpperCase() + y.toUpperCase()'), "'TEXTY'");
});

test('a cell whose import fails declares nothing', async () => {
  await kernel.error("import { fails } from '../src/broken'; import { one as uno } from '../src'; const behind = fails;");
  await unknown('fails');
  await unknown('behind');
});

test('what an interrupted cell declared is there: in a loop that never turns, in one that waits, in one that waits for ever', async () => {
  await kernel.interruptOnceItPrints("let rounds = 0; console.log('on'); while (true) rounds++;");
  assert.equal(await kernel.value('rounds > 0'), 'true');
  await kernel.interruptOnceItPrints("const losses: number[] = []; console.log('on'); while (true) { losses.push(1); await new Promise((r) => setTimeout(r, 5)); }");
  assert.equal(await kernel.value('losses.length > 0 && losses[0].toFixed()'), "'1'");
  await kernel.interruptOnceItPrints("const before = 'b'; console.log('on'); const behind = await new Promise<number>(() => {});");
  assert.equal(await kernel.value('before'), "'b'");
  await unknown('behind');
});

test('completion and inspection see it too', async () => {
  await kernel.error("const halfway = { depth: 5 }; throw new Error('stop')");
  const { content } = await kernel.client.request('shell', 'complete_request', { code: 'halfway.de', cursor_pos: 10 }).done;
  assert.deepEqual(content.matches, ['depth']);
});
