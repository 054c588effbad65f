import type { Contest, Contestant, PrepareOptions, Suite, Table } from '../benchmark';
import { extrapolated } from '../shared/extrapolated';
import { FieldSuite } from '../shared/field-suite';
import { TurnField } from '../shared/turn-field';
import { aware } from './aware-training';
import { baselineSteps, trainedFolder } from './baseline';

export type AssignmentRequest =
  | { readonly assignment: 2; readonly epochs: number; readonly refinement: number }
  | { readonly assignment: 3; readonly epochs: number };

export interface AssignmentAnswer {
  /** The seconds of each epoch or step of a training, and the loss of the first one. */
  readonly parts: readonly { readonly seconds: readonly number[]; readonly loss: number }[];
  /** The seconds of all else. */
  readonly other: number;
  /** Accuracies on the test set. */
  readonly figures: Readonly<Record<string, number>>;
}

/** Epochs of assignment 2. */
const whole = { epochs: 100, refinement: 10 };
const some = { epochs: 4, refinement: 3 };
const fewest = { epochs: 2, refinement: 2 };
/** Steps of assignment 3 with Keras. */
const someSteps = 3;

/** The assignments' own figures, in the order of the programs' answers. */
const published = {
  2: { dense: 0.9792, '50/25/5': 0.9726, '25/12/2': 0.9591, '12/6/1': 0.851 },
  3: { 'feed-forward': 0.9745, 'feed-forward, u/s/v': 0.9745, full: 0.9704, 'full, u/s/v': 0.9747 },
} as const;

/** Two assignments as a whole: from the start of their training to the accuracies at their end. */
export const assignments: Suite = new FieldSuite(
  async () => new Assignments(await trainedFolder('784-100-50-10')),
  [
    { name: 'assignments 2', unit: 's', rounds: 1, warmUps: 0, contest: (field, options) => field.second(options) },
    { name: 'assignments 3', unit: 's', rounds: 1, warmUps: 0, contest: (field, options) => field.third(options) },
  ],
);

class Assignments extends TurnField {
  constructor(folder: ConstructorParameters<typeof TurnField>[0]) {
    super(folder, { ours: ['compression/our-assignments.js'], peers: { Keras: ['compression/keras_assignments.py'] } });
  }

  async second({ quick }: PrepareOptions): Promise<Contest> {
    const wanted = [whole.epochs, whole.refinement, whole.refinement, whole.refinement];
    return this.#contest(2, { ours: quick ? fewest : whole, keras: quick ? fewest : some }, { ours: wanted, keras: wanted }, !quick);
  }

  async third({ quick }: PrepareOptions): Promise<Contest> {
    const { epochs, batchSize } = aware;
    const ours = { epochs: quick ? 2 : epochs };
    const steps = (epochs * this.folder.examples) / batchSize;
    return this.#contest(3, { ours, keras: { steps: someSteps } }, { ours: [epochs], keras: [steps] }, !quick);
  }

  #contest(
    assignment: 2 | 3,
    measured: Record<'ours' | 'keras', object>,
    wanted: Record<'ours' | 'keras', readonly number[]>,
    isWhole: boolean,
  ): Contest {
    let ours: AssignmentAnswer;
    const seconds = ({ parts, other }: AssignmentAnswer, counts: readonly number[]) =>
      parts.reduce((sum, part, i) => sum + extrapolated(part.seconds, counts[i]!), other);
    const keras: Contestant = {
      run: async () => {
        const answer = await this.peers.Keras!.ask<AssignmentAnswer>({ assignment, ...measured.keras });
        checkSameWork(assignment, answer, ours);
        return seconds(answer, wanted.keras);
      },
    };
    return {
      ours: {
        run: async () => {
          ours = await this.ours.ask<AssignmentAnswer>({ assignment, ...measured.ours });
          return seconds(ours, wanted.ours);
        },
      },
      peers: { Keras: keras },
      note: this.#note,
      tables: () => (isWhole ? [figuresTable(assignment, ours)] : []),
    };
  }

  get #note(): string {
    return (
      `assignments: ${this.digits}, float32; 2: ${whole.epochs} epochs of 784-100-50-10 at batch 32, three compressions, ` +
      `${whole.refinement} epochs of refinement each, validated after each epoch, and the accuracies; 3: ${aware.epochs} epochs of ` +
      `compression-aware training of a baseline of ${baselineSteps} steps, u/s/v models of both networks, and the four accuracies; ` +
      `ours measured as a whole; of Keras's trainings ${some.epochs} and ${some.refinement} epochs, and ${someSteps} steps, are ` +
      `measured and multiplied, all else as it is; ${this.machine}`
    );
  }
}

function figuresTable(assignment: 2 | 3, { figures }: AssignmentAnswer): Table {
  return {
    title: 'test accuracy',
    header: ['the assignment', 'ours'],
    rows: Object.entries(published[assignment]).map(([name, accuracy]) => [
      `assignments ${assignment}: ${name}`,
      accuracy.toFixed(4),
      figures[name]!.toFixed(4),
    ]),
  };
}

/** The mean loss of a first epoch in another order, from the same weights; or of a step before any update. */
const sameLoss = { 2: 0.1, 3: 1e-2 } as const;

/** A time counts only if it was spent on the same training. Refinements are of weights that were trained for another time. */
function checkSameWork(assignment: 2 | 3, theirs: AssignmentAnswer, ours: AssignmentAnswer): void {
  const [their, our] = [theirs.parts[0]!.loss, ours.parts[0]!.loss];
  if (!(Math.abs(their / our - 1) <= sameLoss[assignment])) throw new Error(`the first loss is ${our} with us, ${their} with Keras`);
}
