import type * as tfjs from '@tensorflow/tfjs';
import { svdConv2d, svdDense } from '../../../src/layers';
import { readNumbers } from '../shared/inputs';
import { isInSvdForm, networkLayers, takesImages } from '../shared/networks';

/** Of each layer in SVD form; the peers have the same ones. */
const penalties = { orthogonality: 0.01, sparsity: 0.01 };

/** A sequential model of the layers and initial weights that a network of the folder has, on rows of pixels; its outputs are logits. */
export function network(tf: typeof tfjs, folder: string, net: string): tfjs.Sequential {
  const layers = networkLayers(net);
  const inSvdForm = isInSvdForm(net);
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [784] })] });
  if (takesImages(net)) model.add(tf.layers.reshape({ targetShape: [28, 28, 1] }));
  layers.forEach(({ isConvolution, shape: [, outputs] }, i) => {
    const activation = i + 1 < layers.length ? 'relu' : 'linear';
    if (isConvolution) {
      const args = { filters: outputs, kernelSize: 3, padding: 'same', activation } as const;
      // As it would choose itself at a smaller rank.
      model.add(inSvdForm ? svdConv2d({ ...args, ...penalties, execution: 'factorised' }) : tf.layers.conv2d(args));
      model.add(tf.layers.maxPooling2d({ poolSize: 2 }));
    } else {
      if (layers[i - 1]?.isConvolution) model.add(tf.layers.flatten());
      const args = { units: outputs, activation } as const;
      model.add(inSvdForm ? svdDense({ ...args, ...penalties }) : tf.layers.dense(args));
    }
  });
  setNumbers(tf, model, readNumbers(folder, net));
  return model;
}

function setNumbers(tf: typeof tfjs, model: tfjs.Sequential, numbers: Float32Array): void {
  let at = 0;
  const next = ({ shape, size }: tfjs.Tensor) => tf.tensor(numbers.subarray(at, (at += size)), shape);
  tf.tidy(() => model.setWeights(model.getWeights().map(next)));
}
