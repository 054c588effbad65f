/** A matrix, m × n, that may be replaced by two factors of rank k, with k(m + n) parameters, or stay whole, with mn. */
export interface RankedLayer {
  readonly rows: number;
  readonly columns: number;
  /** Its singular values, descending, all min(m, n) of them. */
  readonly s: ArrayLike<number>;
  /** Parameters of the factors for each unit of rank; m + n by default. */
  readonly parametersPerRank?: number;
}

/** A rank, or 'keep' for a matrix that stays whole. */
export type LayerRank = number | 'keep';

/**
 * Spreads one budget of parameters over layers: the ranks, at least 1, with which the layer that keeps least of its energy,
 * Σ_{j≤k} s²/Σ s², keeps as much as any ranks within the budget allow. A network is a chain of layers, as strong as the weakest
 * one: the most of the energies' sum would take too much from those that are large.
 *
 * It is the rule `energy: e`, each layer at the smallest rank that keeps e, with the largest e that the budget allows; a layer whose
 * factors would have as many parameters as the matrix is kept whole. What is left over is spent by the most energy for a
 * parameter, step by step: one more rank of a layer, or the whole matrix. More budget never lowers the least energy kept.
 *
 * @param maxParameters of all these layers together, an integer
 * @throws RangeError if the budget is less than the parameters of all layers at rank 1, or a layer has no such spectrum
 */
export function allocateRanks(layers: readonly RankedLayer[], maxParameters: number): LayerRank[] {
  const states = layers.map((layer, at) => new LayerState(layer, at));
  const least = leastParameters(layers);
  if (!(maxParameters >= least)) {
    throw new RangeError(`maxParameters is ${maxParameters}; at rank 1 the layers have ${least}, so it must be at least that`);
  }
  const cost = (energy: number) => states.reduce((sum, state) => sum + state.parametersFor(energy), 0);
  const energy = largestWithin(maxParameters, states.flatMap((state) => state.energies()), cost);
  states.forEach((state) => state.keep(energy));
  spend(maxParameters - cost(energy), states);
  return states.map(({ rank }) => rank);
}

/** How many parameters all layers have at rank 1, the smallest that they can be. */
export function leastParameters(layers: readonly Omit<RankedLayer, 's'>[]): number {
  return layers.reduce((sum, layer) => sum + Math.min(perRank(layer), layer.rows * layer.columns), 0);
}

/** The largest rank whose factors have fewer parameters than the matrix; 0 if there is none. */
export function largestSavingRank(layer: Omit<RankedLayer, 's'>): number {
  return Math.min(layer.rows, layer.columns, Math.ceil((layer.rows * layer.columns) / perRank(layer)) - 1);
}

/** The largest of the values that cost no more than the budget, or 0; costs grow with the values. */
function largestWithin(budget: number, values: readonly number[], cost: (value: number) => number): number {
  const ascending = Float64Array.from(values).sort();
  let [affordable, tooMuch] = [-1, ascending.length];
  while (tooMuch - affordable > 1) {
    const middle = (affordable + tooMuch) >> 1;
    if (cost(ascending[middle]!) <= budget) affordable = middle;
    else tooMuch = middle;
  }
  return ascending[affordable] ?? 0;
}

/** Takes the step with the most energy for a parameter, of those that fit, until none does. */
function spend(budget: number, states: readonly LayerState[]): void {
  for (let left = budget; ; ) {
    const steps = states.flatMap((state) => state.steps(left));
    if (steps.length === 0) return;
    const best = steps.reduce((a, b) => (b.gain / b.parameters > a.gain / a.parameters ? b : a));
    best.state.rank = best.rank;
    left -= best.parameters;
  }
}

interface Step {
  readonly state: LayerState;
  readonly rank: LayerRank;
  /** How many more than now. */
  readonly parameters: number;
  readonly gain: number;
}

class LayerState {
  rank: LayerRank = 'keep';
  readonly #layer: RankedLayer;
  readonly #largest: number;
  /** What the layer's ranks from 0 on keep. */
  readonly #energies: Float64Array;

  constructor(layer: RankedLayer, at: number) {
    this.#layer = layer;
    const extent = Math.min(layer.rows, layer.columns);
    if (layer.s.length !== extent) {
      throw new RangeError(`layer ${at} has ${layer.s.length} singular values; a ${layer.rows} × ${layer.columns} matrix has ${extent}`);
    }
    this.#energies = keptEnergies(layer.s);
    this.#largest = largestSavingRank(layer);
  }

  /** All that the layer can keep, from rank 1 on. */
  energies(): number[] {
    return [...this.#energies.slice(1, this.#largest + 1), 1];
  }

  parametersFor(energy: number): number {
    return this.#parameters(this.#rankFor(energy));
  }

  keep(energy: number): void {
    this.rank = this.#rankFor(energy);
  }

  /** Those that gain something and need no more parameters than are left. */
  steps(left: number): Step[] {
    if (this.rank === 'keep') return [];
    const [now, kept] = [this.#parameters(this.rank), this.#energies[this.rank]!];
    const step = (rank: LayerRank, energy: number) => ({ state: this, rank, parameters: this.#parameters(rank) - now, gain: energy - kept });
    const options: Step[] = [step('keep', 1)];
    if (this.rank < this.#largest) options.push(step(this.rank + 1, this.#energies[this.rank + 1]!));
    return options.filter(({ parameters, gain }) => parameters <= left && gain > 0);
  }

  /** The smallest rank that keeps so much. */
  #rankFor(energy: number): LayerRank {
    let [less, enough] = [0, this.#largest + 1];
    while (enough - less > 1) {
      const middle = (less + enough) >> 1;
      if (this.#energies[middle]! >= energy) enough = middle;
      else less = middle;
    }
    return enough > this.#largest ? 'keep' : enough;
  }

  #parameters(rank: LayerRank): number {
    return rank === 'keep' ? this.#layer.rows * this.#layer.columns : rank * perRank(this.#layer);
  }
}

function perRank({ rows, columns, parametersPerRank = rows + columns }: Omit<RankedLayer, 's'>): number {
  return parametersPerRank;
}

/** Σ_{j≤k} s²/Σ s² for k from 0 to all; of a matrix of zeros every rank keeps everything. */
function keptEnergies(s: ArrayLike<number>): Float64Array {
  const largest = s[0] || 1;
  const sums = new Float64Array(s.length + 1);
  for (let j = 0; j < s.length; j++) sums[j + 1] = sums[j]! + (s[j]! / largest) ** 2;
  const total = sums[s.length]!;
  return total === 0 ? sums.fill(1, 1) : sums.map((sum) => sum / total);
}
