import type * as tf from '@tensorflow/tfjs';
import { cellHost } from '../../cell-host';
import type { CompileOptions } from '../../tensorflow';
import { OwnedTensors, trainingTensors, type ModelData } from './data';
import { compiledPart } from './layers-model';
import { checkCommon, checkNames } from './options';
import { naturalOrder } from '../shuffle';
import { TestStep } from './steps';

/** How `evaluate` goes through the examples; all of it may be left out. */
export interface EvaluateOptions extends Pick<CompileOptions, 'execution' | 'threads'> {
  /** Examples in a native step; 32 by default. It changes the result by rounding only. */
  readonly batchSize?: number;
  /** Ends the evaluation between two native calls; by default the running notebook cell's signal. */
  readonly signal?: AbortSignal;
}

/**
 * The loss and the metrics of a compiled layers model, by name, as means over the examples: what `model.evaluate`
 * takes, many batches in one native call; three or fewer are executed as they are, unless `execution` is told. The names of a model of
 * several outputs are right, as in `fit`.
 *
 * @throws RangeError, TypeError, CompileError and TensorFlow.js's own errors as `fit`; the signal's reason if it is
 *   aborted.
 */
export async function evaluate(
  model: tf.LayersModel,
  x: ModelData,
  y: ModelData,
  options: EvaluateOptions = {},
): Promise<Readonly<Record<string, number>>> {
  checkNames('evaluate', options, ['batchSize', 'signal', 'execution', 'threads']);
  checkCommon(options);
  const { batchSize = 32, execution, threads, signal = cellHost()?.signal } = options;
  const part = compiledPart(model);
  const owned = new OwnedTensors();
  let test: TestStep | undefined;
  try {
    const { xs, ys, examples } = trainingTensors(part, ['x', 'y'], [x, y], batchSize, owned);
    // A seed, so that a layer that draws when it is tested gives the same each time.
    test = new TestStep(part, { seed: 0, execution: executionFor(execution, examples, batchSize), threads });
    const logs = await test.run([...xs, ...ys], naturalOrder(0, examples), batchSize, signal);
    if (logs === undefined) throw signal!.reason;
    return logs;
  } finally {
    test?.dispose();
    owned.dispose();
  }
}

/** To record a step takes two executions of it: where there are few to do, they are done as they are, unless it is told. */
export function executionFor(told: EvaluateOptions['execution'], examples: number, batchSize: number): EvaluateOptions['execution'] {
  return told ?? (examples <= 3 * batchSize ? 'eager' : undefined);
}
