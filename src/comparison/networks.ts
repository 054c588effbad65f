import type * as tf from '@tensorflow/tfjs';
import { tensorFlowJs } from '../tensorflow/tensorflow-js';

/** Of `comparisonNetworks`. */
export type ComparisonNetworkName = '784-100-50-10' | '784-5×1024-10' | '784-4×500-10' | 'LeNet-5';

/** A classifier of MNIST that is compared. */
export interface ComparisonNetwork {
  readonly name: ComparisonNetworkName;
  /** Of one image. */
  readonly inputShape: readonly number[];
  /** Layers that the assignment, or the publication, does not cut. */
  readonly whole: readonly string[];
  /** Not compiled. The kernels are Glorot's uniform ones of this seed. */
  build(seed: number): tf.Sequential;
}

/** The networks of assignments 2 and 3, and the two with published low-rank results (Schotthöfer et al. 2022). */
export const comparisonNetworks: Readonly<Record<ComparisonNetworkName, ComparisonNetwork>> = {
  '784-100-50-10': denseNetwork('784-100-50-10', [100, 50], []),
  '784-5×1024-10': denseNetwork('784-5×1024-10', [1024, 1024, 1024, 1024, 1024]),
  '784-4×500-10': denseNetwork('784-4×500-10', [500, 500, 500, 500]),
  'LeNet-5': { name: 'LeNet-5', inputShape: [28, 28, 1], whole: [], build: lenet },
};

function denseNetwork(name: ComparisonNetworkName, hidden: readonly number[], whole: readonly string[] = ['output']): ComparisonNetwork {
  const build = (seed: number) => {
    const { layers, sequential } = tensorFlowJs();
    const last = hidden.length;
    return sequential({
      layers: [...hidden, 10].map((units, at) => layers.dense({
        name: at === last ? 'output' : `hidden_${at + 1}`,
        units,
        activation: at === last ? 'softmax' : 'relu',
        kernelInitializer: glorot(seed, at),
        ...(at === 0 && { inputShape: [784] }),
      })),
    });
  };
  return { name, inputShape: [784], whole, build };
}

/** Caffe's LeNet-5, of 431,080 parameters. */
function lenet(seed: number): tf.Sequential {
  const { layers, sequential } = tensorFlowJs();
  const convolution = (name: string, filters: number, at: number, first: object = {}) =>
    layers.conv2d({ name, filters, kernelSize: 5, activation: 'relu', kernelInitializer: glorot(seed, at), ...first });
  const pooling = (name: string) => layers.maxPooling2d({ name, poolSize: 2 });
  return sequential({
    layers: [
      convolution('convolution_1', 20, 0, { inputShape: [28, 28, 1] }),
      pooling('pooling_1'),
      convolution('convolution_2', 50, 1),
      pooling('pooling_2'),
      layers.flatten({ name: 'flatten' }),
      layers.dense({ name: 'dense_1', units: 500, activation: 'relu', kernelInitializer: glorot(seed, 2) }),
      layers.dense({ name: 'output', units: 10, activation: 'softmax', kernelInitializer: glorot(seed, 3) }),
    ],
  });
}

function glorot(seed: number, layer: number) {
  return tensorFlowJs().initializers.glorotUniform({ seed: 10 * seed + layer + 1 });
}
