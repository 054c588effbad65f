import type { Benchmark, Contest, Contestant, Suite } from '../benchmark';
import { InputFolder } from '../compiled/inputs';
import { gradientAccuracy } from './gradient-accuracy';
import { machine } from './machine';
import { TurnTaker } from './turn-taker';

const [rank, batchSize] = [20, 128];
const checkedSteps = 10;
const stepsBefore = 60;
/** The first hundreds of steps differ in what they cost us: longer turns show their mean. */
const turns = { ours: 60, peers: 5 };
const observedSteps = [1, 10, 40, 100, 300];

interface Turn {
  readonly seconds: number;
  readonly losses: readonly number[];
}

/** Assignment 4's training: each step through truncations of both weights, and the gradient through these. */
class FineTuning implements Suite {
  readonly benchmarks: readonly Benchmark[] = [
    {
      name: 'svd-fine-tuning step',
      unit: 'ms/step',
      rounds: 5,
      warmUps: 1,
      prepare: async () => (await (this.#field ??= Field.start())).stepContest(),
    },
    {
      name: 'svd-fine-tuning epoch',
      unit: 's',
      rounds: 1,
      warmUps: 0,
      prepare: async () => (await (this.#field ??= Field.start())).epochContest(),
    },
  ];
  #field: Promise<Field> | undefined;

  async dispose(): Promise<void> {
    await (await this.#field?.catch(() => undefined))?.dispose();
  }
}

export const svdFineTuning: Suite = new FineTuning();

/** All contestants, started. */
class Field {
  readonly ours: TurnTaker;
  readonly peers: Readonly<Record<string, TurnTaker>>;

  private constructor(readonly folder: InputFolder) {
    this.ours = new TurnTaker('our-training.js', folder.path);
    this.peers = {
      'Keras eager': new TurnTaker('keras_training.py', folder.path, 'eager'),
      'Keras tf.function': new TurnTaker('keras_training.py', folder.path, 'function'),
      PyTorch: new TurnTaker('pytorch_training.py', folder.path),
    };
  }

  static async start(): Promise<Field> {
    const field = new Field(await InputFolder.write('784-1024-10'));
    try {
      await Promise.all(field.#all.map((each) => each.ready()));
      return field;
    } catch (error) {
      await field.dispose();
      throw error;
    }
  }

  async stepContest(): Promise<Contest> {
    const start = { start: true, steps: stepsBefore };
    const { losses } = await this.ours.ask<Turn>(start);
    for (const [name, peer] of Object.entries(this.peers)) {
      checkSameWork(name, (await peer.ask<Turn>(start)).losses, losses);
    }
    const goOn = (who: TurnTaker, steps: number): Contestant => ({
      run: async () => (1000 * (await who.ask<Turn>({ start: false, steps })).seconds) / steps,
    });
    return {
      ours: goOn(this.ours, turns.ours),
      peers: mapValues(this.peers, (peer) => goOn(peer, turns.peers)),
      note: this.#note,
    };
  }

  /** From the first step, so with what compiling or tracing costs. */
  async epochContest(): Promise<Contest> {
    const steps = Math.ceil(this.folder.examples / batchSize);
    const table = await gradientAccuracy(this.ours, [...observedSteps, steps], rank);
    let ours: Turn;
    return {
      ours: {
        run: async () => (ours = await this.ours.ask<Turn>({ start: true, steps })).seconds,
      },
      peers: mapValues(this.peers, (peer, name) => ({
        run: async () => {
          const { seconds, losses } = await peer.ask<Turn>({ start: true, steps });
          checkSameWork(name, losses, ours.losses);
          return seconds;
        },
      })),
      note: this.#note,
      tables: [table],
    };
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#all.map((each) => each.dispose()));
    this.folder.remove();
  }

  get #all(): readonly TurnTaker[] {
    return [this.ours, ...Object.values(this.peers)];
  }

  get #note(): string {
    const digits = this.folder.source === 'synthetic' ? 'synthetic digits' : 'MNIST';
    return (
      `svd-fine-tuning: 784-1024-10, both weights truncated to rank ${rank} in every step and the gradient through the ` +
      `truncations, softmax cross-entropy, Adam, batch ${batchSize}, float32, ${digits}, all from the same weights and in ` +
      'the same order; ' +
      `a step is timed after the first ${stepsBefore}, an epoch from the first one on, compilation included; ` +
      `Keras's is the assignment's loop, eager as it stands there and with its step under tf.function; ` +
      machine(this.#all.map(({ version }) => version))
    );
  }
}

/** Adam's first steps are equally long for any gradient: a tiny one whose sign hangs on rounding shows in the loss. */
const sameStep = 3e-3;
/** In an epoch roundings drift apart, but the course stays the same. */
const sameCourse = 2e-2;

/** A time counts only if it was spent on the same training. */
function checkSameWork(name: string, theirs: readonly number[], ours: readonly number[]): void {
  const different = ours.slice(0, checkedSteps).findIndex((loss, i) => !(Math.abs(theirs[i]! / loss - 1) <= sameStep));
  if (different >= 0) {
    const step = `the loss of step ${different + 1}`;
    throw new Error(`${step} is ${ours[different]} with us, ${theirs[different]} with ${name}`);
  }
  if (!(Math.abs(mean(theirs) / mean(ours) - 1) <= sameCourse)) {
    throw new Error(`the mean loss of ${ours.length} steps is ${mean(ours)} with us, ${mean(theirs)} with ${name}`);
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T, key: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
