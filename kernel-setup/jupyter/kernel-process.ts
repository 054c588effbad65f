import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { JupyterClient } from './client';
import type { Connection } from './connection';

/** The program of our kernel. */
export const kernelMain = resolve(__dirname, '..', 'kernel', 'main.js');

/** The options of Node.js that the kernel must be started with. */
export const kernelNodeOptions = [
  // An endless loop in a timer's callback can be terminated only without them: Node.js would abort.
  '--no-force-async-hooks-checks',
];

/** How long a kernel may take to exit after it was told to, in milliseconds. */
const exitGrace = 5000;
/** The longest temporary folder in which the path of a Unix socket fits. */
const longestSocketFolder = 80;

export interface KernelOptions {
  /** The kernel's working directory: where the notebook lies. */
  readonly folder: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly transport?: Connection['transport'];
  /** Gives up the start. */
  readonly signal?: AbortSignal;
}

/** A kernel of ours in a process of its own, and the connection to it. */
export class KernelProcess {
  /** What the process printed itself, past the cells. */
  log = '';
  private readonly exited: Promise<void>;

  private constructor(
    readonly process: ChildProcess,
    readonly client: JupyterClient,
    readonly connection: Connection,
    private readonly files: string,
  ) {
    for (const stream of [process.stdout!, process.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        this.log = (this.log + chunk.toString()).slice(-100_000);
      });
    }
    this.exited = once(process, 'close').then(([code, signal]) => {
      client.fail(new Error(`the kernel ended by itself (${signal ?? `exit code ${code}`})\n${this.log}`));
      client.close();
      rmSync(files, { recursive: true, force: true });
    });
  }

  /** Starts a kernel and waits until it answers. */
  static async start({ folder, env = process.env, transport, signal }: KernelOptions): Promise<KernelProcess> {
    const files = mkdtempSync(join(tmpdir(), 'kernel-'));
    const connection = await createConnection(files, transport);
    const connectionFile = join(files, 'connection.json');
    writeFileSync(connectionFile, JSON.stringify(connection), { mode: 0o600 });
    const child = spawn(process.execPath, [...kernelNodeOptions, kernelMain, '--config-path', connectionFile], {
      cwd: folder,
      env: { ...env, JPY_PARENT_PID: String(process.pid) },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C in the terminal must not reach it: it is interrupted by a message.
      detached: true,
    });
    const kernel = new KernelProcess(child, new JupyterClient(connection), connection, files);
    try {
      await kernel.client.ready(signal);
    } catch (error) {
      await kernel.kill();
      throw error;
    }
    return kernel;
  }

  interrupt(): Promise<unknown> {
    return this.client.request('control', 'interrupt_request', {}).reply;
  }

  /** Ends the kernel, by force if it does not end by itself. */
  async shutdown(): Promise<void> {
    this.client.request('control', 'shutdown_request', { restart: false });
    const timer = setTimeout(() => this.process.kill('SIGKILL'), exitGrace);
    await this.exited;
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited;
  }
}

/** What a kernel and its clients need to know; its sockets, if they have paths, are in the folder `files`. */
export async function createConnection(files: string, transport?: Connection['transport']): Promise<Connection> {
  const fits = process.platform !== 'win32' && files.length <= longestSocketFolder;
  const chosen = transport ?? (fits ? 'ipc' : 'tcp');
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] =
    chosen === 'ipc' ? [1, 2, 3, 4, 5] : await freePorts(5);
  return {
    transport: chosen,
    ip: chosen === 'ipc' ? join(files, 'k') : '127.0.0.1',
    shell_port: shell_port!,
    iopub_port: iopub_port!,
    stdin_port: stdin_port!,
    control_port: control_port!,
    hb_port: hb_port!,
    key: randomBytes(16).toString('hex'),
    signature_scheme: 'hmac-sha256',
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
