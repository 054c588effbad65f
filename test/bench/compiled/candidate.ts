import type { Contestant, Costs } from '../benchmark';
import type { PeerProcess } from '../peer-process';
import { peakMegabytes, resetPeakMemory } from '../resident-memory';
import type { Definition, Setting } from './contestants';

/** What there is to do in one row of the table. */
export interface Work {
  readonly net: string;
  readonly batch: number;
  /** Steps of an epoch. */
  readonly epoch: number;
  /** Steps after which losses are compared. */
  readonly checkedSteps: number;
}

const trialMilliseconds = 100;
const turnMilliseconds = 250;

/** A contestant with one of its settings: a process that lives through all rows of a network. */
export class Candidate implements Contestant {
  readonly #process: PeerProcess;
  #work!: Work;
  #turn = 1;
  #compileSeconds = 0;
  /** Milliseconds of a step in a short trial. */
  trial = Infinity;
  version = '';

  constructor(
    readonly definition: Definition,
    readonly setting: Setting,
    folder: string,
  ) {
    this.#process = definition.start(folder, setting.threads);
  }

  async ready(): Promise<void> {
    ({ version: this.version } = (await this.#process.answer()) as { version: string });
  }

  /** Starts a training anew and times it. Returns its mean loss over the checked steps. */
  async start(work: Work): Promise<number> {
    this.#work = work;
    resetPeakMemory(this.#process.pid!);
    const { net, batch, checkedSteps: steps } = work;
    const { loss, firstSeconds, secondSeconds } = (await this.#ask({ net, batch, form: this.setting.form, steps })) as {
      loss: number;
      firstSeconds: number;
      secondSeconds: number;
    };
    this.#compileSeconds = Math.max(0, firstSeconds - secondSeconds);
    this.#turn = steps;
    this.trial = await this.run();
    await this.#lengthenTurn(trialMilliseconds);
    this.trial = Math.min(await this.run(), this.trial < trialMilliseconds ? await this.run() : Infinity);
    return loss;
  }

  /** Once it has been chosen, its turns become long enough to be compared. */
  async prepareTurns(): Promise<void> {
    await this.#lengthenTurn(turnMilliseconds);
  }

  run(): Promise<number> {
    return this.#milliseconds(this.#turn);
  }

  costs(): Costs {
    const { threads, form } = this.setting;
    return {
      setting: `${form}, ${threads === 'default' ? 'default threads' : `${threads} thread${threads === 'all' ? 's' : ''}`}`,
      compileSeconds: this.#compileSeconds,
      peakMegabytes: peakMegabytes(this.#process.pid!),
    };
  }

  dispose(): Promise<void> {
    return this.#process.dispose();
  }

  /** Many are compiled anew for another number of steps, so that the first such turn does not count. */
  async #lengthenTurn(milliseconds: number): Promise<void> {
    const steps = Math.max(1, Math.min(this.#work.epoch, Math.round(milliseconds / this.trial)));
    if (steps === this.#turn) return;
    this.#turn = steps;
    await this.run();
  }

  /** Per step. */
  async #milliseconds(steps: number): Promise<number> {
    const { seconds } = (await this.#ask({ steps })) as { seconds: number };
    return (1000 * seconds) / steps;
  }

  #ask(request: object): Promise<unknown> {
    return this.#process.ask(JSON.stringify(request));
  }
}
