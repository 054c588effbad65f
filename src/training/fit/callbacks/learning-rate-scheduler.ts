import type * as tf from '@tensorflow/tfjs';
import type { FitCallback } from './callback';

/** Adam's and its kind; SGD has a method beside it. */
interface RatedOptimizer {
  learningRate: number;
  setLearningRate?(rate: number): void;
}

/**
 * Sets the optimizer's learning rate at the beginning of each epoch: Keras's `LearningRateScheduler`. A training that is resumed from a
 * checkpoint goes on with the rate of its epoch.
 *
 * @param rateOf the rate of an epoch, counted from 0, a finite number from 0
 * @throws TypeError if the model's optimizer has no learning rate; RangeError, when the epoch begins, if a rate is no such number
 */
export function learningRateScheduler(rateOf: (epoch: number) => number): FitCallback {
  let optimizer: RatedOptimizer | undefined;
  return {
    setModel(model: tf.LayersModel) {
      const rated = model.optimizer as unknown as RatedOptimizer;
      if (typeof rated?.learningRate !== 'number') {
        throw new TypeError(`learningRateScheduler: the optimizer ${model.optimizer?.getClassName()} has no learning rate`);
      }
      optimizer = rated;
    },
    onEpochBegin(epoch: number) {
      const rate = rateOf(epoch);
      if (!(rate >= 0 && rate < Infinity)) throw new RangeError(`learningRateScheduler: the rate of epoch ${epoch} is ${rate}; it must be a finite number from 0`);
      if (optimizer!.setLearningRate) optimizer!.setLearningRate(rate);
      else optimizer!.learningRate = rate;
    },
  };
}
