import type { Contest, Contestant, Suite } from '../benchmark';
import { FieldSuite, type Field } from '../shared/field-suite';
import { machine } from '../shared/machine';
import { TurnTaker } from '../shared/turn-taker';
import { Matrices, trainingSteps, type Spectrum } from './matrices';

const rank = 20;
const lowrank = 'torch.svd_lowrank';

interface Row {
  readonly name: string;
  readonly shape: readonly [number, number];
  readonly spectrum: Spectrum;
  readonly start: 'cold' | 'warm';
}

const rows: readonly Row[] = (['trained', '1/j'] as const).flatMap((spectrum) =>
  [[1024, 1024] as const, [784, 1024] as const].flatMap((shape) =>
    (['cold', 'warm'] as const).map((start) => {
      const suffix = spectrum === 'trained' ? '' : `, spectrum ${spectrum}`;
      return { name: `truncated-svd ${shape.join('×')} rank ${rank} ${start}${suffix}`, shape, spectrum, start };
    }),
  ),
);

/** Our tolerance for each spectrum: the largest with which we are as near as torch.svd_lowrank. */
const tolerances: Readonly<Record<Spectrum, number>> = { trained: 0.2, '1/j': 1e-2 };

/** The leading singular triplets of large matrices; the peers' full decompositions have no other way to them. */
export const truncatedSvd: Suite = new FieldSuite(
  async () => new Decompositions(await Matrices.write()),
  rows.map((row) => ({ name: row.name, unit: 'ms', rounds: 9, warmUps: 1, contest: (field) => field.contest(row) })),
);

interface Decomposition {
  readonly who: TurnTaker;
  readonly request: object;
  /** Of how many calls the results are judged; other than 1 where chance decides. */
  readonly judgedCalls: number;
}

/** All contestants and the judge. */
class Decompositions implements Field {
  readonly #ours = new TurnTaker('svd/our-decompositions.js');
  readonly #pytorch = new TurnTaker('svd/pytorch_svd.py');
  readonly #tensorflow = new TurnTaker('svd/tensorflow_svd.py');
  readonly #numpy = new TurnTaker('svd/numpy_svd.py');
  readonly #judge = new TurnTaker('svd/spectral_judge.py');
  readonly #all = [this.#ours, this.#pytorch, this.#tensorflow, this.#numpy, this.#judge];

  constructor(readonly matrices: Matrices) {}

  async ready(): Promise<void> {
    await Promise.all(this.#all.map((each) => each.ready()));
  }

  async contest({ name, shape, spectrum, start }: Row): Promise<Contest> {
    const { matrix, older } = this.matrices.files(...shape, spectrum);
    const work = { matrix, shape, rank };
    const full = { ...work, method: 'svd', calls: 1 };
    const warmStart = start === 'warm' ? { older } : {};
    const ours: Decomposition = {
      who: this.#ours,
      request: { ...work, tolerance: tolerances[spectrum], calls: 10, ...warmStart },
      judgedCalls: 1,
    };
    const peers: Record<string, Decomposition> = {
      [lowrank]: { who: this.#pytorch, request: { ...work, method: 'svd_lowrank', calls: 10 }, judgedCalls: 5 },
      'torch.linalg.svd': { who: this.#pytorch, request: full, judgedCalls: 1 },
      'TensorFlow svd': { who: this.#tensorflow, request: full, judgedCalls: 1 },
      'NumPy svd': { who: this.#numpy, request: full, judgedCalls: 1 },
    };
    const { gap, errors } = await this.#judged({ ours, ...peers }, work);
    checkAccuracy(name, errors);
    const contestant = ({ who, request }: Decomposition): Contestant => ({
      run: async () => 1000 * (await who.ask<{ seconds: number }>(request)).seconds,
    });
    return {
      ours: contestant(ours),
      peers: Object.fromEntries(Object.entries(peers).map(([peer, decomposition]) => [peer, contestant(decomposition)])),
      note: this.#note,
      tables: () => [
        {
          title: `‖A − Aₖ‖₂ / σ${rank + 1}`,
          header: [`σ${rank}/σ${rank + 1}`, ...Object.keys(errors)],
          rows: [[name, gap.toFixed(4), ...Object.values(errors).map((error) => error.toFixed(5))]],
        },
      ],
    };
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#all.map((each) => each.dispose()));
    this.matrices.remove();
  }

  /** Every contestant's results, by calls that do not count. */
  async #judged(decompositions: Readonly<Record<string, Decomposition>>, work: object): Promise<Judgement> {
    const factors: Record<string, string[]> = {};
    for (const [name, { who, request, judgedCalls }] of Object.entries(decompositions)) {
      const contestant = Object.keys(factors).length;
      const path = (call: number) => this.matrices.path(`factors-${contestant}-${call}.bin`);
      factors[name] = Array.from({ length: judgedCalls }, (_, call) => path(call));
      await who.ask({ ...request, calls: judgedCalls, outputs: factors[name] });
    }
    return this.#judge.ask<Judgement>({ ...work, factors });
  }

  get #note(): string {
    return (
      `truncated-svd: float32; matrices: the hidden layers of 784-1024-1024-10 after ${trainingSteps} steps on ` +
      `${this.matrices.digits}, and random ones with the singular values 1/j; ours with a tolerance of ` +
      `${tolerances.trained} and ${tolerances['1/j']}, warm from the factors of the layer one step before, or of a matrix ` +
      'that differs by 1 %; the peers have no warm start; torch.svd_lowrank with q = 26 and niter = 2, its error the mean ' +
      `of five; ${machine(this.#all.map(({ version }) => version))}`
    );
  }
}

interface Judgement {
  readonly gap: number;
  readonly errors: Readonly<Record<string, number>>;
}

/** Our time counts only if it was spent on a result as near to the matrix as the quickest peer's. */
function checkAccuracy(name: string, errors: Judgement['errors']): void {
  const rounding = 1e-5;
  if (!(errors.ours! <= errors[lowrank]! + rounding)) {
    throw new Error(`${name}: ‖A − Aₖ‖₂ / σ${rank + 1} is ${errors.ours} with us, ${errors[lowrank]} with ${lowrank}`);
  }
}
