import type { Message } from '../jupyter/message';
import type { Cell } from './cell';
import type { Sockets } from './sockets';

interface Pending {
  readonly id: string;
  readonly cell: Cell;
  readonly answer: (text: string) => void;
  readonly giveUp: (reason: unknown) => void;
}

/** Asks the user through the front end that sent the cell, one question at a time. */
export class InputRequests {
  private pending: Pending | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly sockets: Sockets) {}

  /**
   * @returns the answer
   * @throws if the front end cannot ask, when the cell is interrupted, or when it ends before the answer comes
   */
  ask(cell: Cell | undefined, question: string, password: boolean): Promise<string> {
    if (!cell) return Promise.reject(new Error('Only a cell can ask.'));
    if (cell.request.content.allow_stdin !== true) {
      return Promise.reject(
        new Error(`Nobody can be asked '${question}': what runs this cell takes no input (allow_stdin is false).`),
      );
    }
    const asked = this.last.then(() => this.send(cell, question, password));
    this.last = asked.catch(() => {});
    return asked;
  }

  /** To be called with each `input_reply`; one to an earlier question, or from somebody else, is ignored. */
  receive({ parent_header, identities, content }: Message): void {
    const { pending } = this;
    if (!pending || !sameIdentities(identities, pending.cell.request.identities)) return;
    // Not every client says what it answers.
    const to = (parent_header as { msg_id?: string }).msg_id;
    if (to !== undefined && to !== pending.id) return;
    this.pending = undefined;
    pending.answer(String(content.value ?? ''));
  }

  /** To be called when a cell has ended: nobody waits for its answer. */
  end(cell: Cell): void {
    if (this.pending?.cell === cell) this.pending.giveUp(new Error('The cell ended before its question was answered.'));
  }

  private async send(cell: Cell, question: string, password: boolean): Promise<string> {
    cell.signal.throwIfAborted();
    if (cell.hasEnded) throw new Error(`The cell ended before '${question}' could be asked.`);
    const id = this.sockets.reply('stdin', 'input_request', { prompt: question, password }, cell.request);
    const abort = () => this.pending?.id === id && this.pending.giveUp(cell.signal.reason);
    cell.signal.addEventListener('abort', abort);
    try {
      return await new Promise<string>((answer, giveUp) => {
        this.pending = { id, cell, answer, giveUp };
      });
    } finally {
      this.pending = undefined;
      cell.signal.removeEventListener('abort', abort);
    }
  }
}

function sameIdentities(a: Message['identities'], b: Message['identities']): boolean {
  return a.length === b.length && a.every((part, i) => Buffer.from(part).equals(Buffer.from(b[i]!)));
}
