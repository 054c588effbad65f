import type * as tf from '@tensorflow/tfjs';
import { compileStep, type CompileOptions, type CompiledStep } from '../../tensorflow';
import { BatchMeans } from './batch-means';
import type { Logs } from './callbacks/callback';
import type { TrainableModel } from './layers-model';

export type ModelStep = CompiledStep<readonly tf.Tensor[]>;

/**
 * One update of a model on a batch, as `model.fit` does it: its losses, weights of examples, regularisers, optimizer
 * and metrics. Batches are inputs, targets, then the weights of those outputs that have some.
 *
 * @param weighted for each output, whether it has weights
 * @param then what else a step does, after the update
 */
export function trainStep(
  model: TrainableModel,
  weighted: readonly boolean[],
  options: CompileOptions,
  then?: () => void,
): ModelStep {
  const train = model.makeTrainFunction();
  const unweighted = model.inputs.length + model.outputs.length;
  return compileStep((...batch: tf.Tensor[]): readonly tf.Tensor[] => {
    const weights = batch.slice(unweighted);
    const values = train([
      ...batch.slice(0, unweighted),
      ...weighted.map((has) => (has ? weights.shift() : undefined)),
    ]);
    then?.();
    return values;
  }, options);
}

/**
 * Loss and metrics of a model on batches of inputs and targets, as `model.evaluate` takes them: without weights and
 * regularisers.
 */
export class TestStep {
  readonly #step: ModelStep;
  readonly #names: readonly string[];

  constructor(model: TrainableModel, options: CompileOptions) {
    model.makeTestFunction();
    const test = model.testFunction;
    const outputs = model.outputs.length;
    this.#names = model.getDedupedMetricsNames();
    this.#step = compileStep((...batch: tf.Tensor[]): readonly tf.Tensor[] => {
      // The sums of the first, the first two … outputs' losses, then the metrics; only the whole sum is the loss.
      const values = test(batch);
      return values.slice(outputs - 1);
    }, options);
  }

  /** The means over the examples in `order`; undefined if the signal ended it. */
  async run(
    data: readonly tf.Tensor[],
    order: Int32Array,
    batchSize: number,
    signal: AbortSignal | undefined,
  ): Promise<Logs | undefined> {
    const means = new BatchMeans(this.#names);
    const { interrupted } = await this.#step.run(data, {
      order,
      batchSize,
      signal,
      onChunk({ firstStep, steps, values }) {
        for (let i = 0; i < steps; i++) {
          const size = Math.min(batchSize, order.length - (firstStep + i) * batchSize);
          means.add(
            values.map(({ data: numbers }) => numbers[i]!),
            size,
          );
        }
      },
    });
    return interrupted ? undefined : means.logs();
  }

  dispose(): void {
    this.#step.dispose();
  }
}
