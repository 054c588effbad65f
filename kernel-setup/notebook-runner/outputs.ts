import type { Content } from '../jupyter/message';
import type { Output } from './notebook';

type Display = Extract<Output, { output_type: 'display_data' | 'execute_result' }>;

/** The outputs of a notebook's cells, put together from a kernel's messages as JupyterLab does. */
export class Outputs {
  private readonly cells = new Map<string, { outputs: Output[]; clearBeforeNext: boolean }>();
  private readonly displays = new Map<string, Display[]>();

  /** The outputs so far of the cell that `id` executes. */
  of(id: string): readonly Output[] {
    return this.cell(id).outputs;
  }

  /** @param id of the request that the message belongs to */
  add(id: string, type: string, content: Content): void {
    switch (type) {
      case 'stream': {
        const { name, text } = content as { name: string; text: string };
        const outputs = this.next(id);
        const last = outputs.at(-1);
        if (last?.output_type === 'stream' && last.name === name) last.text = overwritten(last.text + text);
        else outputs.push({ output_type: 'stream', name, text: overwritten(text) });
        break;
      }
      case 'display_data':
      case 'execute_result': {
        const { data, metadata, execution_count, transient } = content as unknown as Display &
          Transient & { execution_count: number };
        const output: Display =
          type === 'display_data'
            ? { output_type: type, data, metadata }
            : { output_type: type, data, metadata, execution_count };
        this.next(id).push(output);
        const display = transient?.display_id;
        if (display !== undefined) this.displays.set(display, [...(this.displays.get(display) ?? []), output]);
        break;
      }
      case 'update_display_data': {
        const { data, metadata, transient } = content as unknown as Display & Transient;
        for (const output of this.displays.get(transient?.display_id ?? '') ?? [])
          Object.assign(output, { data, metadata });
        break;
      }
      case 'error': {
        const { ename, evalue, traceback } = content as { ename: string; evalue: string; traceback: string[] };
        this.next(id).push({ output_type: 'error', ename, evalue, traceback });
        break;
      }
      case 'clear_output':
        if (content.wait) this.cell(id).clearBeforeNext = true;
        else this.cell(id).outputs.length = 0;
        break;
    }
  }

  /** The outputs of a cell that is about to get another. */
  private next(id: string): Output[] {
    const cell = this.cell(id);
    if (cell.clearBeforeNext) cell.outputs.length = 0;
    cell.clearBeforeNext = false;
    return cell.outputs;
  }

  private cell(id: string): { outputs: Output[]; clearBeforeNext: boolean } {
    let cell = this.cells.get(id);
    if (!cell) this.cells.set(id, (cell = { outputs: [], clearBeforeNext: false }));
    return cell;
  }
}

interface Transient {
  readonly transient?: { readonly display_id?: string };
}

/** A text as a terminal shows it, in which a carriage return goes back to the start of the line. */
function overwritten(text: string): string {
  if (!text.includes('\r')) return text;
  return text
    .replace(/\r+\n/g, '\n')
    .split('\n')
    .map((line) => line.split('\r').reduce((shown, part) => part + shown.slice(part.length)))
    .join('\n');
}
