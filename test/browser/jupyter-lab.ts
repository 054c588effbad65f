import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../support/project';
import { processTree } from '../support/processes';
import type { Workplace } from './workplace';

/** How long `npm start` may take, in milliseconds: the set-up is done, but the sources may have to be compiled. */
const startLimit = 240_000;
const stopLimit = 60_000;

/** JupyterLab as `npm start` opens it, in quick mode, on the notebooks of a workplace. */
export class JupyterLab {
  /** All that it printed. */
  log = '';
  private readonly ended: Promise<void>;

  private constructor(
    private readonly npm: ChildProcess,
    readonly port: number,
    readonly token: string,
    workplace: Workplace,
  ) {
    for (const stream of [npm.stdout!, npm.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => (this.log += text));
    workplace.started(npm.pid!);
    this.ended = once(npm, 'close').then(() => workplace.ended(npm.pid!));
  }

  static async start(workplace: Workplace): Promise<JupyterLab> {
    const port = await freePort();
    const token = randomBytes(16).toString('hex');
    const { NODE_TEST_CONTEXT, ...env } = process.env;
    const npm = spawn('npm', [
      'start', '--', '--no-browser', '--port', String(port), '--ServerApp.port_retries=0',
      `--IdentityProvider.token=${token}`, `--ServerApp.root_dir=${workplace.notebooks}`,
    ], {
      cwd: projectRoot,
      env: { ...env, LOWRANK_QUICK: '1', LOWRANK_JUPYTER: workplace.jupyter },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, as in a terminal.
      detached: true,
    });
    const lab = new JupyterLab(npm, port, token, workplace);
    try {
      await lab.ready();
    } catch (error) {
      await lab.stop();
      throw error;
    }
    return lab;
  }

  url(path: string): string {
    return `http://localhost:${this.port}${path}`;
  }

  /** Asks JupyterLab's server. */
  async ask<Answer>(path: string, method: 'GET' | 'DELETE' = 'GET'): Promise<Answer> {
    const answer = await fetch(this.url(path), { method, headers: { Authorization: `token ${this.token}` } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text && JSON.parse(text)) as Answer;
  }

  /** Ends all kernels, as *Shut Down All* does. */
  async endKernels(): Promise<void> {
    for (const { id } of await this.ask<{ id: string }[]>('/api/sessions')) await this.ask(`/api/sessions/${id}`, 'DELETE');
  }

  /** npm, and all that it started. */
  processes(): number[] {
    return processTree(this.npm.pid!);
  }

  /** Ctrl-C in its terminal; waits for the end. */
  async stop(): Promise<void> {
    if (this.npm.exitCode === null && this.npm.signalCode === null) process.kill(-this.npm.pid!, 'SIGINT');
    const limit = new AbortController();
    const goesOn = sleep(stopLimit, true, { signal: limit.signal, ref: false });
    const late = await Promise.race([this.ended.then(() => false), goesOn]);
    limit.abort();
    if (late) throw new Error(`npm start goes on ${stopLimit / 1000} s after Ctrl-C:\n${this.log}`);
  }

  private async ready(): Promise<void> {
    const end = Date.now() + startLimit;
    for (;;) {
      if (this.npm.exitCode !== null) throw new Error(`npm start ended with status ${this.npm.exitCode}:\n${this.log}`);
      if (await this.ask('/api/status').then(() => true, () => false)) return;
      if (Date.now() > end) throw new Error(`npm start has not opened JupyterLab within ${startLimit / 1000} s:\n${this.log}`);
      await sleep(100);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether nobody listens there. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, 'localhost');
  const free = await once(server, 'listening').then(() => true, () => false);
  await new Promise((resolve) => server.close(resolve));
  return free;
}
