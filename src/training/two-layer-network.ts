import type { NumericArray } from '../data/array';
import { float64Math, keep, scope, type Float64Math, type Float64Tensor } from '../tensorflow';
import { checkMatrix, type BatchPart, type FullBatch } from './full-batch';
import { constant, type Initializer } from './initializer';

/** The sizes of a `TwoLayerNetwork`, and its starting values. */
export interface TwoLayerNetworkOptions {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
  /** Starting values of the two weight matrices; biases start at zero. */
  readonly initializer?: Initializer;
  /** Where the arithmetic is done; by default on the native library if it runs, else in plain TypeScript. */
  readonly math?: Float64Math;
}

/** The parameters: W1 [inputs, hidden], b1 [hidden], W2 [hidden, outputs], b2 [outputs]. */
export type TwoLayerParameters = readonly [w1: Float64Tensor, b1: Float64Tensor, w2: Float64Tensor, b2: Float64Tensor];

/**
 * A classifier with one hidden layer in 64-bit floats: logits = ReLU(x·W1 + b1)·W2 + b2.
 *
 * @throws RangeError unless inputs, hidden and outputs are integers of at least 1.
 */
export class TwoLayerNetwork {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
  readonly math: Float64Math;
  readonly #initializer: Initializer;
  #parameters: TwoLayerParameters;
  #disposed = false;

  constructor(options: TwoLayerNetworkOptions) {
    const { inputs, hidden, outputs, initializer = constant(0.01), math = float64Math() } = options;
    for (const [name, value] of Object.entries({ inputs, hidden, outputs })) {
      if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} is ${value}; it must be an integer above 0`);
    }
    this.inputs = inputs;
    this.hidden = hidden;
    this.outputs = outputs;
    this.math = math;
    this.#initializer = initializer;
    this.#parameters = this.#initialParameters();
  }

  /** The current parameters. They belong to the network, which disposes them when a step replaces them. */
  get parameters(): TwoLayerParameters {
    if (this.#disposed) throw new Error('the network has been disposed');
    return this.#parameters;
  }

  /** Copies of the parameters' values. */
  weights(): { w1: NumericArray; b1: NumericArray; w2: NumericArray; b2: NumericArray } {
    const [w1, b1, w2, b2] = this.parameters.map((tensor) => ({ data: this.math.read(tensor), shape: tensor.shape }));
    return { w1: w1!, b1: b1!, w2: w2!, b2: b2! };
  }

  /** Replaces the parameters by new ones of the same shapes, and disposes the old ones. */
  assign(parameters: TwoLayerParameters): void {
    const old = this.parameters;
    parameters.forEach(keep);
    this.#parameters = parameters;
    for (const tensor of old) tensor.dispose();
  }

  /** Sets the parameters back to their starting values. */
  reset(): void {
    this.assign(this.#initialParameters());
  }

  /** Unnormalised log-probabilities of the classes, [rows, outputs], for inputs of shape [rows, inputs]. */
  logits(x: NumericArray): NumericArray {
    checkMatrix('x', x, this.inputs);
    return scope(() => {
      const logits = this.#logits(x);
      return { data: this.math.read(logits), shape: [...logits.shape] };
    });
  }

  /** The class with the largest logit for each row of inputs of shape [rows, inputs]. */
  predict(x: NumericArray): Int32Array {
    checkMatrix('x', x, this.inputs);
    return scope(() => this.math.argMax(this.#logits(x), 1));
  }

  /** Mean cross-entropy of the softmax of the logits over a data set, for parameters like the network's; a scalar. */
  loss([w1, b1, w2, b2]: TwoLayerParameters, batch: FullBatch): Float64Tensor {
    return scope(() => {
      const first = this.#firstLayer(w1, b1);
      return this.#meanLoss(batch.parts.map((part) => scope(() => this.#pass(part, first, w2, b2).loss)));
    });
  }

  /** That loss, and its gradients with respect to the parameters. */
  lossAndGradients([w1, b1, w2, b2]: TwoLayerParameters, batch: FullBatch): [loss: Float64Tensor, ...gradients: TwoLayerParameters] {
    const { math, inputs, hidden } = this;
    return scope(() => {
      const first = this.#firstLayer(w1, b1);
      const parts = batch.parts.map((part) => scope(() => this.#partGradients(part, first, w2, b2)));
      const mean = (total: Float64Tensor) => math.div(total, batch.size);
      const firstGradient = mean(math.scatterSum(inputs + 1, parts.map((part) => part.first)));
      return [
        this.#meanLoss(parts.map((part) => part.loss)),
        math.slice(firstGradient, [0, 0], [inputs, hidden]),
        math.reshape(math.slice(firstGradient, [inputs, 0], [1, hidden]), [hidden]),
        mean(parts.map((part) => part.w2).reduce((a, b) => math.add(a, b))),
        mean(math.sum(math.concat(parts.map((part) => part.logits), 0), 0)),
      ];
    });
  }

  /** Frees the parameters. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const tensor of this.#parameters) tensor.dispose();
  }

  #initialParameters(): TwoLayerParameters {
    const { math, inputs, hidden, outputs } = this;
    const shapes = [
      [inputs, hidden],
      [hidden, outputs],
    ];
    const [w1, w2] = this.#initializer.create(math, shapes) as [Float64Tensor, Float64Tensor];
    const parameters = [w1, math.fill([hidden], 0), w2, math.fill([outputs], 0)] as const;
    parameters.forEach(keep);
    return parameters;
  }

  #logits(x: NumericArray): Float64Tensor {
    const { math } = this;
    const [w1, b1, w2, b2] = this.parameters;
    const hidden = math.relu(math.biasAdd(math.matMul(math.tensor(x.data, x.shape), w1), b1));
    return math.biasAdd(math.matMul(hidden, w2), b2);
  }

  /** W1 with b1 as its last row, which a column of ones in the input multiplies. */
  #firstLayer(w1: Float64Tensor, b1: Float64Tensor): Float64Tensor {
    return this.math.concat([w1, this.math.reshape(b1, [1, this.hidden])], 0);
  }

  #pass(part: BatchPart, first: Float64Tensor, w2: Float64Tensor, b2: Float64Tensor) {
    const { math } = this;
    const hidden = math.relu(math.matMul(part.x, math.gather(first, part.columns)));
    return { hidden, ...math.softmaxCrossEntropy(math.biasAdd(math.matMul(hidden, w2), b2), part.y) };
  }

  #partGradients(part: BatchPart, first: Float64Tensor, w2: Float64Tensor, b2: Float64Tensor): PartGradients {
    const { math } = this;
    const { hidden, loss, gradient } = this.#pass(part, first, w2, b2);
    const hiddenGradient = math.reluGradient(math.matMul(gradient, w2, { transposeB: true }), hidden);
    return {
      loss,
      logits: gradient,
      first: { indices: part.columns, values: math.matMul(part.x, hiddenGradient, { transposeA: true }) },
      w2: math.matMul(hidden, gradient, { transposeA: true }),
    };
  }

  #meanLoss(losses: readonly Float64Tensor[]): Float64Tensor {
    return this.math.mean(this.math.concat(losses, 0));
  }
}

/** What a part of the data adds to the sums: its rows' losses and logit gradients, and gradients of the weights. */
interface PartGradients {
  readonly loss: Float64Tensor;
  readonly logits: Float64Tensor;
  /** For the rows of W1, and b1 below them, that the part's columns meet. */
  readonly first: { readonly indices: Int32Array; readonly values: Float64Tensor };
  readonly w2: Float64Tensor;
}
