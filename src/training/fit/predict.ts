import type * as tf from '@tensorflow/tfjs';
import { cellHost } from '../../cell-host';
import type { NumericArray } from '../../data';
import { compileStep, type StepValues } from '../../tensorflow';
import { inputTensors, OwnedTensors, type ModelData } from './data';
import { executionFor, type EvaluateOptions } from './evaluate';
import { trainablePart } from './layers-model';
import { checkCommon, checkNames } from './options';

/** Predictions of shape [examples, …], in JavaScript's own memory: nothing needs to be disposed. */
export type Predictions = NumericArray<StepValues['data']>;

/**
 * What a layers model of one output predicts for inputs of shape [examples, …]: what `model.predict` gives, many
 * batches in one native call. The model need not be compiled for training.
 *
 * @throws RangeError or TypeError if an option or the inputs do not fit the model, or it has several outputs;
 *   CompileError as `fit`; the signal's reason if it is aborted.
 */
export async function predict(
  model: tf.LayersModel,
  x: ModelData,
  options: EvaluateOptions = {},
): Promise<Predictions> {
  const { outputNames } = trainablePart(model);
  if (outputNames.length !== 1) {
    throw new RangeError(`the model has ${outputNames.length} outputs, ${outputNames.join(', ')}; use predictOutputs`);
  }
  const [only] = await predictOutputs(model, x, options);
  return only!;
}

/** The same for a model of any number of outputs: the predictions of each, in their order. */
export async function predictOutputs(
  model: tf.LayersModel,
  x: ModelData,
  options: EvaluateOptions = {},
): Promise<Predictions[]> {
  checkNames('predict', options, ['batchSize', 'signal', 'execution', 'threads']);
  checkCommon(options);
  const { batchSize = 32, execution, threads, signal = cellHost()?.signal } = options;
  const part = trainablePart(model);
  const owned = new OwnedTensors();
  try {
    const { xs, examples } = inputTensors(part, x, owned);
    const step = compileStep(
      (...batch: tf.Tensor[]): readonly tf.Tensor[] => {
        const outputs = part.apply(batch, { training: false });
        return Array.isArray(outputs) ? outputs : [outputs];
      },
      { seed: 0, execution: executionFor(execution, examples, batchSize), threads },
    );
    try {
      const { values, interrupted } = await step.run(xs, { batchSize, signal, perExample: true });
      if (interrupted) throw signal!.reason;
      return [...values];
    } finally {
      step.dispose();
    }
  } finally {
    owned.dispose();
  }
}
