import type * as tf from '@tensorflow/tfjs';
import { describeNumbers, describeTensors, type Fingerprint } from './checkpoint/fingerprint';
import { trainingTensors, type ModelData, type OwnedTensors } from './data';
import { exampleWeights, weightTensors } from './example-weights';
import type { TrainableModel } from './layers-model';
import type { FitOptions } from './options';
import { naturalOrder } from '../shuffle';

/** What a training and its validation go through. */
export interface TrainingData {
  /** Inputs, targets, and the weights of those outputs that have some. */
  readonly tensors: readonly tf.Tensor[];
  /** For each output, whether its examples have weights. */
  readonly weighted: readonly boolean[];
  /** Examples to train on: the first so many. */
  readonly examples: number;
  readonly validation: { readonly tensors: readonly tf.Tensor[]; readonly order: Int32Array } | undefined;
  readonly fingerprint: Fingerprint;
}

/** @throws RangeError, TypeError or TensorFlow.js's own error if data or weights do not fit the model. */
export function trainingData(
  model: TrainableModel,
  data: readonly [x: ModelData, y: ModelData],
  { batchSize = 32, validationData, validationSplit = 0, classWeight, sampleWeight }: FitOptions,
  owned: OwnedTensors,
): TrainingData {
  const { xs, ys, examples } = trainingTensors(model, ['x', 'y'], data, batchSize, owned);
  const weights = exampleWeights(model.outputNames, ys, { classWeight, sampleWeight });
  const setApart = validationData === undefined ? examples - Math.floor(examples * (1 - validationSplit)) : 0;
  if (setApart === examples) {
    throw new RangeError(`validationSplit is ${validationSplit}; of ${examples} examples it leaves none to train on`);
  }
  const validation =
    validationData === undefined ? undefined : validationTensors(model, validationData, batchSize, owned);
  const tensors = [...xs, ...ys];
  return {
    tensors: [...tensors, ...weightTensors(weights, ys, owned)],
    weighted: weights.map((values) => values !== undefined),
    examples: examples - setApart,
    validation:
      validation ?? (setApart > 0 ? { tensors, order: naturalOrder(examples - setApart, examples) } : undefined),
    fingerprint: {
      data: describeTensors(tensors),
      validation: validation === undefined ? `the last ${setApart} examples` : describeTensors(validation.tensors),
      weights: describeNumbers(weights),
    },
  };
}

function validationTensors(
  model: TrainableModel,
  data: readonly [x: ModelData, y: ModelData],
  batchSize: number,
  owned: OwnedTensors,
) {
  const { xs, ys, examples } = trainingTensors(
    model,
    ['validationData[0]', 'validationData[1]'],
    data,
    batchSize,
    owned,
  );
  return { tensors: [...xs, ...ys], order: naturalOrder(0, examples) };
}
