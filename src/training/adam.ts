import type { Float64Tensor } from '../tensorflow';
import { asKerasKeepsIt, checkDecay, checkPositive, type Optimizer } from './optimizer';

/** The constants of `adam`. */
export interface AdamOptions {
  /** η, above 0; 0.001 by default. */
  readonly learningRate?: number;
  /** β₁, the decay of the mean gradient, in [0, 1); 0.9 by default. */
  readonly beta1?: number;
  /** β₂, the decay of the mean squared gradient, in [0, 1); 0.999 by default. */
  readonly beta2?: number;
  /** ε, above 0; 1e-7 by default. */
  readonly epsilon?: number;
}

/**
 * Adam (Kingma and Ba, 2015) in the form that Keras uses, the one before section 2.1 of the paper, where ε is added
 * after the bias correction has been moved into the step size: w ← w − α·m/(√v + ε), α = η·√(1 − β₂ᵗ)/(1 − β₁ᵗ). The learning
 * rate and the betas are rounded to 32 bits as in Keras.
 *
 * @throws RangeError unless learningRate and epsilon are finite and above 0, and both betas at least 0 and below 1.
 */
export function adam({ learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: AdamOptions = {}): Optimizer {
  checkPositive('learningRate', learningRate);
  checkDecay('beta1', beta1);
  checkDecay('beta2', beta2);
  checkPositive('epsilon', epsilon);
  const [eta, b1, b2] = [learningRate, beta1, beta2].map(asKerasKeepsIt) as [number, number, number];
  return {
    name: 'Adam',
    slots: 2,
    rate: (step) => (eta * Math.sqrt(1 - b2 ** (step + 1))) / (1 - b1 ** (step + 1)),
    update(math, { value, slots }, gradient, alpha) {
      const towards = (mean: Float64Tensor, target: Float64Tensor, weight: number) =>
        math.add(mean, math.mul(math.sub(target, mean), weight));
      const m = towards(slots[0]!, gradient, 1 - b1);
      const v = towards(slots[1]!, math.square(gradient), 1 - b2);
      const change = math.div(math.mul(m, alpha), math.add(math.sqrt(v), epsilon));
      return { value: math.sub(value, change), slots: [m, v] };
    },
  };
}
