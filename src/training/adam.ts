import { keep, scope, type Float64Math, type Float64Tensor } from '../tensorflow';
import { asKerasKeepsIt, checkDecay, checkPositive, type Optimizer, type OptimizerRun } from './optimizer';

export interface AdamOptions {
  readonly learningRate?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

interface AdamSettings {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
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
  const settings = {
    rate: asKerasKeepsIt(learningRate),
    beta1: asKerasKeepsIt(beta1),
    beta2: asKerasKeepsIt(beta2),
    epsilon,
  };
  return { name: 'Adam', start: (math, shapes) => new AdamRun(math, settings, shapes) };
}

class AdamRun implements OptimizerRun {
  readonly #math: Float64Math;
  readonly #settings: AdamSettings;
  #moments: { m: Float64Tensor; v: Float64Tensor }[];
  #step = 0;

  constructor(math: Float64Math, settings: AdamSettings, shapes: readonly (readonly number[])[]) {
    this.#math = math;
    this.#settings = settings;
    this.#moments = shapes.map((shape) => ({ m: keep(math.fill(shape, 0)), v: keep(math.fill(shape, 0)) }));
  }

  update(parameters: readonly Float64Tensor[], gradients: readonly Float64Tensor[]): Float64Tensor[] {
    const math = this.#math;
    const { rate, beta1, beta2, epsilon } = this.#settings;
    this.#step++;
    const alpha = (rate * Math.sqrt(1 - beta2 ** this.#step)) / (1 - beta1 ** this.#step);
    const towards = (mean: Float64Tensor, value: Float64Tensor, weight: number) =>
      math.add(mean, math.mul(math.sub(value, mean), weight));
    return parameters.map((w, i) => {
      const before = this.#moments[i]!;
      const { m, v, updated } = scope(() => {
        const m = towards(before.m, gradients[i]!, 1 - beta1);
        const v = towards(before.v, math.square(gradients[i]!), 1 - beta2);
        const change = math.div(math.mul(m, alpha), math.add(math.sqrt(v), epsilon));
        return { m, v, updated: math.sub(w, change) };
      });
      this.#moments[i] = { m: keep(m), v: keep(v) };
      before.m.dispose();
      before.v.dispose();
      return updated;
    });
  }

  dispose(): void {
    for (const { m, v } of this.#moments) {
      m.dispose();
      v.dispose();
    }
  }
}
