/** Our contestants, as a program that takes turns like the ones in Python: ours.js FOLDER THREADS; see peer.py. */
import type * as tfjs from '@tensorflow/tfjs';
import { compileStep } from '../../../src/tensorflow';
import { denseNetwork } from '../shared/dense-network';
import { mean } from '../shared/extrapolated';
import { readInputs, readWeights } from '../shared/inputs';
import { ourProgram } from '../shared/our-program';

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
    const model = denseNetwork(tf, readWeights(folder!, net), 'linear');
    training =
      form === 'fit'
        ? fitting(tf, model, data, batchSize)
        : compiled(tf, model, data, batchSize, { threads: threads!, jitCompile: form === 'compiled XLA' });
    const loss = await training.train(order(permutation, steps * batchSize));
    const first = performance.now();
    await training.train(order(permutation, steps * batchSize));
    return { loss, firstSeconds: (first - start) / 1000, secondSeconds: (performance.now() - first) / 1000 };
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

function fitting(tf: typeof tfjs, model: tfjs.Sequential, data: tfjs.Tensor[], batchSize: number): Training {
  const optimizer = tf.train.adam(1e-3);
  model.compile({ optimizer, loss: (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits) });
  const fit = async (order: Int32Array, shuffle: boolean, run: (body: () => Promise<void>) => Promise<unknown>) => {
    const [x, y] = tf.tidy(() => data.map((tensor) => tf.gather(tensor, tf.tensor1d(order, 'int32'))));
    let loss = NaN;
    await run(async () => {
      const { history } = await model.fit(x!, y!, { batchSize, shuffle, verbose: 0, yieldEvery: 'never' });
      loss = history.loss![0] as number;
    });
    tf.dispose([x, y]);
    return loss;
  };
  return {
    train: (order) => fit(order, false, (body) => body()),
    async time(order) {
      let milliseconds = NaN;
      await fit(order, true, async (body) => (milliseconds = await timed(body)));
      return milliseconds;
    },
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
