import { keep, scope, type Float64Loop, type Float64Tensor } from '../tensorflow';
import type { FullBatch } from './full-batch';
import type { Optimizer, ParameterState } from './optimizer';
import type { TwoLayerParameters, TwoLayerNetwork } from './two-layer-network';

/** Losses of the steps of a run: before each update over the training set, after it over the validation set. */
export interface StepLosses {
  readonly loss: readonly number[];
  readonly validationLoss: readonly number[];
}

/** A run of training steps: forward, backward, update and validation, repeated in one native call. */
export class FullBatchSteps {
  readonly #network: TwoLayerNetwork;
  readonly #optimizer: Optimizer;
  readonly #loop: Float64Loop;
  /** For each slot of the optimizer a tensor for each parameter. */
  #slots: readonly (readonly Float64Tensor[])[];
  #done = 0;

  /** The batches must live as long as the run, and are the caller's to dispose. */
  constructor(network: TwoLayerNetwork, optimizer: Optimizer, train: FullBatch, validation: FullBatch) {
    const { math, parameters } = network;
    this.#network = network;
    this.#optimizer = optimizer;
    this.#slots = Array.from({ length: optimizer.slots }, () => parameters.map(({ shape }) => keep(math.fill(shape, 0))));
    this.#loop = math.compileLoop([...parameters, ...this.#slots.flat()], 1, (state, rate) => {
      const { current, slots } = this.#split(state);
      const [loss, ...gradients] = network.lossAndGradients(current, train);
      const next = current.map((value, i): ParameterState => {
        const parameter = { value, slots: slots.map((slot) => slot[i]!) };
        return scope(() => optimizer.update(math, parameter, gradients[i]!, rate!));
      });
      const updated = next.map(({ value }) => value) as unknown as TwoLayerParameters;
      const nextSlots = slots.flatMap((_, k) => next.map((parameter) => parameter.slots[k]!));
      return { state: [...updated, ...nextSlots], results: [loss, network.loss(updated, validation)] };
    });
  }

  run(steps: number): StepLosses {
    const rates = Array.from({ length: steps }, (_, i) => [this.#optimizer.rate(this.#done + i)]);
    const { state, results } = this.#loop.run([...this.#network.parameters, ...this.#slots.flat()], rates);
    const { current, slots } = this.#split(state);
    this.#network.assign(current);
    this.#disposeSlots();
    this.#slots = slots;
    slots.flat().forEach(keep);
    this.#done += steps;
    return { loss: [...results[0]!], validationLoss: [...results[1]!] };
  }

  dispose(): void {
    this.#loop.dispose();
    this.#disposeSlots();
  }

  #split(state: readonly Float64Tensor[]): { current: TwoLayerParameters; slots: Float64Tensor[][] } {
    const { length } = this.#network.parameters;
    const slots = Array.from({ length: this.#optimizer.slots }, (_, k) => state.slice((k + 1) * length, (k + 2) * length));
    return { current: state.slice(0, length) as unknown as TwoLayerParameters, slots };
  }

  #disposeSlots(): void {
    for (const tensor of this.#slots.flat()) tensor.dispose();
  }
}
