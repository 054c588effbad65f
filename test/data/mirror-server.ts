import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { TestScope } from './temp-folder';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A mirror on this machine for the length of one test. `requests` lists the paths it was asked for. */
export async function startMirror(t: TestScope, handler: Handler): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url!);
    handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests };
}

/** An address at which nothing answers. */
export async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}/`;
}

export const sends =
  (body: Uint8Array, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    void response.writeHead(200, { 'content-length': String(body.length), ...headers }).end(body);

export const answers =
  (status: number): Handler =>
  (_, response) =>
    void response.writeHead(status).end('<html>An error page</html>');

/** Announces the whole body, sends its first half, then drops the connection. */
export const dropsHalfway =
  (body: Uint8Array): Handler =>
  (_, response) => {
    response.writeHead(200, { 'content-length': String(body.length) });
    response.write(body.subarray(0, body.length >> 1), () => response.destroy());
  };

/** Sends the first half of the body, then nothing. */
export const stallsHalfway =
  (body: Uint8Array): Handler =>
  (_, response) => {
    response.writeHead(200, { 'content-length': String(body.length) });
    response.write(body.subarray(0, body.length >> 1));
  };

/** Never answers. */
export const isSilent: Handler = () => {};
