/**
 * The worker thread that owns all sockets.
 *
 * It answers heartbeats, interrupts and shutdowns itself, so that they work while the main thread runs a cell's
 * loop or a native call; and it sends a cell's output while the cell still computes.
 */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { Reply, Router, XPublisher } from 'zeromq';
import { endpoint, type SignedChannel, type RequestChannel } from '../jupyter/connection';
import {
  type Content,
  createHeader,
  decodeMessage,
  encodeMessage,
  type Header,
  type Message,
  MessageIds,
} from '../jupyter/message';
import { Interrupter } from './interrupter';
import { SharedState, type SocketThreadData, type ToMain, type ToSockets } from './io-protocol';
import { whenParentDies } from './parent';
import { StreamBuffer } from './stream-buffer';

const { connection, session, kernelInfo, port, state } = workerData as SocketThreadData;
const toMain = (message: ToMain) => port.postMessage(message);

// Without a limit on what is queued: a message that does not fit would be dropped. And sent at once: otherwise
// ZeroMQ's binding puts every 512th message off to the next turn of the event loop, and refuses those that follow.
const unlimited = { sendHighWaterMark: 0, sendTimeout: 0, linger: 1000 };
const sockets = {
  shell: new Router(unlimited),
  control: new Router(unlimited),
  stdin: new Router(unlimited),
  // Each subscriber is known, and welcomed.
  iopub: new XPublisher({ ...unlimited, verbosity: 'allSubs' }),
};
const ids = new MessageIds(`${session}_sockets`);
const heartbeat = new Reply({ linger: 0 });
const streams = new StreamBuffer(({ name, text, parent }) => publish('stream', { name, text }, parent));
const shared = new SharedState(state);
const interrupter = new Interrupter(shared, toMain);

/** How long the last messages get to leave, and then the main thread to exit by itself, in milliseconds. */
const lastMessages = 50;
const exitGrace = 2000;
/** The first byte by which ZeroMQ tells a publisher of a subscription. */
const subscribes = 1;
/** Whether the main thread was asked something, behind which other requests have to wait. */
let mainWasAsked = false;

process.on('uncaughtException', fail);
start().catch(fail);

async function start(): Promise<void> {
  await heartbeat.bind(endpoint(connection, 'hb'));
  for (const channel of ['shell', 'control', 'stdin', 'iopub'] as const) {
    await sockets[channel].bind(endpoint(connection, channel));
  }
  port.on('message', fromMain);
  whenParentDies(exit);
  publish('status', { execution_state: 'starting' });
  void answerHeartbeats();
  void welcomeSubscribers();
  for (const channel of ['shell', 'control', 'stdin'] as const) void receive(channel);
}

async function answerHeartbeats(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

/** Tells each subscriber when its subscription has arrived: from then on it hears everything. */
async function welcomeSubscribers(): Promise<void> {
  for await (const [frame] of sockets.iopub) {
    const [event, ...topic] = frame!;
    if (event !== subscribes) continue;
    const subscription = Buffer.from(topic).toString();
    void send('iopub', 'iopub_welcome', { subscription }, undefined, subscription ? [subscription] : []);
  }
}

async function receive(channel: RequestChannel): Promise<void> {
  for await (const frames of sockets[channel]) {
    try {
      handle(channel, decodeMessage(frames, connection.key));
    } catch (error) {
      // Past `process.stderr`, which the main thread shows in cells.
      writeSync(2, `The kernel ignored ${(error as Error).message}.\n`);
    }
  }
}

function handle(channel: RequestChannel, message: Message): void {
  const { header } = message;
  const { msg_type } = header;
  const answer = (type: string, content: Content) => {
    publish('status', { execution_state: 'busy' }, header);
    void send(channel, type, content, header, message.identities);
    publish('status', { execution_state: 'idle' }, header);
  };
  if (msg_type === 'interrupt_request') {
    answer('interrupt_reply', { status: 'ok' });
    interrupter.interrupt();
  } else if (msg_type === 'shutdown_request') {
    const content = { status: 'ok', restart: message.content.restart === true };
    answer('shutdown_reply', content);
    publish('shutdown_reply', content, header);
    exit();
  } else if (msg_type === 'kernel_info_request' && (channel === 'control' || !mainWasAsked)) {
    answer('kernel_info_reply', kernelInfo);
  } else {
    mainWasAsked = true;
    toMain({ kind: 'request', channel, message });
  }
}

function fromMain(message: ToSockets): void {
  if (message.kind === 'stream') streams.write(message);
  else if (message.kind === 'close') closeSockets();
  else {
    streams.flush();
    void sockets[message.channel].send([...message.frames]);
  }
}

function publish(type: string, content: Content, parent?: Header): void {
  void send('iopub', type, content, parent, [`kernel.${type}`]);
}

function send(
  channel: SignedChannel,
  type: string,
  content: Content,
  parent: Header | undefined,
  identities: readonly (Buffer | string)[],
): Promise<void> {
  const header = createHeader(ids.next(channel), type, session, 'kernel');
  const message = { identities, header, parent_header: parent ?? {}, metadata: {}, content };
  return sockets[channel].send(encodeMessage(message, connection.key));
}

/** Ends the process; by force, if the main thread is too busy. */
function exit(): void {
  setTimeout(() => {
    closeSockets();
    toMain({ kind: 'exit' });
  }, lastMessages);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), exitGrace);
}

/** Without its sockets nobody could reach the kernel, nor end it. */
function fail(error: unknown): void {
  writeSync(2, `The kernel's connection to Jupyter failed: ${(error as Error)?.stack ?? error}\n`);
  closeSockets();
  process.exit(1);
}

function closeSockets(): void {
  streams.flush();
  for (const socket of [...Object.values(sockets), heartbeat]) socket.close();
  shared.setClosed();
}
