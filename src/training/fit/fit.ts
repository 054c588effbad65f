import type * as tf from '@tensorflow/tfjs';
import { randomInt } from 'node:crypto';
import { cellHost } from '../../cell-host';
import type { FitParameters } from './callbacks/callback';
import { CallbackList } from './callbacks/callback-list';
import { readSnapshot } from './checkpoint/checkpoint-file';
import { modelFingerprint, type Fingerprint } from './checkpoint/fingerprint';
import { OwnedTensors, type ModelData } from './data';
import { runEpochs } from './epochs';
import type { FitHistory } from './history';
import { compiledPart, type CompiledModel } from './layers-model';
import { checkOptions, type FitOptions } from './options';
import { reporter } from './progress/reporter';
import { TestStep, trainStep } from './steps';
import { trainingData, type TrainingData } from './training-data';
import { checkSnapshot, restoreSnapshot, TrainingState } from './training-state';

/**
 * Trains a compiled layers model, sequential or functional, as `model.fit` does, many steps in one native call (see
 * `compileStep`).
 *
 * Losses, weights of classes and examples, regularisers, metrics, epoch means and validation are TensorFlow.js's own,
 * with one exception: for a model of several outputs TensorFlow.js gives `val_loss` and the losses of the outputs under
 * each other's names, and here they have their own.
 *
 * The order of the examples and the model's random operations hang on the seed, the epoch and the step alone: the same
 * seed and the same first weights give the same training. With `checkpoint` it is saved after epochs, and a call that
 * finds the file goes on from there to the same weights and history as if it had never been broken off: bit for bit, on
 * the same machine with the same `execution` and `threads`. A loss that becomes NaN does not end the training, as in
 * Keras; `terminateOnNaN()` does that. An abort is no error: training ends between two native calls, the model keeps
 * what it has learnt, and the history says so.
 *
 * @param x Inputs: tensors or arrays of shape [examples, …], one or as many as the model has inputs.
 * @param y Targets, likewise for the outputs.
 * @throws RangeError or TypeError if an option does not fit, CheckpointError if the checkpoint cannot be used,
 *   TensorFlow.js's own errors if data do not fit the model: all of these before anything is changed. CompileError if
 *   the model cannot be compiled and `execution` does not allow to run it eagerly. What a callback throws.
 */
export async function fit(
  model: tf.LayersModel,
  x: ModelData,
  y: ModelData,
  options: FitOptions = {},
): Promise<FitHistory> {
  checkOptions(options);
  const part = compiledPart(model);
  // A notebook cell that is terminated does not come to its end, so an aborted training counts as ended.
  if (part.isTraining && !signals.get(part)?.aborted) {
    throw new Error('the model is being trained already; await its first fit');
  }
  const owned = new OwnedTensors();
  part.isTraining = true;
  signals.set(part, signalOf(options));
  try {
    return await train(model, part, trainingData(part, [x, y], options, owned), options);
  } finally {
    part.isTraining = false;
    owned.dispose();
  }
}

/** Of the trainings that run or ran last. */
const signals = new WeakMap<CompiledModel, AbortSignal | undefined>();

function signalOf({ signal }: FitOptions): AbortSignal | undefined {
  return signal ?? cellHost()?.signal;
}

async function train(
  model: tf.LayersModel,
  part: CompiledModel,
  data: TrainingData,
  options: FitOptions,
): Promise<FitHistory> {
  const { batchSize = 32, epochs = 1, initialEpoch = 0, shuffle = true, checkpoint } = options;
  if (checkpoint && part.stateful) {
    throw new RangeError(
      'checkpoint is given, but the model has a stateful layer, whose states are no weights; train without it',
    );
  }
  const signal = signalOf(options);
  const names = part.getDedupedMetricsNames();
  const parameters = callbackParameters(names, data, options);
  const callbacks = new CallbackList(options.callbacks);
  callbacks.introduce(model, parameters);
  const fingerprint = trainingFingerprint(part, data, options);
  const saved = checkpoint && (await readSnapshot(checkpoint.path));
  if (saved) checkSnapshot(saved, { path: checkpoint.path, fingerprint, seed: options.seed, epochs, callbacks });
  const seed = options.seed ?? saved?.progress.seed ?? randomInt(2 ** 47);

  const compilation = { seed, execution: options.execution, threads: options.threads };
  const step = trainStep(part, data.weighted, compilation, () => callbacks.inStep());
  const { validation } = data;
  const test = validation && new TestStep(part, compilation);
  const report = reporter({ verbose: options.verbose ?? 'auto', epochs, steps: parameters.steps });
  try {
    part.checkTrainableWeightsConsistency();
    await callbacks.onTrainBegin();
    part.stopTraining = false;
    const state = saved ? restoreSnapshot(saved, part, callbacks) : new TrainingState(seed, initialEpoch);
    const resumedEpochs = state.epoch.length;
    if (saved) {
      const early = state.stopped ? ', and it was stopped early' : '';
      report.note(`Resumed from ${checkpoint.path}: ${state.nextEpoch} of ${epochs} epochs are done${early}`);
    }
    const stoppedBy = await runEpochs(state, {
      model: part,
      epochs,
      step,
      data: data.tensors,
      names,
      examples: data.examples,
      batchSize,
      shuffle,
      validate: test && (() => test.run(validation!.tensors, validation!.order, batchSize, signal)),
      callbacks,
      reporter: report,
      signal,
      checkpoint: checkpoint && { path: checkpoint.path, everyEpochs: checkpoint.everyEpochs ?? 1, fingerprint },
    });
    const { epoch, history, seconds } = state;
    const execution = epoch.length > resumedEpochs ? step.execution : undefined;
    return { epoch, history, stoppedBy, seed, seconds, resumedEpochs, execution };
  } finally {
    step.dispose();
    test?.dispose();
    report.close();
  }
}

function callbackParameters(
  names: string[],
  data: TrainingData,
  { batchSize = 32, epochs = 1, initialEpoch = 0, verbose = 'auto' }: FitOptions,
): FitParameters {
  const doValidation = data.validation !== undefined;
  return {
    epochs,
    initialEpoch,
    samples: data.examples,
    steps: Math.ceil(data.examples / batchSize),
    batchSize,
    verbose: verbose === 'auto' ? 1 : verbose,
    doValidation,
    metrics: doValidation ? [...names, ...names.map((name) => `val_${name}`)] : names,
  };
}

/** All that decides how a training goes, but its seed, its callbacks and its length. */
function trainingFingerprint(
  part: CompiledModel,
  data: TrainingData,
  { batchSize = 32, initialEpoch = 0, shuffle = true }: FitOptions,
): Fingerprint {
  const settings = `batchSize ${batchSize}, initialEpoch ${initialEpoch}, shuffle ${shuffle}`;
  return { ...modelFingerprint(part, part.optimizer), ...data.fingerprint, settings };
}
