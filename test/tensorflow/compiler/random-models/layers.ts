import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../../../src/tensorflow/tensorflow-js';
import type { Chooser } from './chooser';

type Symbol = tf.SymbolicTensor;
type Layer = tf.layers.Layer;
type Choice = readonly [words: string, make: () => Layer];

const activations = [
  ...['elu', 'hardSigmoid', 'linear', 'relu', 'relu6', 'selu', 'sigmoid', 'softmax', 'softplus', 'softsign', 'tanh'],
  ...['swish', 'mish'],
] as 'relu'[];

const initializers = [
  ...['glorotNormal', 'glorotUniform', 'heNormal', 'heUniform', 'leCunNormal', 'ones', 'orthogonal', 'randomNormal'],
  ...['randomUniform', 'truncatedNormal', 'varianceScaling'],
] as 'ones'[];

/** Layers from an input, whose shape is drawn too, to `outputs` numbers for an example. The words have their order. */
export function randomLayers(
  choose: Chooser,
  outputs: number,
  activation: 'linear' | 'sigmoid' | 'softmax' | 'softplus',
): { input: Symbol; output: Symbol; words: string } {
  const vector = () => [choose.integer(2, 12)];
  const image = () => [choose.integer(4, 8), choose.integer(4, 8), choose.integer(1, 3)];
  const sequence = () => [choose.integer(3, 5), choose.integer(1, 4)];
  const shape = choose.from(vector, vector, image, image, sequence)();
  const layers = new RandomLayers(choose);
  const input = tensorFlowJs().input({ shape });
  let x: Symbol = input;
  for (let i = choose.integer(1, 3); i > 0; i--) x = layers.any(x);
  x = layers.toVector(x);
  for (let i = choose.integer(0, 3); i > 0; i--) x = layers.any(x);
  const output = layers.dense(x, outputs, activation as 'relu');
  return { input, output, words: `[${shape}] ${layers.words.join(' ')}` };
}

class RandomLayers {
  readonly words: string[] = [];
  readonly #choose: Chooser;
  readonly #layers = tensorFlowJs().layers;

  constructor(choose: Chooser) {
    this.#choose = choose;
  }

  any(x: Symbol): Symbol {
    const choose = this.#choose;
    if (choose.maybe(45)) return this.#apply(x, choose.from(...this.#elementwise(x)));
    if (x.rank === 3) return this.#apply(x, choose.from(...this.#onSequences(x)));
    if (x.rank === 4) return this.#apply(x, choose.from(...this.#onImages(x)));
    if (choose.maybe(20)) return this.#branches(x);
    const units = choose.integer(1, 10);
    return this.dense(x, units, this.#activation(units));
  }

  dense(x: Symbol, units: number, activation: 'relu'): Symbol {
    const options = { units, activation, ...this.#kernel() };
    return this.#apply(x, [`dense(${units} ${activation})`, () => this.#layers.dense(options)]);
  }

  toVector(x: Symbol): Symbol {
    const layers = this.#layers;
    if (x.rank === 2) return x;
    const size = (x.shape.slice(1) as number[]).reduce((a, b) => a * b);
    const shared: Choice[] = [
      ['flatten', () => layers.flatten()],
      ['reshape', () => layers.reshape({ targetShape: [size] })],
    ];
    const pooling: Choice[] =
      x.rank === 3
        ? [
            ['globalAveragePooling1d', () => layers.globalAveragePooling1d()],
            ['globalMaxPooling1d', () => layers.globalMaxPooling1d()],
          ]
        : [
            ['globalAveragePooling2d', () => layers.globalAveragePooling2d({})],
            ['globalMaxPooling2d', () => layers.globalMaxPooling2d({})],
          ];
    return this.#apply(x, this.#choose.from(...shared, ...pooling));
  }

  /** A dense layer's outputs, joined with its inputs. */
  #branches(x: Symbol): Symbol {
    const layers = this.#layers;
    const units = x.shape[1]!;
    this.words.push('(');
    const inner = this.dense(x, units, this.#activation(units));
    this.words.push(')');
    const joined = this.#choose.from<Choice>(
      ['add', () => layers.add()],
      ['average', () => layers.average()],
      ['maximum', () => layers.maximum()],
      ['minimum', () => layers.minimum()],
      ['multiply', () => layers.multiply()],
      ['concatenate', () => layers.concatenate()],
    );
    return this.#apply([x, inner], joined);
  }

  #elementwise(x: Symbol): Choice[] {
    const layers = this.#layers;
    const rate = this.#choose.from(0.1, 0.5);
    const activation = this.#activation(x.shape.at(-1)!);
    return [
      [activation, () => layers.activation({ activation })],
      [activation, () => layers.activation({ activation })],
      ['batchNormalization', () => layers.batchNormalization()],
      ['batchNormalization', () => layers.batchNormalization({ momentum: 0.5 })],
      ['layerNormalization', () => layers.layerNormalization()],
      ['dropout', () => layers.dropout({ rate })],
      ['dropout', () => layers.dropout({ rate, seed: 7 })],
      ['gaussianNoise', () => layers.gaussianNoise({ stddev: 0.1 })],
      ['gaussianDropout', () => layers.gaussianDropout({ rate })],
      ['alphaDropout', () => layers.alphaDropout({ rate })],
      ['leakyReLU', () => layers.leakyReLU()],
      ['prelu', () => layers.prelu({ alphaInitializer: 'randomUniform' })],
    ];
  }

  #onSequences(x: Symbol): Choice[] {
    const layers = this.#layers;
    const choose = this.#choose;
    const [steps, features] = x.shape.slice(1) as [number, number];
    const units = choose.integer(1, 5);
    const recurrent = { units, returnSequences: choose.maybe(50), ...this.#kernel() };
    const convolution = { filters: units, kernelSize: choose.integer(1, Math.min(3, steps)), ...this.#kernel() };
    const stepByStep: Choice[] = [
      [`simpleRNN(${units})`, () => layers.simpleRNN(recurrent)],
      [`gru(${units})`, () => layers.gru(recurrent)],
      [`lstm(${units})`, () => layers.lstm(recurrent)],
      [`timeDistributed(${units})`, () => layers.timeDistributed({ layer: layers.dense({ units }) })],
    ];
    return [
      [`conv1d(${units})`, () => layers.conv1d(convolution)],
      ['maxPooling1d', () => layers.maxPooling1d({ poolSize: 2, padding: 'same' })],
      ['averagePooling1d', () => layers.averagePooling1d({ poolSize: 2, padding: 'same' })],
      ['permute', () => layers.permute({ dims: [2, 1] })],
      ['reshape', () => layers.reshape({ targetShape: [features, steps] })],
      // TensorFlow.js cannot differentiate through these where there is only one step.
      ...(steps > 1 ? stepByStep : []),
    ];
  }

  #onImages(x: Symbol): Choice[] {
    const layers = this.#layers;
    const choose = this.#choose;
    const side = Math.min(...(x.shape.slice(1, 3) as number[]));
    const kernelSize = choose.integer(1, Math.min(3, side));
    // In oneDNN the gradient of a 1×1 filter with strides of 2 writes outside its memory for some batch sizes.
    const strides = choose.integer(1, Math.min(2, kernelSize));
    const padding = choose.from('same', 'valid') as 'same' | 'valid';
    const filters = choose.integer(2, 4);
    const activation = this.#activation(filters);
    const window = { kernelSize, strides, padding };
    const convolution = { filters, activation, ...window, ...this.#kernel() };
    const pooling = { poolSize: Math.min(2, side), strides, padding };
    const size = `${kernelSize}/${strides} ${padding}`;
    const words = `(${filters} ${size} ${activation})`;
    return [
      [`conv2d${words}`, () => layers.conv2d(convolution)],
      [`conv2d${words}`, () => layers.conv2d(convolution)],
      [`conv2dTranspose${words}`, () => layers.conv2dTranspose(convolution)],
      [`separableConv2d${words}`, () => layers.separableConv2d({ filters, activation, ...window })],
      [`depthwiseConv2d(${size})`, () => layers.depthwiseConv2d(window)],
      [`maxPooling2d(${strides} ${padding})`, () => layers.maxPooling2d(pooling)],
      [`averagePooling2d(${strides} ${padding})`, () => layers.averagePooling2d(pooling)],
      ['upSampling2d', () => layers.upSampling2d({})],
      ['zeroPadding2d', () => layers.zeroPadding2d({ padding: 1 })],
      ['permute', () => layers.permute({ dims: [2, 1, 3] })],
    ];
  }

  #kernel() {
    const { regularizers } = tensorFlowJs();
    const choose = this.#choose;
    const { l1, l2, l1l2 } = regularizers;
    return {
      useBias: choose.maybe(80),
      kernelInitializer: choose.from(...initializers),
      biasInitializer: choose.from('zeros', 'randomNormal') as 'zeros',
      kernelRegularizer: choose.from(...Array(9), l1({ l1: 0.01 }), l2({ l2: 0.01 }), l1l2({ l1: 0.01, l2: 0.02 })),
    };
  }

  /** A softmax of one number is 1, and its gradient 0 but for what rounding leaves of it. */
  #activation(numbers: number): 'relu' {
    const activation = this.#choose.from(...activations);
    return (activation as string) === 'softmax' && numbers === 1 ? 'relu' : activation;
  }

  #apply(x: Symbol | Symbol[], [words, make]: Choice): Symbol {
    this.words.push(words);
    return make().apply(x) as Symbol;
  }
}
