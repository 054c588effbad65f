import { setTimeout as sleep } from 'node:timers/promises';
import { dirname } from 'node:path';
import { KernelProcess } from '../jupyter/kernel-process';
import { type Message, MissingMessages } from '../jupyter/message';
import type { Notebook, NotebookCell, Output } from './notebook';
import { Outputs } from './outputs';
import type { Progress } from './progress';

export interface ExecuteOptions {
  /** The notebook's file; the kernel runs in its folder. */
  readonly file: string;
  /** What the notebook is called in messages. */
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  /** Interrupts the kernel and stops. */
  readonly signal: AbortSignal;
}

/** A notebook that did not run from top to bottom. */
export class NotebookFailure extends Error {
  override readonly name = 'NotebookFailure';
}

/** How long to listen after the last cell for errors in what cells left running, in milliseconds. */
const afterLastCell = 200;

/**
 * Executes a notebook from top to bottom in a kernel of its own.
 *
 * @returns the notebook with its new outputs
 * @throws {NotebookFailure} naming the cell, when one fails, an error in the background is caught by nobody, or
 * output is lost
 */
export async function executeNotebook(notebook: Notebook, options: ExecuteOptions): Promise<Notebook> {
  const { file, name, env, progress, signal } = options;
  signal.throwIfAborted();
  const kernel = await KernelProcess.start({ folder: dirname(file), env, signal });
  const interrupt = () => void kernel.interrupt().catch(() => {});
  signal.addEventListener('abort', interrupt);
  try {
    const { client } = kernel;
    const outputs = new Outputs();
    const missing = new MissingMessages();
    const places = new Map<string, string>();
    const failures: string[] = [];
    client.onPublished((message) => {
      missing.received(message.header.msg_id);
      const id = (message.parent_header as { msg_id?: string }).msg_id ?? '';
      const place = places.get(id);
      if (place === undefined) return;
      outputs.add(id, message.header.msg_type, message.content);
      if (message.header.msg_type === 'error') failures.push(`${place}\n${errorText(message)}`);
      const note = shownText(message);
      if (note) progress.note(note);
    });

    const executed = new Map<NotebookCell, { id: string; execution_count: number }>();
    const cells = notebook.cells.filter((cell) => cell.cell_type === 'code' && cell.source.trim() !== '');
    for (const [index, cell] of cells.entries()) {
      progress.cell(name, index + 1, cells.length);
      const { id, done } = client.execute(cell.source);
      places.set(id, `${name}: cell ${index + 1} of ${cells.length} (${excerpt(cell.source)})`);
      const { content } = await done;
      signal.throwIfAborted();
      if (content.status !== 'ok' && failures.length === 0) failures.push(`${places.get(id)}: ${content.status}`);
      if (failures.length > 0) throw new NotebookFailure(failures.join('\n\n'));
      executed.set(cell, { id, execution_count: content.execution_count as number });
      progress.cellDone();
    }
    await sleep(afterLastCell);
    await client.request('shell', 'kernel_info_request', {}).done;
    signal.throwIfAborted();
    if (failures.length > 0) throw new NotebookFailure(failures.join('\n\n'));
    if (missing.count > 0) throw new NotebookFailure(`${name}: ${missing.count} of the kernel's messages were lost`);

    const { language_info } = (await client.request('control', 'kernel_info_request', {}).done).content;
    return {
      ...notebook,
      metadata: { ...notebook.metadata, language_info },
      cells: notebook.cells.map((cell) => withOutputs(cell, executed.get(cell), outputs)),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NotebookFailure) throw error;
    throw new NotebookFailure(`${name}: ${(error as Error).message}`, { cause: error });
  } finally {
    signal.removeEventListener('abort', interrupt);
    await kernel.shutdown();
  }
}

function withOutputs(
  cell: NotebookCell,
  execution: { id: string; execution_count: number } | undefined,
  outputs: Outputs,
): NotebookCell {
  if (cell.cell_type !== 'code') return cell;
  const all: readonly Output[] = execution ? outputs.of(execution.id) : [];
  return { ...cell, execution_count: execution?.execution_count ?? null, outputs: all };
}

function errorText({ content }: Message): string {
  return (content.traceback as string[]).join('\n');
}

/** The text of what a cell shows in place, such as a progress bar. */
function shownText({ header, content }: Message): string | undefined {
  if (header.msg_type !== 'update_display_data') return undefined;
  const text = (content.data as Record<string, unknown>)['text/plain'];
  return typeof text === 'string' ? text : undefined;
}

/** The first line of a cell that says something. */
function excerpt(source: string): string {
  const line = source.split('\n').find((text) => text.trim() !== '' && !text.trim().startsWith('//')) ?? '';
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
