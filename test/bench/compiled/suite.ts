import type { Contest, Suite } from '../benchmark';
import { FieldSuite, type Field } from '../shared/field-suite';
import { InputFolder, layerShapes } from '../shared/inputs';
import { machine } from '../shared/machine';
import { Candidate, type Work } from './candidate';
import { contestants, type Definition } from './contestants';

const nets = ['784-100-50-10', '784-128-64-10', '784-1024-1024-1024-1024-1024-10', '784-128-10'];
const batchSizes = [1, 8, 32, 128, 512, 5000];

/** A step longer than this is surely quicker on all cores: other settings are not tried. */
const longStepMilliseconds = 100;

/** Training steps of dense networks, ours compiled, beside all others: one suite for each network. */
export function compiledSuites({ peers }: { readonly peers?: readonly string[] } = {}): Suite[] {
  const unknown = peers?.find((peer) => !contestants.some(({ name }) => name === peer));
  if (unknown !== undefined) {
    throw new RangeError(`no peer is called '${unknown}'; there are: ${contestants.map(({ name }) => name).join(', ')}`);
  }
  const field = contestants.filter(({ name }, i) => i === 0 || peers === undefined || peers.includes(name));
  return nets.map((net) => netSuite(net, field));
}

function netSuite(net: string, definitions: readonly Definition[]): Suite {
  const make = async () => new NetField(net, definitions, await InputFolder.write(net));
  return new FieldSuite(
    make,
    batchSizes.map((batch) => ({
      name: `compiled ${net} batch ${batch}`,
      unit: 'ms/step',
      rounds: flops(net, batch) > 5e10 ? 3 : 5,
      warmUps: 0,
      contest: (field) => field.contest(batch),
    })),
  );
}

/** All contestants with all their settings. */
class NetField implements Field {
  readonly candidates: readonly Candidate[];
  readonly #left = new Map<string, string>();

  constructor(
    readonly net: string,
    readonly definitions: readonly Definition[],
    readonly folder: InputFolder,
  ) {
    this.candidates = definitions.flatMap((definition) =>
      definition.settings.map((setting) => new Candidate(definition, setting, folder.path)),
    );
  }

  async ready(): Promise<void> {
    await Promise.all(this.candidates.map((candidate) => candidate.ready()));
  }

  async contest(batch: number): Promise<Contest> {
    const epoch = Math.floor(this.folder.examples / batch);
    // In a deep net two roundings drift apart tenfold every few steps, sooner if single examples decide them.
    const comparable = layerShapes(this.net).length > 4 ? (batch === 1 ? 2 : 5) : 20;
    const checkedSteps = Math.max(2, Math.min(comparable, epoch, Math.round(2e10 / flops(this.net, batch))));
    const work = { net: this.net, batch, epoch, checkedSteps };
    const [ours, ...others] = this.definitions;
    const { candidate, loss } = (await this.#quickest(this.#candidates(ours!), work))!;
    const peers: Record<string, Candidate> = {};
    for (const definition of others) {
      const threads = peers[definition.threadsOf ?? '']?.setting.threads;
      const candidates = this.#candidates(definition).filter(({ setting }) => threads === undefined || setting.threads === threads);
      const quickest = await this.#quickest(candidates, work, loss);
      if (quickest !== undefined) peers[definition.name] = quickest.candidate;
    }
    for (const each of [candidate, ...Object.values(peers)]) await each.prepareTurns();
    return { ours: candidate, peers, note: this.#note([candidate, ...Object.values(peers)]) };
  }

  async dispose(): Promise<void> {
    await Promise.all(this.candidates.map((candidate) => candidate.dispose()));
    this.folder.remove();
  }

  #candidates(definition: Definition): Candidate[] {
    return this.candidates.filter((candidate) => candidate.definition === definition);
  }

  /** The quickest of a contestant's settings, all of which must show the loss that is expected. */
  async #quickest(candidates: readonly Candidate[], work: Work, expected?: number): Promise<{ candidate: Candidate; loss: number } | undefined> {
    let best: { candidate: Candidate; loss: number } | undefined;
    for (const candidate of candidates) {
      const { definition } = candidate;
      if (this.#left.has(definition.name)) return undefined;
      if (best !== undefined && candidate.setting.threads !== 'default' && best.candidate.trial > longStepMilliseconds) continue;
      try {
        const loss = await candidate.start(work);
        expected ??= loss;
        checkSameWork(candidate, work, loss, expected);
        if (best === undefined || candidate.trial < best.candidate.trial) best = { candidate, loss };
      } catch (error) {
        if (!definition.mayFail || error instanceof DifferentWork) throw error;
        this.#left.set(definition.name, (error as Error).message);
      }
    }
    return best;
  }

  #note(candidates: readonly Candidate[]): string {
    const digits = this.folder.source === 'synthetic' ? 'synthetic digits' : 'MNIST';
    const left = [...this.#left].map(([name, reason]) => `; ${name} left out: ${reason}`).join('');
    return (
      `compiled: dense layers, ReLU, softmax cross-entropy, Adam, float32, ${digits}, batches gathered by a shuffled index; ` +
      `each contestant with the quickest of its settings in a short trial; peak memory with the data (${megabytes(this.folder.examples)} MB) ` +
      `and what smaller batches left; ${machine(candidates.map(({ version }) => version))}${left}`
    );
  }
}

class DifferentWork extends Error {}

/** A time counts only if it was spent on the same steps. */
function checkSameWork({ definition, setting }: Candidate, { net, batch, checkedSteps }: Work, loss: number, expected: number): void {
  if (Math.abs(loss / expected - 1) <= definition.tolerance) return;
  throw new DifferentWork(
    `compiled ${net} batch ${batch}: the mean loss of the first ${checkedSteps} steps is ${expected} with us, ` +
      `${loss} with ${definition.name} (${setting.form})`,
  );
}

/** Of one step: two for each weight and example in each of the three passes. */
function flops(net: string, batch: number): number {
  return 6 * batch * layerShapes(net).reduce((sum, [inputs, outputs]) => sum + inputs * outputs, 0);
}

function megabytes(examples: number): string {
  return ((examples * 784 * 4) / 1e6).toFixed(0);
}
