import { readFileSync } from 'node:fs';

/** The content of a Jupyter connection file. */
export interface Connection {
  readonly transport: 'tcp' | 'ipc';
  /** An address; with `ipc` the first part of the sockets' paths. */
  readonly ip: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
  readonly key: string;
  readonly signature_scheme: string;
}

/** Channels on which a client asks and the kernel replies. */
export type RequestChannel = 'shell' | 'control' | 'stdin';
/** Channels that carry signed messages: all but the heartbeat. */
export type SignedChannel = RequestChannel | 'iopub';
type Channel = SignedChannel | 'hb';

export function readConnection(file: string): Connection {
  return JSON.parse(readFileSync(file, 'utf8')) as Connection;
}

/** The ZeroMQ endpoint of a channel. */
export function endpoint(connection: Connection, channel: Channel): string {
  const port = connection[`${channel}_port`];
  const { transport, ip } = connection;
  return transport === 'tcp' ? `tcp://${ip}:${port}` : `${transport}://${ip}-${port}`;
}
