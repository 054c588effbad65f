import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../tensorflow/tensorflow-js';
import { augmented } from './low-rank-kernel';
import type { LowRankLayer, TrainedLayer, WholeLayer } from './trained-layers';

/**
 * One step of the rank-adaptive basis-update and Galerkin integrator by explicit Euler steps (Schotthöfer et al. 2022, algorithm 1; Ceruti,
 * Kusch and Lubich, "A rank-adaptive robust integrator for dynamical low-rank approximation", 2022). Of W = U·S·Vᵀ it updates K = U·S and
 * L = V·Sᵀ by the gradient with respect to each, takes bases of [U, K] and [V, L], updates the core in these together with biases and
 * whole kernels by the gradient there, and truncates it.
 *
 * @param x [batch, …]
 * @param y one row of probabilities for each example
 * @param rate the learning rate, a scalar
 * @returns the loss before the step, the mean cross-entropy in nats
 */
export function integrate(layers: readonly TrainedLayer[], x: tf.Tensor, y: tf.Tensor, rate: tf.Scalar, tolerance: number): tf.Scalar {
  const { grads, tidy, valueAndGrads } = tensorFlowJs();
  return tidy(() => {
    const lowRank = layers.filter((layer): layer is LowRankLayer => 'kernel' in layer);
    const bases = lowRank.map(({ kernel: { u, s, v } }) => ({ u, v, k: u.mul<tf.Tensor2D>(s), l: v.mul<tf.Tensor2D>(s) }));
    const after = (value: tf.Tensor, gradient: tf.Tensor) => value.sub(gradient.mul(rate));

    // What K and L are changed by, at first nothing: by the product rule the gradients with respect to both come from one pass.
    const changes = bases.flatMap(({ k, l }) => [k.zerosLike(), l.zerosLike()]);
    const { value, grads: basisGradients } = valueAndGrads((...given) => lossOf(layers, x, y, (at, h) => {
      const { u, v, k } = bases[at]!;
      return h.matMul(k.add(given[2 * at]!)).matMul(v, false, true).add(h.matMul(u).matMul(given[2 * at + 1]!, false, true));
    }))(changes);

    const spaces = bases.map(({ u, v, k, l }, at) => ({
      left: augmented(u, after(k, basisGradients[2 * at]!) as tf.Tensor2D),
      right: augmented(v, after(l, basisGradients[2 * at + 1]!) as tf.Tensor2D),
    }));
    const cores = lowRank.map(({ kernel: { s } }) => tensorFlowJs().diag(s).pad<tf.Tensor2D>([[0, s.size], [0, s.size]]));
    const direct = layers.flatMap((layer): tf.Variable[] => {
      if ('passing' in layer) return [];
      const bias = layer.bias === undefined ? [] : [layer.bias];
      return 'whole' in layer ? [...bias, layer.whole] : bias;
    });
    const gradients = grads((...given) => lossOf(layers, x, y, (at, h) => {
      const { left, right } = spaces[at]!;
      return h.matMul(left).matMul(given[at]!).matMul(right, false, true);
    }, new Map(direct.map((variable, at) => [variable, given[cores.length + at]!]))))([...cores, ...direct]);

    lowRank.forEach(({ kernel }, at) => {
      const { left, right } = spaces[at]!;
      kernel.truncate(left, after(cores[at]!, gradients[at]!) as tf.Tensor2D, right, tolerance);
    });
    direct.forEach((variable, at) => variable.assign(after(variable, gradients[cores.length + at]!) as never));
    return value as tf.Scalar;
  });
}

/**
 * The mean cross-entropy of what the layers make of x.
 *
 * @param product what a layer's kernel makes of its input, of the low-rank layer with this number
 * @param values instead of the variables
 */
function lossOf(
  layers: readonly TrainedLayer[],
  x: tf.Tensor,
  y: tf.Tensor,
  product: (at: number, h: tf.Tensor) => tf.Tensor,
  values: ReadonlyMap<tf.Variable, tf.Tensor> = new Map(),
): tf.Scalar {
  const valueOf = (variable: tf.Variable): tf.Tensor => values.get(variable) ?? variable;
  let lowRank = 0;
  let h = x;
  for (const layer of layers) {
    if ('passing' in layer) {
      h = layer.passing.apply(h, { training: true }) as tf.Tensor;
      continue;
    }
    const z = 'kernel' in layer ? product(lowRank++, h) : h.matMul(valueOf((layer as WholeLayer).whole));
    h = layer.layer.activation.apply(layer.bias === undefined ? z : z.add(valueOf(layer.bias)));
  }
  return tensorFlowJs().metrics.categoricalCrossentropy(y, h).mean();
}
