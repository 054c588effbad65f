import { asKerasKeepsIt, checkPositive, type Optimizer } from './optimizer';

/**
 * Gradient descent, w ← w − η·g, with η rounded to 32 bits as in Keras.
 *
 * @throws RangeError unless the learning rate is finite and above 0.
 */
export function sgd({ learningRate = 0.01 }: { learningRate?: number } = {}): Optimizer {
  checkPositive('learningRate', learningRate);
  const rate = asKerasKeepsIt(learningRate);
  return {
    name: 'SGD',
    slots: 0,
    rate: () => rate,
    update: (math, { value }, gradient, eta) => ({ value: math.sub(value, math.mul(gradient, eta)), slots: [] }),
  };
}
