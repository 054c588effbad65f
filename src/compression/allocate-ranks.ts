/** A matrix, m × n, that may be replaced by two factors of rank k, with k(m + n) parameters, or stay whole, with mn. */
export interface RankedLayer {
  readonly rows: number;
  readonly columns: number;
  /** Its singular values, descending, all min(m, n) of them. */
  readonly s: ArrayLike<number>;
  /** Parameters of the factors for each unit of rank; m + n by default. */
  readonly parametersPerRank?: number;
  /** How much the layer's energy counts beside that of the others; 1 by default. */
  readonly weight?: number;
}

/** A rank, or 'keep' for a matrix that stays whole. */
export type LayerRank = number | 'keep';

/**
 * Spreads one budget of parameters over layers: the ranks, at least 1, that keep the most of Σ_l w_l·Σ_{j≤k_l} s²/Σ s², the sum of
 * the layers' relative energies. A layer whose factors would have as many parameters as the matrix is kept whole.
 *
 * From rank 1 on it takes, again and again, the step with the most energy for a parameter of all that the rest of the budget
 * allows: one more rank of a layer, or the whole matrix. Energy grows ever more slowly with the rank, so no longer step is better,
 * and until a step is too large the steps are those along the upper convex hulls of the layers' points (parameters, energy), which
 * are optimal at their cost (Everett 1963). So the result is at most one step away from the optimum, and more budget never keeps less.
 *
 * @param maxParameters of all these layers together, an integer
 * @throws RangeError if the budget is less than the parameters of all layers at rank 1, or a layer has no such spectrum or weight
 */
export function allocateRanks(layers: readonly RankedLayer[], maxParameters: number): LayerRank[] {
  const states = layers.map((layer, at) => new LayerState(layer, at));
  let left = maxParameters - leastParameters(layers);
  if (!(left >= 0)) {
    const least = leastParameters(layers);
    throw new RangeError(`maxParameters is ${maxParameters}; at rank 1 the layers have ${least}, so it must be at least that`);
  }
  for (;;) {
    const steps = states.flatMap((state) => state.steps(left));
    if (steps.length === 0) return states.map(({ rank }) => rank);
    const best = steps.reduce((a, b) => (b.gain / b.parameters > a.gain / a.parameters ? b : a));
    best.state.rank = best.rank;
    left -= best.parameters;
  }
}

/** How many parameters all layers have at rank 1, the smallest that they can be. */
export function leastParameters(layers: readonly Omit<RankedLayer, 's'>[]): number {
  return layers.reduce((sum, layer) => sum + Math.min(perRank(layer), layer.rows * layer.columns), 0);
}

/** The largest rank whose factors have fewer parameters than the matrix; 0 if there is none. */
export function largestSavingRank(layer: Omit<RankedLayer, 's'>): number {
  return Math.min(layer.rows, layer.columns, Math.ceil((layer.rows * layer.columns) / perRank(layer)) - 1);
}

interface Step {
  readonly state: LayerState;
  readonly rank: LayerRank;
  /** How many more than now. */
  readonly parameters: number;
  readonly gain: number;
}

class LayerState {
  rank: LayerRank;
  readonly #layer: RankedLayer;
  readonly #largest: number;
  /** What the layer's ranks from 0 on keep. */
  readonly #energies: Float64Array;
  readonly #weight: number;

  constructor(layer: RankedLayer, at: number) {
    this.#layer = layer;
    this.#weight = layer.weight ?? 1;
    if (!(this.#weight >= 0 && this.#weight < Infinity)) {
      throw new RangeError(`the weight of layer ${at} is ${this.#weight}; it must be a finite number, at least 0`);
    }
    const extent = Math.min(layer.rows, layer.columns);
    if (layer.s.length !== extent) {
      throw new RangeError(`layer ${at} has ${layer.s.length} singular values; a ${layer.rows} × ${layer.columns} matrix has ${extent}`);
    }
    this.#energies = keptEnergies(layer.s);
    this.#largest = largestSavingRank(layer);
    this.rank = this.#largest >= 1 ? 1 : 'keep';
  }

  /** Those that gain something and need no more parameters than are left. */
  steps(left: number): Step[] {
    if (this.rank === 'keep') return [];
    const [rank, kept] = [this.rank, this.#energies[this.rank]!];
    const cost = perRank(this.#layer);
    const whole = this.#layer.rows * this.#layer.columns;
    const options: Step[] = [{ state: this, rank: 'keep', parameters: whole - rank * cost, gain: this.#weight * (1 - kept) }];
    if (rank < this.#largest) {
      options.push({ state: this, rank: rank + 1, parameters: cost, gain: this.#weight * (this.#energies[rank + 1]! - kept) });
    }
    return options.filter(({ parameters, gain }) => parameters <= left && gain > 0);
  }
}

function perRank({ rows, columns, parametersPerRank = rows + columns }: Omit<RankedLayer, 's'>): number {
  return parametersPerRank;
}

/** Σ_{j≤k} s²/Σ s² for k from 0 to all; of a matrix of zeros every rank keeps everything. */
export function keptEnergies(s: ArrayLike<number>): Float64Array {
  const largest = s[0] || 1;
  const sums = new Float64Array(s.length + 1);
  for (let j = 0; j < s.length; j++) sums[j + 1] = sums[j]! + (s[j]! / largest) ** 2;
  const total = sums[s.length]!;
  return total === 0 ? sums.fill(1, 1) : sums.map((sum) => sum / total);
}
