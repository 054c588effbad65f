import type { Contest, Contestant, Suite, Table } from '../benchmark';
import { FieldSuite } from '../shared/field-suite';
import { mapValues, TurnField } from '../shared/turn-field';
import { TurnTaker } from '../shared/turn-taker';
import { aware } from './aware-training';
import { baselineSteps, trainedFolder } from './baseline';
import type { Judgement } from './truncation-accuracy';

const { net, rank } = aware;
const models = ['dense', `rank ${rank}`] as const;
type Model = (typeof models)[number];

/** How many batches a call predicts; of the smaller ones fewer examples, lest it take too long. */
const batches = { 1: 1000, 32: 312, 5000: 2 } as const;
type Batch = keyof typeof batches;
const batchSizes = Object.keys(batches).map(Number) as Batch[];

/** The network of assignment 3 cut to low rank, and what it predicts before and after that. */
export const compression: Suite = new FieldSuite(
  async () => new Compression(await trainedFolder()),
  [
    { name: `compress rank ${rank}`, unit: 'ms', rounds: 5, warmUps: 1, contest: (field) => field.compressContest() },
    ...batchSizes.flatMap((batch) =>
      models.map((model) => ({
        name: `compress inference ${model} batch ${batch}`,
        unit: 'ms/batch',
        rounds: 5,
        warmUps: 1,
        contest: (field: Compression) => field.inferenceContest(model, batch),
      })),
    ),
  ],
);

interface Answer {
  readonly seconds: number;
  readonly loss: number;
}

/** A program and what it is asked. */
type Way = readonly [who: TurnTaker, method: string];

class Compression extends TurnField {
  readonly #denseTimes = new Map<Batch, Readonly<Record<string, number>>>();
  readonly #keras: TurnTaker;
  readonly #pytorch: TurnTaker;

  constructor(folder: ConstructorParameters<typeof TurnField>[0]) {
    super(folder, {
      ours: ['compression/our-models.js'],
      peers: { Keras: ['compression/keras_models.py'], PyTorch: ['compression/pytorch_models.py'] },
    });
    this.#keras = this.peers.Keras!;
    this.#pytorch = this.peers.PyTorch!;
  }

  async compressContest(): Promise<Contest> {
    const ways: Record<string, Way> = {
      ours: [this.ours, 'compress'],
      'TensorFlow svd': [this.#keras, 'svd'],
      'torch.linalg.svd': [this.#pytorch, 'svd'],
      'torch.svd_lowrank': [this.#pytorch, 'svd_lowrank'],
    };
    const table = await this.#accuracy(ways);
    const contestant = ([who, method]: Way): Contestant => ({
      run: async () => 1000 * (await who.ask<Answer>({ method })).seconds,
    });
    return { ...contestants(mapValues(ways, contestant)), note: this.#note, tables: () => [table] };
  }

  async inferenceContest(model: Model, batch: Batch): Promise<Contest> {
    const ways: Record<string, Way> = {
      ours: [this.ours, 'predict'],
      'ours, compiled before': [this.ours, 'step'],
      'tfjs model.predict': [this.ours, 'tfjs'],
      'Keras predict': [this.#keras, 'predict'],
      'Keras call': [this.#keras, 'call'],
      PyTorch: [this.#pytorch, 'call'],
    };
    let ours: Answer | undefined;
    const contestant = ([who, method]: Way, name: string): Contestant => ({
      run: async () => {
        const answer = await who.ask<Answer>({ model, method, batch, batches: batches[batch] });
        if (name === 'ours') ours = answer;
        checkSamePredictions(name, answer.loss, ours!.loss);
        return (1000 * answer.seconds) / batches[batch];
      },
    });
    return {
      ...contestants(mapValues(ways, contestant)),
      note: this.#note,
      tables: (medians) => this.#speedUps(model, batch, medians),
    };
  }

  /** By contestant the largest excess of ‖W − A‖ over the least possible in the Frobenius norm, relatively. */
  async #accuracy(ways: Readonly<Record<string, Way>>): Promise<Table> {
    const judge = new TurnTaker('compression/truncation_judge.py', this.folder.path);
    try {
      await judge.ready();
      const truncated: Record<string, string> = {};
      for (const [name, [who, method]] of Object.entries(ways)) {
        truncated[name] = this.folder.file(`truncated-${Object.keys(truncated).length}.bin`);
        await who.ask({ method, truncated: truncated[name] });
      }
      const { gaps, excesses } = await judge.ask<Judgement>({ net, rank, weights: this.folder.weights(net), truncated });
      return {
        title: 'excess of ‖W − A‖ over the least',
        header: [`σ${rank}/σ${rank + 1}`, ...Object.keys(ways)],
        rows: gaps.map((gap, i) => [
          `layer ${i + 1}`,
          gap.toFixed(4),
          ...Object.values(excesses).map((each) => each[i]!.toExponential(1)),
        ]),
      };
    } finally {
      await judge.dispose();
    }
  }

  /** Of the low-rank model over the dense one, once both have been measured. */
  #speedUps(model: Model, batch: Batch, times: Readonly<Record<string, number>>): Table[] {
    if (model === 'dense') this.#denseTimes.set(batch, times);
    const dense = this.#denseTimes.get(batch);
    if (model === 'dense' || dense === undefined) return [];
    const names = Object.keys(times);
    const ratios = names.map((name) => `${(dense[name]! / times[name]!).toFixed(1)}×`);
    return [{ title: `inference, dense / rank ${rank}`, header: names, rows: [[`batch ${batch}`, ...ratios]] }];
  }

  get #note(): string {
    const examples = batchSizes.map((batch) => batch * batches[batch]).join(', ');
    return (
      `compress: ${net} after ${baselineSteps} steps of batch 128 on ${this.digits}, float32; the peers decompose the five larger ` +
      'kernels and build a model of two layers for each; torch.svd_lowrank with q = 26 and niter = 2; inference: a batch of ' +
      `one call that predicts ${examples} examples at batch ${batchSizes.join(', ')}, our predict with its ` +
      `compilation in each call; Keras call and PyTorch: a call a batch; ${this.machine}`
    );
  }
}

function contestants({ ours, ...peers }: Record<string, Contestant>): Pick<Contest, 'ours' | 'peers'> {
  return { ours: ours!, peers };
}

/** Losses of the same examples; those of low-rank models differ by the error of the truncations. */
const sameLoss = 1e-2;

/** A time counts only if it was spent on the same predictions. */
function checkSamePredictions(name: string, theirs: number, ours: number): void {
  if (!(Math.abs(theirs / ours - 1) <= sameLoss)) throw new Error(`the loss of the predictions is ${ours} with us, ${theirs} with ${name}`);
}
