import { createHmac, timingSafeEqual } from 'node:crypto';

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html */
export const protocolVersion = '5.4';

export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

export type Content = Readonly<Record<string, unknown>>;

export interface Message {
  /** ZeroMQ's routing prefix; the topic on `iopub`. */
  readonly identities: readonly (Buffer | string)[];
  readonly header: Header;
  readonly parent_header: Header | Record<string, never>;
  readonly metadata: Content;
  readonly content: Content;
}

const delimiter = '<IDS|MSG>';

export function createHeader(msg_id: string, msg_type: string, session: string, username: string): Header {
  return { msg_id, msg_type, session, username, date: new Date().toISOString(), version: protocolVersion };
}

/** Numbers the messages that a sender puts on each channel, so that the other side sees when one is missing. */
export class MessageIds {
  private readonly counts = new Map<string, number>();

  constructor(private readonly sender: string) {}

  next(channel: string): string {
    const count = (this.counts.get(channel) ?? 0) + 1;
    this.counts.set(channel, count);
    return `${this.sender}_${channel}_${count}`;
  }
}

/** The opposite of {@link MessageIds}: counts the messages of a channel that did not arrive. */
export class MissingMessages {
  count = 0;
  private readonly last = new Map<string, number>();

  received(id: string): void {
    const [, sender, number] = /^(.*)_(\d+)$/.exec(id) ?? [];
    if (sender === undefined) return;
    const last = this.last.get(sender);
    if (last !== undefined) this.count += Number(number) - last - 1;
    this.last.set(sender, Number(number));
  }
}

/** The frames of a message on the wire. An empty key leaves it unsigned. */
export function encodeMessage(message: Message, key: string): (Buffer | string)[] {
  const parts = [message.header, message.parent_header, message.metadata, message.content].map((part) =>
    JSON.stringify(part),
  );
  return [...message.identities, delimiter, sign(parts, key), ...parts];
}

/** @throws when the frames are not a message, or its signature is not that of the key */
export function decodeMessage(frames: readonly Buffer[], key: string): Message {
  const start = frames.findIndex((frame) => String(frame) === delimiter);
  if (start < 0 || frames.length < start + 6) throw new Error(`not a Jupyter message: ${frames.length} frames`);
  const parts = frames.slice(start + 2);
  const signed = parts.slice(0, 4).map(String);
  if (!equal(String(frames[start + 1]), sign(signed, key))) throw new Error('a message with a wrong signature');
  const [header, parent_header, metadata, content] = signed.map((part) => JSON.parse(part));
  return { identities: frames.slice(0, start), header, parent_header, metadata, content };
}

function sign(parts: readonly string[], key: string): string {
  if (key === '') return '';
  return parts.reduce((hmac, part) => hmac.update(part), createHmac('sha256', key)).digest('hex');
}

function equal(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => new TextEncoder().encode(text)) as [Uint8Array, Uint8Array];
  return x.length === y.length && timingSafeEqual(x, y);
}
