import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Kernel, streamText } from './kernel-fixture';

let kernel: Kernel;
before(async () => {
  kernel = await Kernel.start({ 'src/index.ts': 'export const one = 1;\n' });
});
after(() => kernel.stop());

test('shows the value of the last expression', async () => {
  assert.equal(await kernel.value('1 + 1'), '2');
  assert.equal(await kernel.value("['a', new Map([[1, { b: 2 }]])]"), "[ 'a', Map(1) { 1 => { b: 2 } } ]");
  assert.equal(await kernel.value('undefined'), undefined);
  assert.equal(await kernel.value('const silent = 1;'), undefined);
});

test('later cells see what earlier ones declared, and may declare it anew; a closure keeps its own', async () => {
  await kernel.value(
    'const x = 1; let y = 2; function f() { return x + y }; class C { z = f() }; interface I { x: number }',
  );
  assert.equal(await kernel.value('y = 10; f() + new C().z + y'), '16');
  assert.equal(await kernel.value('const x = "text"; const i: I = { x: 3 }; x + i.x'), "'text3'");
  assert.equal(await kernel.value('x.length'), '4');
});

test('names of earlier cells in object literals and in destructuring', async () => {
  await kernel.value('let a = 1; const b = { a: 2, c: 3 };');
  assert.equal(await kernel.value('({ a, b })'), '{ a: 1, b: { a: 2, c: 3 } }');
  assert.equal(await kernel.value('const { a: inner, c = a } = b; [inner, c]'), '[ 2, 3 ]');
  assert.equal(await kernel.value('({ a } = { a: 7 }); a'), '7');
  assert.equal(await kernel.value('({ a = 8 } = {} as { a?: number }); a'), '8');
});

test('what a cell sets to undefined is undefined', async () => {
  await kernel.value('let set: number | undefined = 1; let other = 1;');
  assert.equal(await kernel.value('set = void 0;\n[set]'), '[ undefined ]');
  await kernel.value('void (other = 2)');
  assert.equal(await kernel.value('other'), '2');
});

test('TypeScript is strict and knows ES2023', async () => {
  assert.equal(await kernel.value('[3, 1, 2].findLast((n) => n < 3)'), '2');
  assert.match((await kernel.error('function g(p) { return p }')).evalue, /implicitly has an 'any' type/);
  assert.match((await kernel.error('const n: number = null')).evalue, /'null' is not assignable/);
});

test('await, also before parentheses, and for await at the top level', async () => {
  assert.equal(await kernel.value('const v = await (async () => 5)(); v'), '5');
  assert.equal(
    await kernel.value('const seen: number[] = []; for await (const n of [1, Promise.resolve(2)]) seen.push(n);\nseen'),
    '[ 1, 2 ]',
  );
  assert.equal(await kernel.value('await Promise.all([1, 2].map(async (n) => await n * 2))'), '[ 2, 4 ]');
});

test('an unused import is no error', async () => {
  await kernel.value("import { one } from '../src'; import { join } from 'node:path';");
});

test('20,000 lines printed in one loop all arrive, before the cell is idle', async () => {
  const { outputs, messages, reply } = await kernel.run("for (let i = 0; i < 20_000; i++) console.log('line', i)");
  const expected = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join('');
  assert.equal(reply.status, 'ok');
  assert.equal(streamText(outputs, 'stdout'), expected);
  assert.deepEqual(messages.at(-1)?.content, { execution_state: 'idle' });
});

test('output arrives while the cell still runs', async () => {
  const file = kernel.project.path('go-on');
  const { id, done } = kernel.client.execute(`
    import { existsSync } from 'node:fs';
    console.log('waiting');
    while (!existsSync(${JSON.stringify(file)})) await new Promise((resolve) => setTimeout(resolve, 10));
  `);
  await kernel.heard(({ content }) => content.text === 'waiting\n');
  kernel.project.write('go-on', '');
  assert.equal((await done).content.status, 'ok');
  assert.equal(streamText(kernel.saidFor(id).outputs, 'stdout'), 'waiting\n');
});

test('a loop without any await is heard too', async () => {
  const file = kernel.project.path('go-on-too');
  const { done } = kernel.client.execute(`
    import { existsSync } from 'node:fs';
    console.log('looping');
    while (!existsSync(${JSON.stringify(file)}));
  `);
  await kernel.heard(({ content }) => content.text === 'looping\n');
  kernel.project.write('go-on-too', '');
  assert.equal((await done).content.status, 'ok');
  assert.ok(existsSync(file));
});

test('standard output, standard error and displays stay in order', async () => {
  const { outputs } = await kernel.run(`
    console.log('a'); console.error('b'); process.stdout.write('c'); process.stdout.write('d\\n');
    (globalThis as any)[Symbol.for('tfjs-lowrank.cell-host')].display({ data: { 'text/plain': 'e' } });
    console.log('f');
    'g'`);
  assert.deepEqual(
    outputs.map((output) =>
      'text' in output ? `${output.name} ${output.text}` : 'data' in output && output.data['text/plain'],
    ),
    ['stdout a\n', 'stderr b\n', 'stdout cd\n', 'e', 'stdout f\n', "'g'"],
  );
});

test('what a timer prints after its cell belongs to that cell', async () => {
  const { id, done } = kernel.client.execute("setTimeout(() => console.log('late'), 300)");
  await done;
  const [first] = await Promise.all([
    kernel.run(
      "for (let i = 0; i < 60; i++) { await new Promise((r) => setTimeout(r, 10)); if (i % 30 === 0) console.log('mine') }",
    ),
    kernel.heard(({ content }) => content.text === 'late\n'),
  ]);
  assert.equal(streamText(kernel.saidFor(id).outputs, 'stdout'), 'late\n');
  assert.equal(streamText(first.outputs, 'stdout'), 'mine\nmine\n');
});

test('what a function shows after an await belongs to the cell that called it, not to the one that declared it', async () => {
  const declared = kernel.client.execute(`
    const tick = () => new Promise((resolve) => setTimeout(resolve, 5));
    async function* numbers() { for (const n of [1, 2]) { await tick(); yield n; } }
    async function told(name: string) {
      console.log(name, 'before');
      await tick();
      console.log(name, 'after');
      outer: for await (const n of numbers()) {
        for await (const m of numbers()) {
          if (m === 2) continue outer;
          await tick();
          console.log(name, n, m);
        }
      }
    }`);
  await declared.done;
  for (const name of ['first', 'second']) {
    const { outputs } = await kernel.run(`await told('${name}');`);
    const lines = ['before', 'after', '1 1', '2 1'].map((text) => `${name} ${text}\n`);
    assert.equal(streamText(outputs, 'stdout'), lines.join(''));
  }
  assert.deepEqual(kernel.saidFor(declared.id).outputs, []);
});

test('a value shows itself by Jupyter.display, at once or later', async () => {
  for (const method of ['', 'async ']) {
    const { outputs } = await kernel.run(`({
      ${method}[Symbol.for('Jupyter.display')]() { return { 'text/html': '<b>x</b>', 'image/png': Buffer.from('png') } },
    })`);
    assert.equal(outputs.length, 1);
    assert.ok(outputs[0]?.output_type === 'execute_result');
    assert.deepEqual(outputs[0].data, { 'text/html': '<b>x</b>', 'image/png': Buffer.from('png').toString('base64') });
  }
});

test('an error while a value shows itself is the error of the cell', async () => {
  const { ename, traceback } = await kernel.error(
    "({\n  [Symbol.for('Jupyter.display')]() { throw new RangeError('no') } })",
  );
  assert.equal(ename, 'RangeError');
  assert.match(traceback, /cell\[\d+\]:2:/);
});

test('a display can be updated, by the cell host and by the module tslab', async () => {
  const { outputs } = await kernel.run(`
    const host = (globalThis as any)[Symbol.for('tfjs-lowrank.cell-host')];
    for (let i = 0; i < 3; i++) host.display({ data: { 'text/plain': String(i) }, transient: { display_id: 'bar' } }, i > 0);`);
  assert.deepEqual(outputs, [{ output_type: 'display_data', data: { 'text/plain': '2' }, metadata: {} }]);
  const tslab = await kernel.run("import { display } from 'tslab'; display.html('<i>y</i>')");
  assert.deepEqual(tslab.outputs, [{ output_type: 'display_data', data: { 'text/html': '<i>y</i>' }, metadata: {} }]);
});

test('the notebook’s folder is the working directory', async () => {
  assert.equal(await kernel.value('process.cwd()'), `'${kernel.project.path('notebooks')}'`);
  assert.equal(await kernel.value('__dirname === process.cwd()'), 'true');
});
