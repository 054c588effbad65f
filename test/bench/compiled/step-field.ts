import type { Contest } from '../benchmark';
import type { Field } from '../shared/field-suite';
import type { InputFolder } from '../shared/inputs';
import { machine } from '../shared/machine';
import { networkLayers, stepFlops } from '../shared/networks';
import { Candidate, type Work } from './candidate';
import type { Definition } from './contestants';

/** A step longer than this is surely quicker on all cores: other settings are not tried. */
const longStepMilliseconds = 100;

/** All contestants of training steps, with all their settings. */
export class StepField implements Field {
  readonly candidates: readonly Candidate[];
  readonly #left = new Map<string, string>();

  /** @param work what is done in the steps, for the note */
  constructor(
    readonly work: string,
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

  async contest(net: string, batch: number): Promise<Contest> {
    const epoch = Math.floor(this.folder.examples / batch);
    // In a deep net two roundings drift apart tenfold every few steps, sooner if single examples decide them.
    const comparable = networkLayers(net).length > 4 ? (batch === 1 ? 2 : 5) : 20;
    const checkedSteps = Math.max(2, Math.min(comparable, epoch, Math.round(2e10 / stepFlops(net, batch))));
    const work = { net, batch, epoch, checkedSteps };
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
      `${this.work}, softmax cross-entropy, Adam, float32, ${digits}, batches gathered by a shuffled index; ` +
      `each contestant with the quickest of its settings in a short trial; peak memory with the data (${megabytes(this.folder.examples)} MB) ` +
      `and what the rows before left; ${machine(candidates.map(({ version }) => version))}${left}`
    );
  }
}

class DifferentWork extends Error {}

/** A time counts only if it was spent on the same steps. */
function checkSameWork({ definition, setting }: Candidate, { checkedSteps }: Work, loss: number, expected: number): void {
  if (Math.abs(loss / expected - 1) <= definition.tolerance) return;
  throw new DifferentWork(
    `the mean loss of the first ${checkedSteps} steps is ${expected} with us, ` +
      `${loss} with ${definition.name} (${setting.form})`,
  );
}

function megabytes(examples: number): string {
  return ((examples * 784 * 4) / 1e6).toFixed(0);
}
