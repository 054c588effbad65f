import type { Contest, Contestant, Suite } from '../benchmark';
import { mean } from '../shared/extrapolated';
import { FieldSuite } from '../shared/field-suite';
import { InputFolder } from '../shared/inputs';
import { mapValues, TurnField } from '../shared/turn-field';
import type { TurnTaker } from '../shared/turn-taker';
import { gradientAccuracy } from './gradient-accuracy';

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
export const svdFineTuning: Suite = new FieldSuite(
  async () => new FineTuning(await InputFolder.write('784-1024-10')),
  [
    { name: 'svd-fine-tuning step', unit: 'ms/step', rounds: 5, warmUps: 1, contest: (field) => field.stepContest() },
    { name: 'svd-fine-tuning epoch', unit: 's', rounds: 1, warmUps: 0, contest: (field) => field.epochContest() },
  ],
);

class FineTuning extends TurnField {
  constructor(folder: InputFolder) {
    super(folder, {
      ours: ['svd/our-training.js'],
      peers: {
        'Keras eager': ['svd/keras_training.py', 'eager'],
        'Keras tf.function': ['svd/keras_training.py', 'function'],
        PyTorch: ['svd/pytorch_training.py'],
      },
    });
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
      tables: () => [table],
    };
  }

  get #note(): string {
    return (
      `svd-fine-tuning: 784-1024-10, both weights truncated to rank ${rank} in every step and the gradient through the ` +
      `truncations, softmax cross-entropy, Adam, batch ${batchSize}, float32, ${this.digits}, all from the same weights and in ` +
      'the same order; ' +
      `a step is timed after the first ${stepsBefore}, an epoch from the first one on, compilation included; ` +
      `Keras's is the assignment's loop, eager as it stands there and with its step under tf.function; ` +
      this.machine
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
