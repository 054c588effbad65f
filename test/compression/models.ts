import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../../src/tensorflow/tensorflow-js';

/** Small models of every kind of structure, by what is special about them. */
export const models: Readonly<Record<string, () => tf.LayersModel>> = {
  'a sequence of dense layers': () => denseModel(),
  'a sequence that begins with an input layer': () => {
    const { layers, sequential } = tensorFlowJs();
    return sequential({ layers: [layers.inputLayer({ inputShape: [5], name: 'pixels' }), layers.dense({ units: 3 })], name: 'short' });
  },
  'sequences in a sequence': () => {
    const { layers, sequential } = tensorFlowJs();
    const part = (name: string) => sequential({ layers: [layers.dense({ units: 6, inputShape: [6], name: 'inner' })], name });
    return sequential({ layers: [part('first'), layers.dropout({ rate: 0.5 }), part('second')] });
  },
  convolutions: () => convolutionModel(),
  'a shared layer, two inputs and two outputs': () => {
    const { input, layers, model } = tensorFlowJs();
    const [a, b] = ['a', 'b'].map((name) => input({ shape: [4], name }));
    const shared = layers.dense({ units: 4, activation: 'tanh', name: 'shared' });
    const [x, y] = [shared.apply(a!), shared.apply(shared.apply(b!))] as tf.SymbolicTensor[];
    const sum = layers.add({ name: 'sum' }).apply([x!, y!]) as tf.SymbolicTensor;
    const outputs = [layers.dense({ units: 2, name: 'left' }), layers.dense({ units: 3, name: 'right' })].map((layer) => layer.apply(sum) as tf.SymbolicTensor);
    return model({ inputs: [b!, a!], outputs, name: 'branching' });
  },
  'a model that is called twice in another one': () => {
    const { input, layers, model } = tensorFlowJs();
    const half = input({ shape: [4] });
    const encoder = model({ inputs: half, outputs: layers.dense({ units: 3, name: 'code' }).apply(half) as tf.SymbolicTensor, name: 'encoder' });
    const [a, b] = [input({ shape: [4] }), input({ shape: [4] })];
    const both = layers.concatenate().apply([encoder.apply(a), encoder.apply(b)] as tf.SymbolicTensor[]) as tf.SymbolicTensor;
    return model({ inputs: [a, b], outputs: layers.dense({ units: 2 }).apply(both) as tf.SymbolicTensor });
  },
  'layers on top of a frozen model': () => {
    const { layers, model } = tensorFlowJs();
    const base = denseModel();
    base.trainable = false;
    return model({ inputs: base.inputs, outputs: layers.dense({ units: 2, name: 'head' }).apply(base.outputs[0]!) as tf.SymbolicTensor });
  },
  'a frozen model within a frozen one': () => {
    const { layers, sequential } = tensorFlowJs();
    const base = denseModel();
    base.trainable = false;
    const model = sequential({ layers: [base, layers.dense({ units: 2 })] });
    model.trainable = false;
    return model;
  },
  'a frozen layer among others': () => {
    const model = denseModel();
    model.layers[0]!.trainable = false;
    return model;
  },
  'recurrent layers, one with the state of the other': () => {
    const { input, layers, model } = tensorFlowJs();
    const x = input({ shape: [5, 3] });
    const [, h, c] = layers.lstm({ units: 4, returnState: true, name: 'reader' }).apply(x) as tf.SymbolicTensor[];
    const y = layers.lstm({ units: 4, name: 'writer' }).apply(x, { initialState: [h!, c!] }) as tf.SymbolicTensor;
    return model({ inputs: x, outputs: layers.dense({ units: 2 }).apply(y) as tf.SymbolicTensor });
  },
  'wrappers and masks': () => {
    const { layers, sequential } = tensorFlowJs();
    return sequential({
      layers: [
        layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true, batchInputShape: [null, 5] }),
        layers.bidirectional({ layer: layers.gru({ units: 3, returnSequences: true }) as tf.RNN, mergeMode: 'concat' }),
        layers.timeDistributed({ layer: layers.dense({ units: 2 }) }),
      ],
    });
  },
};

/** 16-20-12-4, with batch normalisation. */
export function denseModel(): tf.Sequential {
  const { initializers, layers, sequential } = tensorFlowJs();
  const dense = (units: number, name: string, seed: number, inputShape?: number[]) =>
    layers.dense({
      units, name, inputShape, activation: 'relu',
      kernelInitializer: initializers.glorotUniform({ seed }), biasInitializer: initializers.randomNormal({ seed }),
    });
  return sequential({ layers: [dense(20, 'first', 1, [16]), layers.batchNormalization(), dense(12, 'second', 2), dense(4, 'third', 3)], name: 'dense' });
}

/** 9 × 9 × 2, two convolutions and a dense layer. */
export function convolutionModel(): tf.Sequential {
  const { initializers, layers, sequential } = tensorFlowJs();
  const kernelInitializer = initializers.heNormal({ seed: 5 });
  const convolution = (filters: number, name: string, inputShape?: number[]) =>
    layers.conv2d({ filters, name, inputShape, kernelInitializer, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' });
  const dense = layers.dense({ units: 5, name: 'third', kernelInitializer });
  return sequential({ layers: [convolution(8, 'first', [9, 9, 2]), convolution(16, 'second'), layers.flatten(), dense] });
}

/** So many random inputs of a model, for `predict`. */
export function inputsOf(model: tf.LayersModel, examples = 6): tf.Tensor | tf.Tensor[] {
  const { floor, randomUniform } = tensorFlowJs();
  const isEmbedded = model.layers.some((layer) => layer.getClassName() === 'Embedding');
  const inputs = model.inputs.map(({ shape }, at) => {
    const x = randomUniform([examples, ...(shape.slice(1) as number[])], isEmbedded ? 0 : -1, isEmbedded ? 9 : 1, 'float32', at + 1);
    return isEmbedded ? floor(x) : x;
  });
  return inputs.length === 1 ? inputs[0]! : inputs;
}

/** The predictions for random inputs, as numbers. */
export function predictions(model: tf.LayersModel): number[][] {
  return tensorFlowJs().tidy(() => [model.predict(inputsOf(model))].flat().map((y) => Array.from(y.dataSync())));
}

/** The largest difference between two models' predictions. */
export function largestDifference(a: readonly number[][], b: readonly number[][]): number {
  return Math.max(...a.flatMap((values, i) => values.map((value, j) => Math.abs(value - b[i]![j]!))));
}
