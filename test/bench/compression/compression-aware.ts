import type { Contest, PrepareOptions, Suite } from '../benchmark';
import { extrapolated, mean } from '../shared/extrapolated';
import { FieldSuite } from '../shared/field-suite';
import type { InputFolder } from '../shared/inputs';
import { mapValues, TurnField } from '../shared/turn-field';
import { aware, type AwareAnswer } from './aware-training';
import { baselineSteps, trainedFolder } from './baseline';
import { truncationAccuracy } from './truncation-accuracy';

const { net, rank, batchSize, epochs } = aware;

const tolerances = [1e-3, 1e-5];
const observedSteps = [1, 12, 24, 60, 120];
const measuredSteps = 3;
/** The epochs of our turns; the first one, with the compilation, does not count. */
const turnEpochs = 3;

interface PeerAnswer {
  /** Of each step. */
  readonly seconds: readonly number[];
  readonly losses: readonly number[];
}

/** Assignment 3's training: each step through truncations of five kernels, the gradient straight through them. */
export const compressionAware: Suite = new FieldSuite(
  async () => new CompressionAware(await trainedFolder()),
  [
    { name: 'compression-aware step', unit: 'ms/step', rounds: 3, warmUps: 0, contest: (field) => field.stepContest() },
    { name: 'compression-aware ten epochs', unit: 's', rounds: 1, warmUps: 0, contest: (field, options) => field.wholeContest(options) },
  ],
);

class CompressionAware extends TurnField {
  constructor(folder: InputFolder) {
    super(folder, {
      ours: ['compression/our-aware-training.js'],
      peers: {
        'Keras eager': ['compression/keras_aware_training.py', 'eager'],
        'Keras tf.function': ['compression/keras_aware_training.py', 'function'],
        PyTorch: ['compression/pytorch_aware_training.py'],
      },
    });
  }

  async stepContest(): Promise<Contest> {
    const { losses } = await this.ours.ask<AwareAnswer>({ start: true, epochs: 1 });
    for (const [name, peer] of Object.entries(this.peers)) {
      checkSameWork(name, (await peer.ask<PeerAnswer>({ start: true, steps: measuredSteps })).losses, losses);
    }
    return {
      ours: {
        run: async () => {
          const { epochs } = await this.ours.ask<AwareAnswer>({ start: false, epochs: turnEpochs });
          return (1000 * mean(epochs.slice(1))) / this.#stepsOfEpoch;
        },
      },
      peers: mapValues(this.peers, (peer) => ({
        run: async () => 1000 * (await peer.ask<PeerAnswer>({ start: false, steps: 1 })).seconds[0]!,
      })),
      note: this.#note,
    };
  }

  /** From the first step on, so with what compiling or tracing costs. */
  async wholeContest({ quick }: PrepareOptions): Promise<Contest> {
    const steps = quick ? observedSteps.slice(0, 2) : observedSteps;
    const table = await truncationAccuracy(this.ours, this.folder.path, steps, tolerances);
    const all = epochs * this.#stepsOfEpoch;
    let ours: AwareAnswer;
    return {
      ours: {
        run: async () => (ours = await this.ours.ask<AwareAnswer>({ start: true, epochs })).seconds,
      },
      peers: mapValues(this.peers, (peer, name) => ({
        run: async () => {
          const { seconds, losses } = await peer.ask<PeerAnswer>({ start: true, steps: measuredSteps });
          checkSameWork(name, losses, ours.losses);
          return extrapolated(seconds, all);
        },
      })),
      note: this.#note,
      tables: () => [table],
    };
  }

  get #stepsOfEpoch(): number {
    return this.folder.examples / batchSize;
  }

  get #note(): string {
    return (
      `compression-aware: ${net}, the five larger kernels truncated to rank ${rank} in every step, the gradient with respect to ` +
      `the truncations applied to the full kernels, softmax cross-entropy, Adam, batch ${batchSize}, float32, ${this.digits}, all ` +
      `from the same weights, of ${baselineSteps} steps of batch 128, in the same order; our step after the first epoch; a ` +
      `peer's ten epochs are its first step and ${epochs * this.#stepsOfEpoch - 1} times the mean of the next ${measuredSteps - 1}; ` +
      "Keras's is the assignment's loop, eager as it stands there and with its step under tf.function; the loss's error is the " +
      `difference from exact truncations at the same weights; ${this.machine}`
    );
  }
}

/** The losses before the first update differ by the error of the truncations alone. */
const sameStart = 1e-2;
/** Later σ20/σ21 near 1 lets trainings drift apart by rounding, but the course stays the same. */
const sameCourse = 1e-1;

/** A time counts only if it was spent on the same training. */
function checkSameWork(name: string, theirs: readonly number[], ours: readonly number[]): void {
  theirs.forEach((loss, i) => {
    if (!(Math.abs(loss / ours[i]! - 1) <= (i === 0 ? sameStart : sameCourse))) {
      throw new Error(`the loss of step ${i + 1} is ${ours[i]} with us, ${loss} with ${name}`);
    }
  });
}
