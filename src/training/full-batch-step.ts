import { scope, type Float64Function, type Float64Tensor } from '../tensorflow';
import type { FullBatch } from './full-batch';
import type { OptimizerRun } from './optimizer';
import type { Parameters, TwoLayerNetwork } from './two-layer-network';

/** A training step, made ready to be repeated: what depends on the parameters alone is compiled. */
export class FullBatchStep {
  readonly #network: TwoLayerNetwork;
  readonly #optimizer: OptimizerRun;
  readonly #lossAndGradients: Float64Function;
  readonly #validationLoss: Float64Function;

  /** Uses the batches and the optimizer's run, and leaves it to the caller to dispose them after the step. */
  constructor(network: TwoLayerNetwork, optimizer: OptimizerRun, train: FullBatch, validation: FullBatch) {
    this.#network = network;
    this.#optimizer = optimizer;
    const compile = (body: (parameters: Parameters) => readonly Float64Tensor[]) =>
      network.math.compile(network.parameters, (...tensors) => body(tensors as unknown as Parameters));
    this.#lossAndGradients = compile((parameters) => network.lossAndGradients(parameters, train));
    this.#validationLoss = compile((parameters) => [network.loss(parameters, validation)]);
  }

  /** The loss before the update, the update, and the validation loss after it. */
  run(): { loss: number; validationLoss: number } {
    const network = this.#network;
    const { math } = network;
    return scope(() => {
      const [loss, ...gradients] = this.#lossAndGradients.run(network.parameters);
      network.assign(this.#optimizer.update(network.parameters, gradients) as unknown as Parameters);
      const [validationLoss] = this.#validationLoss.run(network.parameters);
      return { loss: math.read(loss!)[0]!, validationLoss: math.read(validationLoss!)[0]! };
    });
  }

  dispose(): void {
    this.#lossAndGradients.dispose();
    this.#validationLoss.dispose();
  }
}
