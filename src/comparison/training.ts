import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';
import { fit, learningRateScheduler, type CheckpointOptions } from '../training';
import { imagesFor, type ImagesAndTargets } from './examples';

/** A training by Adam, at a learning rate that falls in equal steps towards 0 after the last epoch. */
export interface TrainingRecipe {
  readonly epochs: number;
  readonly batchSize: number;
  /** Of the first epoch; 0.001 by default. */
  readonly learningRate?: number;
}

/** Seconds by the clock, and of all processor cores together, which other work on the machine lengthens less. */
export interface Duration {
  readonly seconds: number;
  readonly coreSeconds: number;
}

export interface TrainingOptions {
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly checkpoint?: CheckpointOptions;
}

/**
 * Trains a classifier that ends in probabilities, in place, by its cross-entropy and its regularisers. It is compiled for that.
 *
 * @throws the signal's reason if it is aborted
 */
export async function train(model: tf.LayersModel, { x, y }: ImagesAndTargets, recipe: TrainingRecipe, { seed, signal, checkpoint }: TrainingOptions): Promise<void> {
  const { epochs, batchSize, learningRate = 0.001 } = recipe;
  // A copy of a compiled net has an optimizer, which nobody else disposes when it is compiled anew.
  model.optimizer?.dispose();
  const optimizer = tensorFlowJs().train.adam(learningRate, 0.9, 0.999, 1e-7);
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const inputs = imagesFor(model, x);
  try {
    const callbacks = [learningRateScheduler((epoch) => learningRate * (1 - epoch / epochs))];
    await fit(model, inputs, y, { epochs, batchSize, seed, verbose: 0, callbacks, signal, checkpoint });
    signal?.throwIfAborted();
  } finally {
    inputs.dispose();
    optimizer.dispose();
  }
}

/** What a piece of work gives, and how long it took. */
export async function timed<T>(work: () => Promise<T>): Promise<Duration & { readonly result: T }> {
  const start = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (performance.now() - start) / 1000, coreSeconds: (user + system) / 1e6 };
}
