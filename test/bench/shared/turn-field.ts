import type { Field } from './field-suite';
import { InputFolder } from './inputs';
import { machine } from './machine';
import { TurnTaker } from './turn-taker';

/** Ours and the peers, programs that start from the same files. */
export class TurnField implements Field {
  readonly ours: TurnTaker;
  readonly peers: Readonly<Record<string, TurnTaker>>;
  readonly #all: readonly TurnTaker[];

  /** @param programs of each contestant the program and what stands after the folder on its command line */
  constructor(
    readonly folder: InputFolder,
    programs: { readonly ours: readonly string[]; readonly peers: Readonly<Record<string, readonly string[]>> },
  ) {
    const taker = ([program, ...args]: readonly string[]) => new TurnTaker(program!, folder.path, ...args);
    this.ours = taker(programs.ours);
    this.peers = mapValues(programs.peers, taker);
    this.#all = [this.ours, ...Object.values(this.peers)];
  }

  async ready(): Promise<void> {
    await Promise.all(this.#all.map((each) => each.ready()));
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#all.map((each) => each.dispose()));
    this.folder.remove();
  }

  get digits(): string {
    return this.folder.source === 'synthetic' ? 'synthetic digits' : 'MNIST';
  }

  get machine(): string {
    return machine(this.#all.map(({ version }) => version));
  }
}

export function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T, key: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
