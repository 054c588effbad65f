/** Our contestants, as a program that takes turns like the ones in Python: ours.js FOLDER THREADS; see peer.py. */
import type * as tfjs from '@tensorflow/tfjs';
import { compileStep } from '../../../src/tensorflow';
import { fit } from '../../../src/training';
import { mean } from '../shared/extrapolated';
import { readInputs } from '../shared/inputs';
import { ourProgram } from '../shared/our-program';
import { network } from './network';

interface Training {
  /** A step for each `batch` examples of `order`. Returns the mean loss. */
  train(order: Int32Array): Promise<number>;
  /** Milliseconds that as many steps take. */
  time(order: Int32Array): Promise<number>;
  dispose(): void;
}

type Request = { readonly steps: number; readonly net?: string; readonly batch?: number; readonly form?: string };

ourProgram<Request>((tf, [folder, threads]) => {
  const { data, permutation } = load(tf, folder!);
  let training: Training | undefined;
  let batchSize = 0;
  return async ({ net, steps, form, batch }) => {
    if (net === undefined) return { seconds: (await training!.time(order(permutation, steps * batchSize))) / 1000 };
    training?.dispose();
    batchSize = batch!;
    const start = performance.now();
    const model = network(tf, folder!, net);
    training = form!.startsWith('compiled')
      ? compiled(tf, model, data, batchSize, { threads: threads!, jitCompile: form === 'compiled XLA' })
      : fitting(tf, model, data, batchSize, form === 'fit' ? ourFit : theirFit);
    const loss = await training.train(order(permutation, steps * batchSize));
    const first = performance.now();
    const second = await training.time(order(permutation, steps * batchSize));
    return { loss, firstSeconds: (first - start) / 1000, secondSeconds: second / 1000 };
  };
});

/** The examples as tensors whose values TensorFlow alone holds. */
function load(tf: typeof tfjs, folder: string): { data: tfjs.Tensor[]; permutation: Int32Array } {
  const { images, oneHotLabels, permutation } = readInputs(folder);
  const n = permutation.length;
  const data = [tf.tensor2d(images, [n, 784]), tf.tensor2d(oneHotLabels, [n, 10])];
  tf.tidy(() => data.forEach((tensor) => tensor.slice(0, 1)));
  setImmediate(() => globalThis.gc?.()); // What was read would else count as ours until some later collection.
  return { data, permutation };
}

function order(permutation: Int32Array, length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => permutation[i % permutation.length]!);
}

function compiled(
  tf: typeof tfjs,
  model: tfjs.Sequential,
  data: tfjs.Tensor[],
  batchSize: number,
  { threads, jitCompile }: { readonly threads: string; readonly jitCompile: boolean },
): Training {
  const optimizer = tf.train.adam(1e-3);
  const step = compileStep(
    (x, y) => optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, model.apply(x) as tfjs.Tensor), true)!,
    { threads: threads === 'default' ? undefined : Number(threads), jitCompile },
  );
  const train = async (order: Int32Array) => mean((await step.run(data, { batchSize, order })).values.data);
  return {
    train,
    time: (order) => timed(() => train(order)),
    dispose() {
      step.dispose();
      optimizer.dispose();
      model.dispose();
    },
  };
}

/** Trains a model on all examples. Returns the loss of the first epoch, and the milliseconds of the last one. */
type Fit = (
  model: tfjs.Sequential,
  examples: readonly [x: tfjs.Tensor, y: tfjs.Tensor],
  options: { readonly batchSize: number; readonly epochs: number; readonly shuffle: boolean },
) => Promise<{ readonly loss: number; readonly milliseconds: number }>;

const theirFit: Fit = async (model, [x, y], options) => {
  let loss = NaN;
  const milliseconds = await timed(async () => {
    const { history } = await model.fit(x, y, { ...options, epochs: 1, verbose: 0, yieldEvery: 'never' });
    loss = history.loss![0] as number;
  });
  return { loss, milliseconds };
};

const ourFit: Fit = async (model, [x, y], options) => {
  let [begin, milliseconds] = [NaN, NaN];
  const callbacks = {
    onEpochBegin() {
      begin = performance.now();
    },
    onEpochEnd() {
      milliseconds = performance.now() - begin;
    },
  };
  const { history } = await fit(model, x, y, { ...options, verbose: 0, callbacks });
  return { loss: history.loss![0]!, milliseconds };
};

function fitting(tf: typeof tfjs, model: tfjs.Sequential, data: tfjs.Tensor[], batchSize: number, fit: Fit): Training {
  const optimizer = tf.train.adam(1e-3);
  model.compile({ optimizer, loss: (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits) });
  const run = async (order: Int32Array, options: { readonly epochs: number; readonly shuffle: boolean }) => {
    const [x, y] = tf.tidy(() => data.map((tensor) => tf.gather(tensor, tf.tensor1d(order, 'int32'))));
    const result = await fit(model, [x!, y!], { batchSize, ...options });
    tf.dispose([x, y]);
    return result;
  };
  return {
    train: async (order) => (await run(order, { epochs: 1, shuffle: false })).loss,
    // Of the second epoch: what `fit` does once a call is left out, as with Keras.
    time: async (order) => (await run(order, { epochs: 2, shuffle: true })).milliseconds,
    dispose() {
      optimizer.dispose();
      model.dispose();
    },
  };
}

async function timed(body: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}
