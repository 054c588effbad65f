import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Connection, RequestChannel, SignedChannel } from '../jupyter/connection';
import { type Content, createHeader, encodeMessage, type Header, type Message, MessageIds } from '../jupyter/message';
import { SharedState, type SocketThreadData, type ToMain, type ToSockets } from './io-protocol';
import { kernelInfo } from './kernel-info';

/** How long an exit waits for the sockets, in milliseconds. */
const closeLimit = 1000;

/** The main thread's side of the thread that owns the sockets. */
export class Sockets {
  readonly state = new SharedState();
  private readonly session = randomUUID();
  private readonly ids = new MessageIds(`${this.session}_cells`);
  private readonly port;
  private readonly worker: Worker;
  private handler: (message: ToMain) => void = () => {};

  constructor(private readonly connection: Connection) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    const workerData: SocketThreadData = {
      connection,
      session: this.session,
      kernelInfo: kernelInfo(),
      port: port2,
      state: this.state.buffer,
    };
    this.worker = new Worker(join(__dirname, 'socket-thread.js'), { workerData, transferList: [port2] });
    this.worker.on('exit', (code) => process.exit(code));
    // Also when a cell calls `process.exit`: what it printed before is sent, and ZeroMQ ends in order.
    process.on('exit', () => {
      this.post({ kind: 'close' });
      this.state.waitUntilClosed(closeLimit);
    });
  }

  /** Starts to hand over messages, those that are waiting first. */
  receive(handler: (message: ToMain) => void): void {
    this.handler = handler;
    this.port.on('message', handler);
  }

  /** Hands over at once all messages that have arrived. */
  receiveAll(): void {
    for (let next; (next = receiveMessageOnPort(this.port));) this.handler(next.message as ToMain);
  }

  publish(type: string, content: Content, parent: Header | undefined): void {
    this.send('iopub', type, content, parent, [`kernel.${type}`]);
  }

  stream(name: 'stdout' | 'stderr', text: string, parent: Header): void {
    this.post({ kind: 'stream', name, text, parent });
  }

  /** Answers the client of a request; returns the message's id. */
  reply(channel: RequestChannel, type: string, content: Content, to: Message): string {
    return this.send(channel, type, content, to.header, to.identities);
  }

  private send(
    channel: SignedChannel,
    type: string,
    content: Content,
    parent: Header | undefined,
    identities: readonly (Buffer | string)[],
  ): string {
    const header = createHeader(this.ids.next(channel), type, this.session, 'kernel');
    const message = { identities, header, parent_header: parent ?? {}, metadata: {}, content };
    this.post({ kind: 'send', channel, frames: encodeMessage(message, this.connection.key) });
    return header.msg_id;
  }

  private post(message: ToSockets): void {
    this.port.postMessage(message);
  }
}
