import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecuteOptions } from '../../kernel-setup/jupyter/client';
import { KernelProcess } from '../../kernel-setup/jupyter/kernel-process';
import type { Message } from '../../kernel-setup/jupyter/message';
import type { MimeBundle, Output } from '../../kernel-setup/notebook-runner/notebook';
import { Outputs } from '../../kernel-setup/notebook-runner/outputs';
import { projectRoot } from '../support/project';

/** A project in a temporary folder: `src`, `notebooks`, and the packages of this one. */
export class Project {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'project-')));

  constructor(files: Record<string, string> = {}) {
    symlinkSync(join(projectRoot, 'node_modules'), join(this.folder, 'node_modules'));
    mkdirSync(this.path('notebooks'));
    for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) this.write(name, text);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  delete(name: string): void {
    rmSync(this.path(name));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What came of a cell. */
export interface CellRun {
  /** The content of the reply. */
  readonly reply: Record<string, unknown>;
  readonly outputs: readonly Output[];
  /** All that was published for the cell, in order. */
  readonly messages: readonly Message[];
}

/** A kernel in a project of its own, and all that it says. */
export class Kernel {
  private readonly outputs = new Outputs();
  private readonly published: Message[] = [];

  private constructor(
    readonly project: Project,
    readonly process: KernelProcess,
  ) {
    process.client.onPublished((message) => {
      this.published.push(message);
      this.outputs.add(parentOf(message), message.header.msg_type, message.content);
    });
  }

  static start(files: Record<string, string> = {}, env: NodeJS.ProcessEnv = {}): Promise<Kernel> {
    return Kernel.startIn(new Project(files), env);
  }

  /** Starts a kernel in a project that is there already, such as that of one that was killed. */
  static async startIn(project: Project, env: NodeJS.ProcessEnv = {}): Promise<Kernel> {
    const folder = project.path('notebooks');
    return new Kernel(project, await KernelProcess.start({ folder, env: { ...process.env, ...env } }));
  }

  get client() {
    return this.process.client;
  }

  async run(code: string, options?: ExecuteOptions): Promise<CellRun> {
    const { id, done } = this.client.execute(code, options);
    const { content } = await done;
    return { reply: content, ...this.saidFor(id) };
  }

  /** What was published for a request so far. */
  saidFor(id: string): { outputs: readonly Output[]; messages: readonly Message[] } {
    return { outputs: this.outputs.of(id), messages: this.published.filter((message) => parentOf(message) === id) };
  }

  /** Runs a cell that must succeed, and returns the text of its result. */
  async value(code: string): Promise<string | undefined> {
    const { reply, outputs } = await this.run(code);
    assert.equal(reply.status, 'ok', JSON.stringify(reply));
    const result = outputs.find((output) => output.output_type === 'execute_result');
    return result && ((result as { data: MimeBundle }).data['text/plain'] as string | undefined);
  }

  /** Runs a cell that must fail, and returns its error. */
  async error(code: string): Promise<{ ename: string; evalue: string; traceback: string }> {
    const { reply, outputs } = await this.run(code);
    assert.equal(reply.status, 'error', code);
    const error = outputs.find((output) => output.output_type === 'error');
    assert.ok(error?.output_type === 'error');
    const { ename, evalue, traceback } = error;
    assert.deepEqual(
      { ename, evalue, traceback },
      { ename: reply.ename, evalue: reply.evalue, traceback: reply.traceback },
    );
    return { ename, evalue, traceback: traceback.join('\n') };
  }

  /** Runs a cell, interrupts it once it has printed a line, and waits for its end, which must say so. */
  async interruptOnceItPrints(code: string): Promise<void> {
    const { id, done } = this.client.execute(code);
    await this.heard((message) => parentOf(message) === id && message.header.msg_type === 'stream');
    await this.process.interrupt();
    assert.equal((await done).content.ename, 'Interrupted');
  }

  /** The next published message that `wanted` picks, also if it came already. */
  async heard(wanted: (message: Message) => boolean): Promise<Message> {
    const known = this.published.find(wanted);
    if (known) return known;
    return new Promise((resolve) => {
      const stop = this.client.onPublished((message) => {
        if (!wanted(message)) return;
        stop();
        resolve(message);
      });
    });
  }

  async stop(): Promise<void> {
    await this.process.shutdown();
    this.project.remove();
  }
}

export function parentOf(message: Message): string {
  return (message.parent_header as { msg_id?: string }).msg_id ?? '';
}

export function streamText(outputs: readonly Output[], name: 'stdout' | 'stderr'): string {
  return outputs.map((output) => (output.output_type === 'stream' && output.name === name ? output.text : '')).join('');
}
