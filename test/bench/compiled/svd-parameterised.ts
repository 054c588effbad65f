import type { Contest, Suite, Table } from '../benchmark';
import { FieldSuite } from '../shared/field-suite';
import { InputFolder } from '../shared/inputs';
import { isInSvdForm } from '../shared/networks';
import { svdContestants, type Definition } from './contestants';
import { StepField } from './step-field';

interface Network {
  readonly name: string;
  /** See networks.ts. */
  readonly net: string;
  readonly batch: number;
  readonly isConvolutional: boolean;
  readonly description: string;
}

const svdForm =
  'in SVD form U, s and V of every kernel are trained, at full rank, with 0.01·(‖UᵀU − I‖² + ‖VᵀV − I‖²) + 0.01·‖s‖₁/‖s‖₂ of each layer ' +
  'in the loss';

const networks: readonly Network[] = [
  { name: '784-128-64-10', net: '784-128-64-10', batch: 128, isConvolutional: false, description: `dense layers, ReLU, ${svdForm}` },
  {
    name: 'CNN',
    net: '28x28-16c-32c-64-10',
    batch: 64,
    isConvolutional: true,
    description:
      'CNN of convolutions 3 × 3 with 16 and 32 filters, each followed by ReLU and a max pooling 2 × 2, then dense layers of 64 and ' +
      `10 units; ${svdForm}, and a convolution is two, 3 × 3 and 1 × 1`,
  },
];

/** Assignment 5's training: a step of networks in SVD form, and of the same ones in standard form; one suite for each network. */
export const svdParameterised: readonly Suite[] = networks.map(({ name, net, batch, isConvolutional, description }) => {
  const nets = { standard: net, 'in SVD form': `svd ${net}` };
  const contestants = svdContestants({ isConvolutional });
  const make = async () => new SvdField(name, description, contestants, await InputFolder.write(...Object.values(nets)));
  return new FieldSuite(
    make,
    Object.entries(nets).map(([form, net]) => ({
      name: `svd-parameterised ${name} ${form} batch ${batch}`,
      unit: 'ms/step',
      rounds: 5,
      warmUps: 0,
      contest: (field) => field.contest(net, batch),
    })),
  );
});

/** All contestants, and what the SVD form costs each of them. */
class SvdField extends StepField {
  readonly #name: string;
  #standard: Readonly<Record<string, number>> | undefined;

  constructor(name: string, description: string, definitions: readonly Definition[], folder: InputFolder) {
    super(`svd-parameterised: ${description}`, definitions, folder);
    this.#name = name;
  }

  override async contest(net: string, batch: number): Promise<Contest> {
    return { ...(await super.contest(net, batch)), tables: (medians) => this.#overheads(net, medians) };
  }

  /** Of the SVD form over the standard one, once both have been measured. */
  #overheads(net: string, times: Readonly<Record<string, number>>): Table[] {
    if (!isInSvdForm(net)) this.#standard = times;
    const standard = this.#standard;
    if (!isInSvdForm(net) || standard === undefined) return [];
    const names = Object.keys(times);
    const ratios = names.map((name) => `${(times[name]! / standard[name]!).toFixed(1)}×`);
    return [{ title: 'step, SVD form / standard', header: names, rows: [[this.#name, ...ratios]] }];
  }
}
