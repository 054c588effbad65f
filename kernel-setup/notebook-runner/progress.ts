/** How often a cell that runs says how far it is, in milliseconds: on a terminal, elsewhere. */
const intervals = { terminal: 200, plain: 30_000 };

/** Tells on standard error what is executed. */
export class Progress {
  private label = '';
  private started = 0;
  private noted = 0;

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  cell(notebook: string, number: number, count: number): void {
    this.label = `${notebook}: cell ${number} of ${count}`;
    this.started = this.noted = performance.now();
    if (this.stream.isTTY) this.rewrite(this.label);
  }

  /** Something that the running cell shows and updates, such as a progress bar. */
  note(text: string): void {
    const now = performance.now();
    if (now - this.noted < (this.stream.isTTY ? intervals.terminal : intervals.plain)) return;
    this.noted = now;
    const line = `${this.label}  ${text.split('\n')[0]}`;
    if (this.stream.isTTY) this.rewrite(line.slice(0, this.stream.columns));
    else this.stream.write(`${line}\n`);
  }

  cellDone(): void {
    const seconds = ((performance.now() - this.started) / 1000).toFixed(1);
    if (this.stream.isTTY) this.rewrite('');
    this.stream.write(`${this.label}, ${seconds} s\n`);
  }

  say(text: string): void {
    if (this.stream.isTTY) this.rewrite('');
    this.stream.write(`${text}\n`);
  }

  private rewrite(text: string): void {
    this.stream.write(`\r\x1b[K${text}`);
  }
}
