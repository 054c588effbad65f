import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Kernel } from './kernel-fixture';

const source = `interface Point { x: number }

export function fail(point: Point): never {
  throw new RangeError(\`bad \${point.x}\`);
}

export async function failLater(): Promise<never> {
  await null;
  return fail({ x: 2 });
}
`;

let kernel: Kernel;
before(async () => {
  kernel = await Kernel.start({ 'src/index.ts': "export * from './fail';\n", 'src/fail.ts': source });
});
after(() => kernel.stop());

test('an error has its name, its message and the line of the cell', async () => {
  const { ename, evalue, traceback } = await kernel.error(`interface Unused { x: number }

const n: number = 1;
throw new TypeError(\`wrong \${n}\`);`);
  assert.equal(ename, 'TypeError');
  assert.equal(evalue, 'wrong 1');
  assert.match(traceback, /^TypeError: wrong 1\n {4}at cell\[\d+\]:4:7\n/);
  assert.match(traceback, /^> 4 \| throw new TypeError/m);
});

test('an error in a function of an earlier cell names both cells', async () => {
  await kernel.value('function half(n: number) {\n  if (n % 2) throw new Error("odd");\n  return n / 2;\n}');
  const { traceback } = await kernel.error('const four = half(8);\nhalf(3)');
  const [, one, other] =
    /at half \(cell\[(\d+)\]:2:20\)\n\s+at cell\[(\d+)\]:2:\d/.exec(traceback) ?? assert.fail(traceback);
  assert.equal(Number(other), Number(one) + 1);
});

test('an error in src names the file and the line of the TypeScript', async () => {
  const { traceback } = await kernel.error("import { failLater } from '../src';\nawait failLater();");
  assert.match(traceback, /at fail \(\.\.\/src\/fail\.ts:4:9\)/);
  assert.match(traceback, /at async failLater|at failLater \(\.\.\/src\/fail\.ts:9:10\)/);
  assert.match(traceback, /at async cell\[\d+\]:2:1$/m);
  assert.match(traceback, /^> 4 \| {3}throw new RangeError/m);
});

test('a traceback shows nothing of the kernel, nor where the project lies', async () => {
  const { traceback } = await kernel.error("import { fail } from '../src'; fail({ x: 1 })");
  assert.doesNotMatch(traceback, /kernel-setup|node:internal|node:vm/);
  assert.ok(!traceback.includes(kernel.project.folder), traceback);
});

test('the cause of an error is shown, and its own properties', async () => {
  const { traceback } = await kernel.error(
    "throw Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'E1' })",
  );
  assert.match(traceback, /cause\]: Error: inner/);
  assert.match(traceback, /code: 'E1'/);
});

test('a printed stack speaks of the TypeScript too', async () => {
  const { outputs } = await kernel.run('interface Nothing {}\nconsole.log(new Error("printed").stack)');
  assert.match(JSON.stringify(outputs), /cell\[\d+\]:2:13/);
});

test('anything can be thrown', async () => {
  assert.equal((await kernel.error("throw 'text'")).evalue, 'text');
  assert.equal((await kernel.error('throw undefined')).evalue, 'undefined');
  assert.equal((await kernel.error('throw { a: 1 }')).evalue, '{ a: 1 }');
  assert.equal((await kernel.error('await Promise.reject(null)')).evalue, 'null');
});

test('type errors come with line, column and a caret, all at once', async () => {
  const { ename, evalue, traceback } = await kernel.error(`const text: string = 1;
const fine = 2;
\tmissing(fine);`);
  assert.equal(ename, 'TypeScriptError');
  assert.match(
    evalue,
    /^cell\[\d+\]:1:7 - Type 'number' is not assignable to type 'string'\.\ncell\[\d+\]:3:2 - Cannot find name 'missing'\.$/,
  );
  assert.match(
    traceback,
    /:1:7 - error TS2322: .*\n> 1 \| const text: string = 1;\n {4}\| {7}\^{4}\n {2}2 \| const fine = 2;/,
  );
  assert.match(traceback, /^> 3 \| \tmissing\(fine\);\n {4}\| \t\^{7}$/m);
});

test('a syntax error is shown in the same way', async () => {
  const { ename, traceback } = await kernel.error('const a = [1, 2;\n');
  assert.equal(ename, 'TypeScriptError');
  assert.match(traceback, /^cell\[\d+\]:1:16 - error TS1005: ',' expected\./);
});

test('a cell that does not compile runs not at all, and declares nothing', async () => {
  const { outputs } = await kernel.run("console.log('ran'); const half1 = 1; nowhere");
  assert.deepEqual(
    outputs.map(({ output_type }) => output_type),
    ['error'],
  );
  await kernel.error('half1');
});

test('a type error in src names the file and the place', async () => {
  kernel.project.write('src/wrong.ts', 'export const n = 1;\nexport const s: string = n;\n');
  const { ename, traceback } = await kernel.error("import { s } from '../src/wrong'");
  assert.equal(ename, 'TypeScriptError');
  assert.match(
    traceback,
    /^\.\.\/src\/wrong\.ts:2:14 - error TS2322: Type 'number' is not assignable to type 'string'\.\n/,
  );
  assert.match(traceback, /^> 2 \| export const s: string = n;$/m);
});

test('a rejection that nothing handles is the error of its cell, which does not end the kernel', async () => {
  const { reply, outputs } = await kernel.run("void Promise.reject(new Error('alone')); 1");
  assert.equal(reply.status, 'error');
  assert.equal(reply.evalue, 'alone');
  assert.ok(outputs.some((output) => output.output_type === 'error' && output.evalue === 'alone'));
  assert.equal(await kernel.value('1 + 1'), '2');
});

test('an exception in a timer is shown in the cell that set it', async () => {
  const { id, done } = kernel.client.execute("setTimeout(() => { throw new Error('in a timer') }, 100)");
  assert.equal((await done).content.status, 'ok');
  await kernel.value('await new Promise((resolve) => setTimeout(resolve, 300))');
  const { outputs } = kernel.saidFor(id);
  assert.ok(
    outputs.some((output) => output.output_type === 'error' && output.evalue === 'in a timer'),
    JSON.stringify(outputs),
  );
});
