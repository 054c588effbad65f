import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JupyterClient } from '../../kernel-setup/jupyter/client';
import { createConnection, kernelMain, kernelNodeOptions } from '../../kernel-setup/jupyter/kernel-process';
import { projectRoot } from '../support/project';
import type { Benchmark, Contest, Suite } from './benchmark';
import { machine } from './shared/machine';

/** What a start is measured to. */
interface Milestone {
  readonly name: string;
  readonly says: string;
  /** The first cell, which is waited for; the first answer without it. */
  readonly cell?: string;
  /** ipykernel does the same. */
  readonly hasPeer?: boolean;
  /** Whether the kernel finds what the one before found out; it does unless told. */
  readonly isFirst?: boolean;
  /** The cell comes so much later than the first answer, in seconds, and is measured alone. */
  readonly rest?: number;
}

const library = "import { fit } from '../src'";
const milestones: readonly Milestone[] = [
  { name: 'answer', says: 'to the answer to kernel_info_request', hasPeer: true },
  { name: 'cell', says: 'to the end of the first cell, 1 + 1', cell: '1 + 1', hasPeer: true },
  { name: 'library', says: `to the end of the first cell, ${library}`, cell: library },
  { name: 'library, nothing kept', says: 'the same without what earlier kernels found out', cell: library, isFirst: true },
  { name: 'library, rested', says: 'this cell alone, when the kernel has run for ten seconds', cell: library, rest: 10 },
];

/** Seconds from the start of a kernel's process, beside ipykernel, which runs in the environment of JupyterLab. */
export const kernelStart: Suite = {
  benchmarks: milestones.map(
    (milestone): Benchmark => ({
      name: `kernel-start ${milestone.name}`,
      unit: 's',
      rounds: milestone.isFirst ? 3 : 5,
      warmUps: milestone.isFirst ? 0 : 1,
      prepare: async () => prepare(milestone),
    }),
  ),
  dispose: async () => {},
};

function prepare(milestone: Milestone): Contest {
  const python = join(projectRoot, '.venv', 'bin', 'python');
  if (!existsSync(python)) throw new Error(`there is no ${python}, and so no ipykernel; npm test makes it`);
  const folder = mkdtempSync(join(tmpdir(), 'start-'));
  const env = {
    ...process.env,
    IPYTHONDIR: join(folder, 'ipython'),
    JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
    LOWRANK_CACHE: join(folder, 'cache'),
  };
  const contestant = (...command: [string, ...string[]]) => ({
    run: () => {
      if (milestone.isFirst) rmSync(env.LOWRANK_CACHE, { recursive: true, force: true });
      return timeStart(command, folder, env, milestone);
    },
  });
  return {
    note: `${milestone.says}; ${machine([])}`,
    ours: contestant(process.execPath, ...kernelNodeOptions, kernelMain, '--config-path'),
    peers: milestone.hasPeer ? { ipykernel: contestant(python, '-m', 'ipykernel_launcher', '-f') } : {},
    dispose: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** @param command the last argument, the path of a connection file, is added */
async function timeStart(
  [program, ...args]: readonly [string, ...string[]],
  folder: string,
  env: NodeJS.ProcessEnv,
  { cell, rest }: Milestone,
): Promise<number> {
  const connection = await createConnection(folder);
  const file = join(folder, 'connection.json');
  writeFileSync(file, JSON.stringify(connection));
  let start = performance.now();
  const child = spawn(program, [...args, file], { cwd: join(projectRoot, 'notebooks'), env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = once(child, 'close');
  const client = new JupyterClient(connection);
  void ended.then(() => client.fail(new Error(`${program} ${args.join(' ')} ended by itself\n${errors}`)));
  try {
    const { content } = await client.request('shell', 'kernel_info_request', {}).reply;
    if (rest !== undefined) {
      await sleep(1000 * rest);
      start = performance.now();
    }
    const reply = cell === undefined ? undefined : await client.execute(cell).reply;
    const seconds = (performance.now() - start) / 1000;
    if (reply && reply.content.status !== 'ok') throw new Error(`${String(content.implementation)}: the first cell failed`);
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
