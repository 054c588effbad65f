import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JupyterClient } from '../../kernel-setup/jupyter/client';
import { createConnection, kernelMain, kernelNodeOptions } from '../../kernel-setup/jupyter/kernel-process';
import { projectRoot } from '../support/project';
import type { Benchmark, Contest, Suite } from './benchmark';
import { machine } from './shared/machine';

/** What a start is measured to: the first answer, or the end of the first cell, `1 + 1`. */
type Milestone = 'answer' | 'cell';

/** Seconds from the start of a kernel's process, beside ipykernel, which runs in the environment of JupyterLab. */
export const kernelStart: Suite = {
  benchmarks: (['answer', 'cell'] as const).map(
    (milestone): Benchmark => ({
      name: `kernel-start ${milestone}`,
      unit: 's',
      rounds: 5,
      warmUps: 1,
      prepare: async () => prepare(milestone),
    }),
  ),
  dispose: async () => {},
};

function prepare(milestone: Milestone): Contest {
  const python = join(projectRoot, '.venv', 'bin', 'python');
  if (!existsSync(python)) throw new Error(`there is no ${python}, and so no ipykernel; npm test makes it`);
  const folder = mkdtempSync(join(tmpdir(), 'start-'));
  const env = { ...process.env, IPYTHONDIR: join(folder, 'ipython'), JUPYTER_RUNTIME_DIR: join(folder, 'runtime') };
  const contestant = (...command: [string, ...string[]]) => ({ run: () => timeStart(command, folder, env, milestone) });
  return {
    note: `${milestone === 'cell' ? 'to the end of the first cell, 1 + 1' : 'to the answer to kernel_info_request'}; ${machine([])}`,
    ours: contestant(process.execPath, ...kernelNodeOptions, kernelMain, '--config-path'),
    peers: { ipykernel: contestant(python, '-m', 'ipykernel_launcher', '-f') },
    dispose: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** @param command the last argument, the path of a connection file, is added */
async function timeStart(
  [program, ...args]: readonly [string, ...string[]],
  folder: string,
  env: NodeJS.ProcessEnv,
  milestone: Milestone,
): Promise<number> {
  const connection = await createConnection(folder);
  const file = join(folder, 'connection.json');
  writeFileSync(file, JSON.stringify(connection));
  const start = performance.now();
  const child = spawn(program, [...args, file], { cwd: join(projectRoot, 'notebooks'), env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = once(child, 'close');
  const client = new JupyterClient(connection);
  void ended.then(() => client.fail(new Error(`${program} ${args.join(' ')} ended by itself\n${errors}`)));
  try {
    const { content } = await client.request('shell', 'kernel_info_request', {}).reply;
    const cell = milestone === 'cell' ? await client.execute('1 + 1').reply : undefined;
    const seconds = (performance.now() - start) / 1000;
    if (cell && cell.content.status !== 'ok') throw new Error(`${String(content.implementation)}: the first cell failed`);
    return seconds;
  } finally {
    await end(child, ended, client);
  }
}

async function end(child: ChildProcess, ended: Promise<unknown>, client: JupyterClient): Promise<void> {
  client.request('control', 'shutdown_request', { restart: false });
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(timer);
  client.close();
}
