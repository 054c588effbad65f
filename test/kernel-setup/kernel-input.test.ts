import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { JupyterClient } from '../../kernel-setup/jupyter/client';
import type { Message } from '../../kernel-setup/jupyter/message';
import { Kernel, parentOf, streamText } from './kernel-fixture';

let kernel: Kernel;
const questions: Message[] = [];
before(async () => {
  kernel = await Kernel.start();
  kernel.client.onInputRequest((message) => questions.push(message));
});
after(() => kernel.stop());

/** Waits for the next question. */
async function question(): Promise<Message> {
  while (questions.length === 0) await sleep(5);
  return questions.shift()!;
}

/** Runs a cell that asks, with these answers. */
async function answered(code: string, ...answers: string[]) {
  const { id, done } = kernel.client.execute(code, { allow_stdin: true });
  for (const answer of answers) await kernel.client.answer(await question(), answer);
  const { content } = await done;
  return { id, content, ...kernel.saidFor(id) };
}

const resultOf = ({ outputs }: ReturnType<Kernel['saidFor']>) =>
  outputs.flatMap((output) => (output.output_type === 'execute_result' ? [output.data['text/plain']] : []))[0];

test('prompt asks through the front end that runs the cell', async () => {
  const { id, done } = kernel.client.execute("console.log('before'); const name = await prompt('Your name?');\nname.toUpperCase()", { allow_stdin: true });
  const asked = await question();
  assert.equal(asked.header.msg_type, 'input_request');
  assert.equal(parentOf(asked), id);
  assert.deepEqual(asked.content, { prompt: 'Your name?', password: false });
  await kernel.client.answer(asked, 'Zoë 🐭');
  assert.equal((await done).content.status, 'ok');
  const { outputs } = kernel.saidFor(id);
  assert.equal(streamText(outputs, 'stdout'), 'before\n');
  assert.equal(resultOf(kernel.saidFor(id)), "'ZOË 🐭'");
  assert.equal(await kernel.value('name'), "'Zoë 🐭'");
});

test('a password is asked for as one', async () => {
  const { done } = kernel.client.execute("await prompt('Token:', { password: true })", { allow_stdin: true });
  const asked = await question();
  assert.deepEqual(asked.content, { prompt: 'Token:', password: true });
  await kernel.client.answer(asked, 'secret');
  assert.equal((await done).content.status, 'ok');
});

test('several questions are asked one after the other', async () => {
  const both = await answered("await Promise.all([prompt('a'), prompt('b')])", 'first', 'second');
  assert.equal(resultOf(both), "[ 'first', 'second' ]");
});

test('where nobody can be asked, that is the error', async () => {
  const { ename, evalue } = await kernel.error("await prompt('Anybody?')");
  assert.equal(ename, 'Error');
  assert.equal(evalue, "Nobody can be asked 'Anybody?': what runs this cell takes no input (allow_stdin is false).");
  assert.deepEqual(questions, []);
});

test('an interrupt ends a question', async () => {
  const { done } = kernel.client.execute("await prompt('Well?')", { allow_stdin: true });
  const old = await question();
  await kernel.process.interrupt();
  assert.equal((await done).content.ename, 'Interrupted');

  // The answer comes too late, and is not that to the next question.
  const next = kernel.client.execute("await prompt('And now?')", { allow_stdin: true });
  const asked = await question();
  await kernel.client.answer(old, 'too late');
  await kernel.client.answer(asked, 'in time');
  assert.equal((await next.done).content.status, 'ok');
  assert.equal(resultOf(kernel.saidFor(next.id)), "'in time'");
});

test('answers that nobody asked for, and those of another client, are ignored', async () => {
  const header = (await kernel.client.request('shell', 'kernel_info_request', {}).done).header;
  await kernel.client.answer({ header } as Message, 'unasked');
  const other = new JupyterClient(kernel.process.connection);
  try {
    await other.ready();
    const { id, done } = kernel.client.execute("await prompt('Who?')", { allow_stdin: true });
    const asked = await question();
    await other.answer(asked, 'the other');
    // Sent after it, so that the kernel has seen it.
    await sleep(100);
    await kernel.client.answer(asked, 'me');
    assert.equal((await done).content.status, 'ok');
    assert.equal(resultOf(kernel.saidFor(id)), "'me'");
  } finally {
    other.close();
  }
});

test('a question that its cell does not wait for ends with it', async () => {
  const { done } = kernel.client.execute("const left = prompt('Anyone?').catch((error) => error.message);", { allow_stdin: true });
  await done;
  questions.length = 0;
  assert.match((await kernel.value('await left')) ?? '', /^'The cell ended before /);
  assert.equal(resultOf(await answered("await prompt('Again?')", 'yes')), "'yes'");
});

test('a cell may call something else prompt', async () => {
  assert.equal(await kernel.value("const prompt = (text: string) => text + '!'; prompt('own')"), "'own!'");
});
