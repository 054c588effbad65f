import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Request, Subscriber } from 'zeromq';
import { JupyterClient } from '../../kernel-setup/jupyter/client';
import { endpoint } from '../../kernel-setup/jupyter/connection';
import { KernelProcess } from '../../kernel-setup/jupyter/kernel-process';
import { createHeader, decodeMessage, encodeMessage, MissingMessages } from '../../kernel-setup/jupyter/message';
import { projectRoot } from '../support/project';
import { Kernel, parentOf, Project, streamText } from './kernel-fixture';

let kernel: Kernel;
before(async () => {
  kernel = await Kernel.start({
    'src/signal.ts': "export const handler = () => {};\nprocess.on('SIGINT', handler);\n",
  });
});
after(() => kernel.stop());

test('says that it is a TypeScript kernel', async () => {
  const { content } = await kernel.client.request('shell', 'kernel_info_request', {}).done;
  const { status, protocol_version, language_info } = content as Record<string, any>;
  assert.equal(status, 'ok');
  assert.match(protocol_version, /^5\.\d$/);
  assert.equal(language_info.name, 'typescript');
  assert.equal(language_info.mimetype, 'text/typescript');
  assert.equal(language_info.file_extension, '.ts');
  const versions = await kernel.value("import { versions } from 'tslab'; versions.typescript");
  assert.equal(versions, `'${language_info.version}'`);
});

test('a cell is announced, counted, answered, and ends with idle', async () => {
  const first = await kernel.run('40 + 2');
  const types = first.messages.map(({ header, content }) => content.execution_state ?? header.msg_type);
  assert.deepEqual(types, ['busy', 'execute_input', 'execute_result', 'idle']);
  const [, input, result] = first.messages;
  const execution_count = first.reply.execution_count as number;
  assert.deepEqual(input?.content, { code: '40 + 2', execution_count });
  assert.deepEqual(result?.content, { execution_count, data: { 'text/plain': '42' }, metadata: {} });
  assert.deepEqual(first.reply, { status: 'ok', execution_count, user_expressions: {}, payload: [] });
  assert.equal((await kernel.run('1')).reply.execution_count, execution_count + 1);
});

test('a silent cell is run, and neither counted nor shown', async () => {
  const before = (await kernel.run('var quiet = 0')).reply.execution_count as number;
  const { messages, reply } = await kernel.run("quiet = 1; console.log('x'); quiet", { silent: true });
  assert.deepEqual(
    messages.map(({ header }) => header.msg_type),
    ['status', 'status'],
  );
  assert.equal(reply.execution_count, before);
  assert.equal(await kernel.value('quiet'), '1');
});

test('without store_history a cell is shown, and not counted', async () => {
  const before = (await kernel.run('1')).reply.execution_count;
  const { outputs, reply } = await kernel.run('2', { store_history: false });
  assert.equal(reply.execution_count, before);
  assert.equal(outputs.length, 1);
});

test('the cells behind a failed one are aborted, unless they are not to be', async () => {
  const failing = ['throw new Error("first")', '1', '2'].map((code) => kernel.client.execute(code).done);
  assert.deepEqual(await statuses(failing), ['error', 'aborted', 'aborted']);
  assert.equal(await kernel.value('3'), '3');
  const going = ['throw new Error("first")', '1'].map(
    (code) => kernel.client.execute(code, { stop_on_error: false }).done,
  );
  assert.deepEqual(await statuses(going), ['error', 'ok']);
});

test('a comm that is opened to an unknown target is closed; messages of unknown comms do no harm', async () => {
  const open = kernel.client.request('shell', 'comm_open', { comm_id: 'c1', target_name: 'jupyter.widget', data: {} });
  const closed = await kernel.heard((message) => parentOf(message) === open.id && message.header.msg_type === 'comm_close');
  assert.deepEqual(closed.content, { comm_id: 'c1', data: {} });
  for (const type of ['comm_msg', 'comm_close']) {
    const { id } = kernel.client.request('shell', type, { comm_id: 'c2', data: {} });
    await kernel.heard((message) => parentOf(message) === id && message.content.execution_state === 'idle');
    assert.deepEqual(kernel.saidFor(id).messages.map(({ header }) => header.msg_type), ['status', 'status']);
  }
  const { content } = await kernel.client.request('shell', 'comm_info_request', {}).done;
  assert.deepEqual(content, { status: 'ok', comms: {} });
});

test('user expressions are evaluated after the cell, each to its value or its error', async () => {
  const { reply, outputs } = await kernel.run('const apples = 3;', {
    user_expressions: { sum: 'apples + 1', wrong: "(() => { throw new RangeError('rotten') })()", untyped: 'pears', nothing: 'null' },
  });
  const { sum, wrong, untyped, nothing } = reply.user_expressions as Record<string, Record<string, unknown>>;
  assert.deepEqual(sum, { status: 'ok', data: { 'text/plain': '4' }, metadata: {} });
  assert.deepEqual(nothing, { status: 'ok', data: { 'text/plain': 'null' }, metadata: {} });
  assert.deepEqual([wrong!.status, wrong!.ename, wrong!.evalue], ['error', 'RangeError', 'rotten']);
  assert.deepEqual([untyped!.status, untyped!.ename], ['error', 'TypeScriptError']);
  assert.deepEqual(outputs, []);
  const failed = await kernel.run('throw 1', { user_expressions: { sum: 'apples' } });
  assert.equal(failed.reply.user_expressions, undefined);
});

test('a request that it cannot answer gets an error for an answer', async () => {
  const { content } = await kernel.client.request('shell', 'complete_request', { code: 42, cursor_pos: 1 }).done;
  assert.equal(content.status, 'error');
  assert.equal(content.ename, 'TypeError');
  assert.equal(await kernel.value('1 + 1'), '2');
});

test('a subscriber is told when it is heard: each by its own topic', async () => {
  const { connection } = kernel.process;
  for (const topic of ['', 'kernel.status']) {
    const subscriber = new Subscriber({ linger: 0 });
    subscriber.connect(endpoint(connection, 'iopub'));
    subscriber.subscribe(topic);
    const { header, parent_header, content } = decodeMessage(await subscriber.receive(), connection.key);
    assert.equal(header.msg_type, 'iopub_welcome');
    assert.deepEqual(parent_header, {});
    assert.deepEqual(content, { subscription: topic });
    subscriber.close();
  }
});

test('10 MB in one piece arrive, before the cell is idle', async () => {
  const { reply, outputs, messages } = await kernel.run("console.log('é'.repeat(5_000_000)); process.stdout.write(Buffer.alloc(5_000_000, 'x'))");
  assert.equal(reply.status, 'ok');
  assert.equal(streamText(outputs, 'stdout'), `${'é'.repeat(5_000_000)}\n${'x'.repeat(5_000_000)}`);
  assert.deepEqual(messages.at(-1)?.content, { execution_state: 'idle' });
});

test('a display of 10 MB arrives', async () => {
  const { outputs } = await kernel.run("({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': 'h'.repeat(10_000_000) }) })");
  const [output] = outputs;
  assert.ok(output?.output_type === 'execute_result');
  assert.equal((output.data['text/html'] as string).length, 10_000_000);
});

test('clearOutput removes what the cell has shown, at once or when something follows', async () => {
  const clear = (wait: boolean) => `(globalThis as any)[Symbol.for('tfjs-lowrank.cell-host')].clearOutput(${wait})`;
  const { outputs, messages } = await kernel.run(`console.log('a'); ${clear(true)}; console.log('b'); ${clear(false)};`);
  assert.deepEqual(
    messages.flatMap(({ header, content }) => (header.msg_type === 'clear_output' ? [content] : [])),
    [{ wait: true }, { wait: false }],
  );
  assert.deepEqual(outputs, []);
});

test('messages that it does not know or that are not signed do no harm', async () => {
  const header = createHeader('forged', 'execute_request', 'session', 'nobody');
  const message = {
    identities: [],
    header,
    parent_header: {},
    metadata: {},
    content: { code: "console.log('forged')" },
  };
  await kernel.client.sendRaw('shell', encodeMessage(message, 'another key'));
  await kernel.client.sendRaw('shell', ['garbage']);
  await kernel.client.sendRaw('shell', ['<IDS|MSG>', '', '{', '', '', '']);
  for (const channel of ['shell', 'control'] as const) kernel.client.request(channel, 'nonsense_request', {});
  assert.equal(await kernel.value('1 + 1'), '2');
  assert.deepEqual(kernel.saidFor('forged').messages, []);
  assert.match(kernel.process.log, /wrong signature/);
});

test('idle, it uses no processor time to speak of', { skip: process.platform !== 'linux' && 'only Linux tells it here' }, async () => {
  await kernel.value('1');
  const milliseconds = 4000;
  await sleep(1000);
  const before = processorTime(kernel.process.process.pid!);
  await sleep(milliseconds);
  const share = (processorTime(kernel.process.process.pid!) - before) / milliseconds;
  assert.ok(share < 0.01, `${(100 * share).toFixed(1)} % of a processor`);
});

test('nothing that it published was lost', async () => {
  const missing = new MissingMessages();
  const stop = kernel.client.onPublished(({ header }) => missing.received(header.msg_id));
  await kernel.run('for (let i = 0; i < 5000; i++) { console.log(i); console.error(i) }');
  stop();
  assert.equal(missing.count, 0);
});

test('answers two clients, each with its own output', async () => {
  const other = new JupyterClient(kernel.process.connection);
  try {
    await other.ready();
    const [mine, theirs] = await Promise.all([kernel.run('"mine"'), other.execute('"theirs"').done]);
    assert.equal(mine.reply.status, 'ok');
    assert.equal(theirs.content.status, 'ok');
    assert.equal(mine.outputs.length, 1);
  } finally {
    other.close();
  }
});

test('a module that handles SIGINT does not take the kernel with it', async () => {
  await kernel.value("import { handler } from '../src/signal';");
  // Sent to a waiting cell, since it may arrive at any time and ends whichever cell runs then.
  const { id, done } = kernel.client.execute('await new Promise<void>(() => undefined);');
  await kernel.heard(
    ({ header, parent_header }) =>
      header.msg_type === 'execute_input' && 'msg_id' in parent_header && parent_header.msg_id === id,
  );
  process.kill(kernel.process.process.pid!, 'SIGINT');
  assert.equal((await done).content.ename, 'Interrupted');
  assert.equal(await kernel.value('1 + 1'), '2');
});

test('heartbeats are answered while a cell computes', async () => {
  const heart = new Request({ linger: 0 });
  heart.connect(endpoint(kernel.process.connection, 'hb'));
  const file = kernel.project.path('heard');
  const { id, done } = kernel.client.execute(
    `import { existsSync } from 'node:fs';\nwhile (!existsSync(${JSON.stringify(file)}));`,
  );
  await kernel.heard(
    ({ header, parent_header }) =>
      header.msg_type === 'execute_input' && 'msg_id' in parent_header && parent_header.msg_id === id,
  );
  await heart.send('beat');
  assert.equal(String(await heart.receive()), 'beat');
  heart.close();
  kernel.project.write('heard', '');
  assert.equal((await done).content.status, 'ok');
});

test('works over TCP, and a shutdown ends it, also while it computes', async () => {
  const project = new Project();
  try {
    const tcp = await KernelProcess.start({ folder: project.path('notebooks'), transport: 'tcp' });
    assert.equal((await tcp.client.execute('1 + 1').done).content.status, 'ok');
    tcp.client.execute('while (true);');
    await tcp.shutdown();
    assert.notEqual(tcp.process.exitCode ?? tcp.process.signalCode, null);
  } finally {
    project.remove();
  }
});

test('a port that is taken ends it, with the reason', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const ports = { shell_port: port, iopub_port: port, stdin_port: port, control_port: port, hb_port: port };
  const project = new Project();
  project.write(
    'connection.json',
    JSON.stringify({ transport: 'tcp', ip: '127.0.0.1', key: 'k', signature_scheme: 'hmac-sha256', ...ports }),
  );
  const main = join(projectRoot, '.build', 'kernel-setup', 'kernel', 'main.js');
  const child = spawn(process.execPath, [main, '--config-path', project.path('connection.json')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const [code] = await once(child, 'close');
  assert.equal(code, 1);
  assert.match(log, /connection to Jupyter failed.*in use/is);
  taken.close();
  project.remove();
});

test('ends when the process that started it is gone', async () => {
  const project = new Project();
  const starter = spawn(
    process.execPath,
    [
      '-e',
      `
      const { KernelProcess } = require(${JSON.stringify(join(projectRoot, '.build', 'kernel-setup', 'jupyter', 'kernel-process.js'))});
      KernelProcess.start({ folder: process.cwd() }).then((kernel) => console.log(kernel.process.pid));
    `,
    ],
    {
      cwd: project.path('notebooks'),
      // What the killed process leaves goes with the project.
      env: { ...process.env, TMPDIR: project.folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [chunk] = await once(starter.stdout, 'data');
  const pid = Number(String(chunk));
  starter.kill('SIGKILL');
  while (isAlive(pid)) await sleep(50);
  project.remove();
});

/** Milliseconds, in all threads; Linux counts in hundredths of a second. */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function statuses(replies: Promise<{ content: Record<string, unknown> }>[]): Promise<unknown[]> {
  return (await Promise.all(replies)).map(({ content }) => content.status);
}
