import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Kernel, parentOf, streamText } from './kernel-fixture';

let kernel: Kernel;
before(async () => {
  kernel = await Kernel.start({
    'src/index.ts': `
      const host = () => (globalThis as any)[Symbol.for('tfjs-lowrank.cell-host')];
      export async function train(step: () => void) {
        const { signal } = host();
        let steps = 0;
        for (; !signal.aborted; steps++) {
          step();
          await new Promise((resolve) => setImmediate(resolve));
        }
        return steps;
      }
      export function busy(milliseconds: number) {
        for (const end = performance.now() + milliseconds; performance.now() < end; );
      }
    `,
  });
  await kernel.value("import { train, busy } from '../src'; let kept = 'kept';");
});
after(() => kernel.stop());
beforeEach(async () => assert.equal(await kernel.value('kept'), "'kept'"));

/** Runs a cell, interrupts it once it has printed a line, and waits for its end. */
async function interrupt(code: string) {
  const { id, done } = kernel.client.execute(code);
  await kernel.heard((message) => parentOf(message) === id && message.header.msg_type === 'stream');
  const reply = await kernel.process.interrupt();
  const { content } = await done;
  const { outputs, messages } = kernel.saidFor(id);
  assert.equal((reply as { header: { msg_type: string } }).header.msg_type, 'interrupt_reply');
  assert.equal(content.status, 'error');
  assert.equal(content.ename, 'Interrupted');
  assert.equal(outputs.at(-1)?.output_type, 'error');
  assert.deepEqual(messages.at(-1)?.content, { execution_state: 'idle' });
  return { id, outputs };
}

test('stops an endless loop', async () => {
  await interrupt("console.log('on'); while (true);");
});

test('stops an endless loop behind an await', async () => {
  await interrupt("console.log('on'); await new Promise((resolve) => setTimeout(resolve, 10)); while (true);");
});

test('stops an endless loop in the callback of a timer', async () => {
  await interrupt("setTimeout(() => { while (true); }, 50); console.log('on'); await new Promise(() => {});");
});

test('stops a loop that catches everything', async () => {
  await interrupt("console.log('on'); while (true) { try { JSON.parse('{'); } catch {} }");
});

test('a loop that honours the signal ends by itself, and what it returns is kept', async () => {
  await interrupt("console.log('on'); const steps = await train(() => {});");
  assert.equal(await kernel.value('steps > 0'), 'true');
});

test('so does one whose steps take longer than a loop without any signal is given', async () => {
  await interrupt(`let n = 0; const slow = await train(() => { if (n++ === 1) console.log('on'); busy(800); });`);
  assert.equal(await kernel.value('slow >= 2'), 'true');
});

test('an awaited loop that knows no signal is ended, and nothing of it goes on', async () => {
  const { id } = await interrupt(`
    (globalThis as any).rounds = 0;
    while (true) { console.log('round'); (globalThis as any).rounds++; await new Promise((r) => setTimeout(r, 20)); }`);
  const count = kernel.saidFor(id).messages.length;
  const rounds = await kernel.value('(globalThis as any).rounds');
  await kernel.value('await new Promise((resolve) => setTimeout(resolve, 200))');
  assert.equal(await kernel.value('(globalThis as any).rounds'), rounds);
  assert.equal(kernel.saidFor(id).messages.length, count);
});

test('so is one in a function that an earlier cell declared, which can be called again', async () => {
  await kernel.value(`
    (globalThis as any).turns = 0;
    async function turn(most: number) {
      for (let n = 0; n < most; n++) {
        if (n === 0) console.log('on');
        (globalThis as any).turns++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return 'turned';
    }`);
  await interrupt('await turn(Infinity);');
  const turns = await kernel.value('(globalThis as any).turns');
  await kernel.value('await new Promise((resolve) => setTimeout(resolve, 200))');
  assert.equal(await kernel.value('(globalThis as any).turns'), turns);
  assert.equal(await kernel.value('await turn(3)'), "'turned'");
});

test('so is a for await', async () => {
  await interrupt(`
    async function* forever() { for (let i = 0; ; i++) { yield i; await new Promise((r) => setTimeout(r, 20)); } }
    for await (const i of forever()) console.log(i);`);
});

test('a cell that waits for ever is ended', async () => {
  await interrupt("console.log('on'); await new Promise(() => {});");
});

test('a native call is left to end, and its cell with it', async () => {
  const { outputs } = await interrupt(
    "import { execSync } from 'node:child_process'; console.log('on'); execSync('sleep 1'); console.log('after');",
  );
  assert.equal(streamText(outputs, 'stdout'), 'on\n');
});

test('the error that a cell throws because of the interrupt is shown with it', async () => {
  const { outputs } = await interrupt(`
    console.log('on'); await train(() => {}); throw new Error('cut short');`);
  assert.match(JSON.stringify(outputs.at(-1)), /cut short/);
});

test('an interrupted cell that is run again does not wipe out what it had declared', async () => {
  await kernel.value('let history = [1, 2];');
  await interrupt("console.log('on'); let history = await new Promise<number[]>(() => {});");
  assert.equal(await kernel.value('history'), '[ 1, 2 ]');
});

test('the cells that wait behind an interrupted one are aborted', async () => {
  const first = kernel.client.execute("console.log('on'); await new Promise(() => {});");
  const second = kernel.client.execute('1');
  await kernel.heard((message) => parentOf(message) === first.id && message.header.msg_type === 'stream');
  await kernel.process.interrupt();
  assert.equal((await first.done).content.status, 'error');
  assert.deepEqual((await second.done).content, { status: 'aborted' });
});

test('each cell has a signal of its own', async () => {
  const signal = "(globalThis as any)[Symbol.for('tfjs-lowrank.cell-host')].signal";
  await interrupt(`(globalThis as any).first = ${signal}; console.log('on'); while (true);`);
  assert.equal(await kernel.value(`[(globalThis as any).first.aborted, ${signal}.aborted]`), '[ true, false ]');
});

test('an interrupt without a running cell does nothing', async () => {
  await kernel.process.interrupt();
  assert.equal(await kernel.value('1 + 1'), '2');
});

test('many interrupts in a row leave the kernel as it was', async () => {
  for (let i = 0; i < 3; i++) {
    const { id, done } = kernel.client.execute("console.log('on'); while (true);");
    await kernel.heard((message) => parentOf(message) === id && message.header.msg_type === 'stream');
    await Promise.all([1, 2, 3].map(() => kernel.process.interrupt()));
    assert.equal((await done).content.ename, 'Interrupted');
  }
});
