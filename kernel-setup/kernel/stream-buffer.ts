import type { Header } from '../jupyter/message';

/** Output is sent in pieces of at least so many characters, or so many milliseconds. */
const pieces = { characters: 65_536, milliseconds: 25 };

export interface StreamPiece {
  readonly name: 'stdout' | 'stderr';
  readonly text: string;
  /** Of the request whose cell wrote it. */
  readonly parent: Header;
}

/** Joins what cells write, line by line, to fewer messages. */
export class StreamBuffer {
  private piece: StreamPiece | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly send: (piece: StreamPiece) => void) {}

  write(piece: StreamPiece): void {
    const { piece: waiting } = this;
    if (waiting && (waiting.name !== piece.name || waiting.parent.msg_id !== piece.parent.msg_id)) this.flush();
    this.piece = { ...piece, text: (this.piece?.text ?? '') + piece.text };
    if (this.piece.text.length >= pieces.characters) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), pieces.milliseconds);
  }

  /** To be called before anything else is sent. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { piece } = this;
    this.piece = undefined;
    if (piece) this.send(piece);
  }
}
